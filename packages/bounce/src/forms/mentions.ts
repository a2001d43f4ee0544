import { type FoundAddress, findAddresses } from '../address.ts';

/**
 * How a line names an address. The order is the order of trust: `heading` starts a block of its own, `labelled`
 * carries a word like "Recipient:", `dialogue` is part of a quoted SMTP session, `sentence` stands in running text
 * about failure, `summary` is the To of the message that the notice describes, `other` is any further address.
 */
export type MentionKind = 'heading' | 'labelled' | 'dialogue' | 'sentence' | 'summary' | 'other';

/** One address that a notice names, and what follows it on its line. */
export type Mention = {
  readonly kind: MentionKind;
  readonly address: string;
  readonly line: number;
  readonly rest: string;
};

const MAX_LINE = 3000;
// "A message sent by" and then the address: Exim names the sender like that.
const NAMES_SENDER = /\b(?:sent by|message from|sender(?: was| is)?|on behalf of)\s{0,3}:?\s{0,3}$/i;
const MAX_LEAD_IN = 100;
const MAX_MENTIONS = 25_000;

/** Every address that a notice names in a way that may mean a recipient, in order. */
export function findMentions(lines: readonly string[]): readonly Mention[] {
  const mentions: Mention[] = [];
  let before = '';
  for (const [number, whole] of lines.entries()) {
    if (mentions.length > MAX_MENTIONS) break;
    if (!whole.includes('@')) {
      before = whole.trim() === '' ? before : whole;
      continue;
    }
    const line = whole.length > MAX_LINE ? whole.slice(0, MAX_LINE) : whole;
    if (!NAMES_SENDER.test(before.slice(-MAX_LEAD_IN))) mentionsIn(line, number, before, mentions);
    before = line;
  }
  return mentions;
}

/** The addresses in lines of a dialect's own kind; the whole line is their diagnostic. */
export function dialectMentions(lines: readonly string[], recipientLine: RegExp): readonly Mention[] {
  const mentions: Mention[] = [];
  for (const [number, line] of lines.entries()) {
    const names = line.length > MAX_LINE ? undefined : recipientLine.exec(line)?.[1];
    if (names === undefined || mentions.length > MAX_MENTIONS) continue;
    for (const { address } of findAddresses(names))
      mentions.push({ kind: 'heading', address, line: number, rest: line.trim() });
  }
  return mentions;
}

function mentionsIn(line: string, number: number, before: string, mentions: Mention[]): void {
  const text = line.replace(LEADING_MARKS, '');
  const found = namedFirst(text, findAddresses(text));
  const first = found[0];
  if (first === undefined) return;
  const kind = kindOf(text, first, before);
  if (kind === null) return;
  const list = [first, ...listContinues(text, found)];
  const rest = restOf(text, list.at(-1) ?? first);
  for (const { address } of list) mentions.push({ kind, address, line: number, rest });
}

// "user@example.com <user@example.com>": the one in brackets is the address, the other a display name.
function namedFirst(text: string, found: readonly FoundAddress[]): readonly FoundAddress[] {
  const [name, address] = found;
  if (name === undefined || address === undefined) return found;
  return /^"?\s{1,3}<$/.test(text.slice(name.end, address.start)) ? found.slice(1) : found;
}

