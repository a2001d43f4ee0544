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
  const text = view.toString('latin1');
  const lines = text.includes('\r') ? unifyLineEnds(text) : text;
  const start = contentStart(lines);
  return { text: start === 0 ? lines : lines.slice(start), isCut };
}

/** The header block of a message alone, in the same form; cheap however long the body is. */
export function normaliseHeader(bytes: Uint8Array): string {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let start = 0;
  while (view[start] === 10 || view[start] === 13 || view[start] === 32) start += 1;
  return normaliseMessage(view.subarray(start, headerEnd(view, start)), MAX_HEADER).text;
}

const MAX_HEADER = 8_388_608;
const BLANK_LINES = ['\n\n', '\n\r\n', '\r\r', '\n \n', '\n\t\n'];

// The first empty line in any of the line end conventions; each search stops where the one before found something.
function headerEnd(view: Buffer, start: number): number {
  let end = Math.min(view.length, start + MAX_HEADER);
  for (const blank of BLANK_LINES) {
    const at = view.subarray(start, end).indexOf(blank, 0, 'latin1');
    if (at !== -1) end = start + at + 1;
  }
  return end;
}

// Plain CRLF is by far the most frequent form, and joining is cheaper than a regular expression.
function unifyLineEnds(text: string): string {
  const joined = text.includes('\r\n') ? text.split('\r\n').join('\n') : text;
  return joined.includes('\r') ? joined.replace(/\r\n?/g, '\n') : joined;
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
