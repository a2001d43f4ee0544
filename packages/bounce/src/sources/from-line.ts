const FROM = Buffer.from('From ');
const LF = 0x0a;
const CR = 0x0d;
const GREATER = 0x3e;

/** Longest line that can be a From_ line: an envelope sender is at most 320 octets, the date and a remark the rest. */
export const MAX_FROM_LINE = 1000;

const DAY = '(?:Sun|Mon|Tue|Wed|Thu|Fri|Sat),?';
const MONTH = '(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)';
const TIME = '\\d{1,2}:\\d\\d(?::\\d\\d)?';
/** `Mon Nov 23 10:00:00 2026` (RFC 4155, asctime), with a zone before or after the year as some writers have it. */
const ASCTIME = `${DAY} +${MONTH} +\\d{1,2} +${TIME}(?: +[A-Za-z+-][A-Za-z0-9:+-]{0,9})? +\\d{4}`;
/** `Mon, 23 Nov 2026 10:00:00`: the date of RFC 5322, written by a few. */
const MAIL_DATE = `${DAY} +\\d{1,2} +${MONTH} +\\d{4} +${TIME}`;
const DATED = new RegExp(` (?:${ASCTIME}|${MAIL_DATE})(?![0-9])`);

/** Does a line with this text (no line end) begin a message in an mbox? It must have a sender's place and a date. */
export function isFromLine(line: string): boolean {
  return line.startsWith('From ') && line.length <= MAX_FROM_LINE && DATED.test(line);
}

/** Does a line start at `at` and read like a header field, as the first line of every message should? */
export function isHeaderLine(line: string): boolean {
  // RFC 5322 §2.2: printable ASCII without colon, then the colon; old mail has blanks before it.
  return /^[!-9;-~]{1,100}[ \t]*:/.test(line);
}

/**
 * Takes one `>` away from lines that are `From ` behind one or more `>`.
 *
 * That is exact for mboxrd. mboxo and mboxcl quote `From ` only, so that a line which was `>From ` when it was sent
 * cannot be told from a quoted one; the same is done there. Returns the same bytes when nothing was quoted.
 */
export function unquoteFrom(bytes: Buffer): Buffer {
  const quotes = quotedAt(bytes);
  if (quotes.length === 0) return bytes;
  const out = Buffer.allocUnsafe(bytes.length - quotes.length);
  let read = 0;
  let written = 0;
  for (const quote of quotes) {
    written += bytes.copy(out, written, read, quote);
    read = quote + 1;
  }
  bytes.copy(out, written, read);
  return out;
}

/** Where the first `>` of each quoted line is. */
function quotedAt(bytes: Buffer): number[] {
  const found: number[] = [];
  for (let at = bytes.indexOf(FROM); at !== -1; at = bytes.indexOf(FROM, at + 1)) {
    let start = at;
    while (start > 0 && bytes[start - 1] === GREATER) start--;
    const isLineStart = start === 0 || bytes[start - 1] === LF || bytes[start - 1] === CR;
    if (start < at && isLineStart) found.push(start);
  }
  return found;
}