const LEADING_MARKS = /^[\s*•·#|=-]{0,40}(?:>{1,4}\s{0,4}(?=<?\S{1,128}@))?/;
const OPENING = /^(?:[<"'([]|\\?"|smtp:|mailto:|rfc822;\s?){0,4}$/i;
const FULL_NAME = /^[a-z\u00c0-\u024f.' -]{1,60}<$|^"[^"<>@]{1,60}"\s{0,3}<$/i;
const NOT_A_NAME = /^(?:from|sent|by|contact|to|for)\b/i;
const NAMED_TAIL = /^>\s{0,4}(?:$|:)/;
const NAME_IN_FRONT = /^"?[^\s"<>:]{1,64}@[^\s"<>:]{1,255}"?\s{1,3}<$/;
const NOT_RECIPIENT =
  /\b(?:from|sender|reply-to|return-path|reply to|mail from|contact|e-?mail us|write to|ask|by|postmaster at|support|cc|bcc|envelope-from|message-id|expanded from|generated (?:from|by)|originally sent by)\b[^@\n]{0,40}$/i;
const LABEL =
  /(?:^|[\s(;])(?:failed recipients?|recipient(?:'s)?(?: address| e-?mail(?: address)?)?|intended recipients?|addressed to|final-recipient|original-recipient|error-for|undeliverable (?:address|to)|rcpt to|address(?:es)? (?:failed|rejected)|e-?mail address|delivery (?:to|for)(?: the following recipients?)?|unable to deliver(?: (?:message|mail))? to|could not deliver(?: (?:message|mail))? to|failed(?: addresse?s?)?|mailbox|user|userid|dda|account|destinatario|destinataire|empf[äa]nger|the following recipients?[^@]{0,60})\s{0,3}[:=]?\s{0,4}(?:[<"'([]|smtp[:=]|rfc822[;=]\s?){0,4}$/i;
const SUMMARY = /^to\s{0,4}:\s{0,20}/i;
const DIALOGUE = /(?:rcpt to:\s{0,3}|(?:^|[^\d.])[45]\d\d[\s-](?:#?[245]\.\d{1,3}\.\d{1,3}[\s:]{0,3})?[^@<]{0,60})<?$/i;
const FAILURE =
  /deliver|fail|reject|unknown|undeliver|unable|could ?n.t|could not|cannot|not exist|no such|invalid|full|quota|exceed|reach|unavailable|zustell|zugestell|entreg|remis|livr|distribu|consegn|bezorg|afgeleverd|dostarcz|levere|доставл|发送|送信|配信|配送|投递|投遞|退信|退回|无法|無法|전송/i;

function kindOf(text: string, first: FoundAddress, before: string): MentionKind | null {
  const prefix = text.slice(0, first.start);
  const after = text.slice(first.end);
  const isNamed = prefix.length > 1 && prefix.endsWith('<');
  if (isNamed && NAMED_TAIL.test(after) && isNameInFront(prefix)) return 'heading';
  if (OPENING.test(prefix)) return headingOrSentence(after);
  if (/rcpt to:\s{0,3}<?$/i.test(prefix)) return 'dialogue';
  if (SUMMARY.test(text)) return 'summary';
  if (NOT_RECIPIENT.test(prefix)) return null;
  if (LABEL.test(prefix)) return 'labelled';
  if (DIALOGUE.test(prefix)) return 'dialogue';
  return FAILURE.test(text) || FAILURE.test(before) ? 'sentence' : 'other';
}

function isNameInFront(prefix: string): boolean {
  return (
    NAME_IN_FRONT.test(prefix) || (FULL_NAME.test(prefix) && !NOT_A_NAME.test(prefix) && !NOT_RECIPIENT.test(prefix))
  );
}

// What may follow an address that opens a block: nothing, a list, or punctuation and the diagnostic.
const HEADING_TAIL =
  /^[>"')\]]{0,3}(?:\s{0,80}$|[.,;]?\s{0,4}$|\s{0,4}(?::|\.\.\.|[([]|[-–—]\s|,|;|\bon\b)|\s{2,40}[^\s@])/;

function headingOrSentence(after: string): MentionKind | null {
  if (HEADING_TAIL.test(after)) return 'heading';
  return FAILURE.test(after) ? 'sentence' : 'other';
}

function restOf(text: string, found: FoundAddress): string {
  return text.slice(found.end).replace(/^[\s>"')\],;]{0,8}(?:\.\.\.)?[:\s]{0,4}/, '');
}

// "a@example.com, b@example.com" on one line.
function listContinues(text: string, found: readonly FoundAddress[]): readonly FoundAddress[] {
  const list: FoundAddress[] = [];
  for (let index = 1; index < found.length; index += 1) {
    const before = found[index - 1];
    const here = found[index];
    if (before === undefined || here === undefined) break;
    if (!/^[>"')\]]{0,2}\s{0,3}[,;]\s{0,3}[<"'([]{0,2}$/.test(text.slice(before.end, here.start))) break;
    list.push(here);
  }
  return list;
}
