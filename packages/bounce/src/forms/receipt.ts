// Receipts in plain text, as programs write them that know nothing of RFC 8098 or whose report a gateway took apart.

/** "Read: subject" in the big languages. */
const RECEIPT_SUBJECT =
  /^\s{0,3}(?:(?:not )?read|read receipt|return receipt|(?:un)?gelesen|lesebestätigung|lu|non lu|accusé de lecture|leído|no leído|confirmación de lectura|letto|non letto|conferma di lettura|lida|não lida|gelezen|leesbevestiging|przeczytano|přečteno|läst|læst|lest|luettu|прочтено|прочитано|okundu|開封済み|已读|已讀|읽음)\s?[:：]/i;

// "Your message", its To, Subject and Sent as three labelled lines, and one sentence that ends with the time.
const RECEIPT_TEXT =
  /^\s{0,20}[^\n:]{3,80}\n\s{0,10}\n(?:[ \t]{1,12}[^\n:]{1,30}:[^\n]{0,500}\n){2,4}\s{0,10}\n[^\n]{5,120}\d[^\n]{0,20}\s{0,20}$/;

/** True if a subject announces a receipt; many people's subjects do, too. */
export function isReceiptSubject(subject: string): boolean {
  return RECEIPT_SUBJECT.test(subject.slice(0, 100));
}

/** True if a text is nothing but a receipt: which message, and when it was read or deleted. */
export function isReceiptText(text: string): boolean {
  return text.length < 2000 && RECEIPT_TEXT.test(text);
}
