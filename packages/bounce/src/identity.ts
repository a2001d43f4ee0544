import { createHash } from 'node:crypto';

const LF = 0x0a;
const CR = 0x0d;
const GREATER = 0x3e;
const FROM = Buffer.from('From ');
const MAX_HEADER = 1 << 20;

/** Fields that mailbox programs write into a message they keep; the message is the same with and without them. */
const KEPT_BY_MAILBOX =
  /^(?:status|x-status|x-keywords|x-uid|x-imap|x-imapbase|content-length|lines|x-mozilla-[a-z0-9-]+|x-evolution[a-z0-9-]*|x-gmail-labels|x-gm-thrid)[ \t]*:/i;
const MAY_HOLD_ONE = /\n(?:status|x-|content-length|lines)/i;

/**
 * What makes a message the same one in another mailbox: 32 hex digits over its content.
 *
 * Line ends, the quoting of From_ lines, empty lines at the end and the fields that mailbox programs add do not
 * count. `cutFromBytes` is the whole size of a message that was cut, null for a whole one.
 */
export function messageIdentity(bytes: Uint8Array, cutFromBytes: number | null): string {
  const text = withoutQuotes(withLineFeeds(asBuffer(bytes)));
  const start = startOfMessage(text);
  let end = text.length;
  while (end > start && text[end - 1] === LF) end--;
  const hash = createHash('sha256');
  const emptyLine = text.indexOf('\n\n', start);
  const headerEnd = emptyLine === -1 || emptyLine > end ? end : emptyLine;
  const header = headerEnd - start > MAX_HEADER ? null : text.toString('latin1', start, headerEnd);
  if (header !== null && MAY_HOLD_ONE.test(`\n${header}`)) {
    hash.update(withoutMailboxFields(header), 'latin1').update(text.subarray(headerEnd, end));
  } else {
    hash.update(text.subarray(start, end));
  }
  if (cutFromBytes !== null) hash.update(`\0${cutFromBytes}`);
  return hash.digest('hex').slice(0, 32);
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** CRLF and CR become LF. The same bytes when there is nothing to do. */
function withLineFeeds(bytes: Buffer): Buffer {
  let at = bytes.indexOf(CR);
  if (at === -1) return bytes;
  const out = Buffer.allocUnsafe(bytes.length);
  let written = 0;
  let read = 0;
  while (at !== -1) {
    written += bytes.copy(out, written, read, at);
    out[written++] = LF;
    read = bytes[at + 1] === LF ? at + 2 : at + 1;
    at = bytes.indexOf(CR, read);
  }
  written += bytes.copy(out, written, read);
  return out.subarray(0, written);
}

/** Takes every `>` from before a `From ` at the beginning of a line. The same bytes when there is none. */
function withoutQuotes(bytes: Buffer): Buffer {
  let out: Buffer | null = null;
  let written = 0;
  let read = 0;
  for (let at = bytes.indexOf(FROM); at !== -1; at = bytes.indexOf(FROM, at + 1)) {
    let start = at;
    while (start > read && bytes[start - 1] === GREATER) start--;
    if (start === at || (start > 0 && bytes[start - 1] !== LF)) continue;
    out ??= Buffer.allocUnsafe(bytes.length);
    written += bytes.copy(out, written, read, start);
    read = at;
  }
  if (out === null) return bytes;
  written += bytes.copy(out, written, read);
  return out.subarray(0, written);
}

/** Behind empty lines and a From_ line that the mailbox left at the top. */
function startOfMessage(text: Buffer): number {
  let start = 0;
  while (text[start] === LF) start++;
  if (!text.subarray(start, start + FROM.length).equals(FROM)) return start;
  const end = text.indexOf(LF, start);
  return end === -1 ? text.length : end + 1;
}

function withoutMailboxFields(header: string): string {
  let isDropped = false;
  const kept = header.split('\n').filter((line) => {
    if (!/^[ \t]/.test(line)) isDropped = KEPT_BY_MAILBOX.test(line);
    return !isDropped;
  });
  return kept.join('\n');
}
