/** The message as one string of bytes (each char is one byte), with LF line ends and nothing before its first header. */
export type RawText = { readonly text: string; readonly isCut: boolean };

/**
 * Brings a message into the one form that the readers know.
 *
 * CRLF, CR CR LF and bare CR become LF; a byte order mark, leading blank lines and mbox "From " lines (also ">From ")
 * are dropped. Bytes beyond `maxBytes` are left out and reported as `isCut`.
 */
export function normaliseMessage(bytes: Uint8Array, maxBytes: number): RawText {
  const isCut = bytes.byteLength > maxBytes;
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, isCut ? maxBytes : bytes.byteLength);
  const lines = withLineFeeds(view);
  const start = contentStart(lines);
  return { text: start === 0 ? lines : lines.slice(start), isCut };
}

/** The header block of a message alone, in the same form; cheap however long the body is. */
export function normaliseHeader(bytes: Uint8Array): string {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, MAX_HEADER));
  let start = 0;
  while (isBlank(view[start])) start += 1;
  return normaliseMessage(view.subarray(start, headerEnd(view, start)), MAX_HEADER).text;
}

const MAX_HEADER = 8_388_608;
const FIRST_LOOK = 16_384;
const LF = 10;
const CR = 13;

// Looks at a few kilobytes first: nearly every header ends there.
function headerEnd(view: Buffer, start: number): number {
  for (let length = FIRST_LOOK; ; length *= 32) {
    const text = view.toString('latin1', start, start + length);
    const at = emptyLineIn(text);
    if (at !== -1) return start + at + 1;
    if (start + length >= view.length) return view.length;
  }
}

// An empty line under any convention of line ends; blanks alone count as empty.
const EMPTY_LINE = /\n[ \t]{0,80}\r{0,2}\n|\r\r(?!\n)/;

function emptyLineIn(text: string): number {
  const plain = text.indexOf('\n\n');
  const head = plain === -1 ? text : text.slice(0, plain);
  if (!head.includes('\r') && !head.includes(' \n') && !head.includes('\t\n')) return plain;
  const other = head.search(EMPTY_LINE);
  return other === -1 ? plain : other;
}

function isBlank(byte: number | undefined): boolean {
  return byte === 32 || byte === 9 || byte === CR || byte === LF;
}

const LARGE = 1_048_576;

// Splitting and joining is the fastest way for the size that mail has; of a large message it would take the memory
// three times over.
function withLineFeeds(view: Buffer): string {
  if (view.length > LARGE) return (view.includes(CR) ? withoutCr(view) : view).toString('latin1');
  const text = view.toString('latin1');
  if (!text.includes('\r')) return text;
  if (text.includes('\r\r\n')) return withoutCr(view).toString('latin1');
  const joined = text.includes('\r\n') ? text.split('\r\n').join('\n') : text;
  return joined.includes('\r') ? joined.replaceAll('\r', '\n') : joined;
}

// CR* LF and bare CR become LF.
function withoutCr(view: Buffer): Buffer {
  const out = Buffer.allocUnsafe(view.length);
  let length = 0;
  for (let at = 0; at < view.length; at += 1) {
    let byte = view[at] ?? LF;
    if (byte === CR) {
      byte = LF;
      let next = at + 1;
      while (view[next] === CR) next += 1;
      if (view[next] === LF) at = next;
    }
    out[length] = byte;
    length += 1;
  }
  return out.subarray(0, length);
}

function contentStart(text: string): number {
  let at = text.startsWith('\u00ef\u00bb\u00bf') ? 3 : 0;
  for (;;) {
    while (text.charCodeAt(at) === 10) at += 1;
    if (!text.startsWith('From ', at) && !text.startsWith('>From ', at)) return at;
    const end = text.indexOf('\n', at);
    if (end === -1) return at;
    at = end + 1;
  }
}

/** True if every char of `text` is ASCII. */
export function isAscii(text: string): boolean {
  return !NOT_ASCII.test(text);
}

const NOT_ASCII = /[\u0080-\uffff]/;
