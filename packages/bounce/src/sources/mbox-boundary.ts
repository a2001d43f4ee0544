import { isFromLine, isHeaderLine, MAX_FROM_LINE } from './from-line.ts';

/** 'more': it depends on bytes that are not there yet. */
export type Boundary =
  | { readonly kind: 'found'; readonly contentEnd: number; readonly next: number }
  | { readonly kind: 'none' }
  | { readonly kind: 'more'; readonly scan: number };

const LF = 0x0a;
const CR = 0x0d;
const MARK = Buffer.from('\nFrom ');
/** What must be seen of the line behind a From_ line to know whether it is a header field. */
const HEADER_LOOKAHEAD = 128;
const MAX_HEADER = 1 << 20;
/** How far a Content-Length is believed: the mbox must be held in memory until there. */
const MAX_LENGTH_JUMP = 16 << 20;

/**
 * Looks for the next From_ line from `scan` on: a dated one behind an empty line, or, because some writers forget
 * the empty line, a dated one that a header field follows.
 *
 * `content` is where the current message begins; `isLast` says that no bytes will follow `bytes`.
 */
export function findNextMessage(bytes: Buffer, content: number, scan: number, isLast: boolean): Boundary {
  for (let at = bytes.indexOf(MARK, scan); at !== -1; at = bytes.indexOf(MARK, at + 1)) {
    const line = lineAt(bytes, at + 1, MAX_FROM_LINE, isLast);
    if (line === 'more') return { kind: 'more', scan: at };
    if (!isFromLine(line.text)) continue;
    const contentEnd = withoutBlankLine(bytes, content, at + 1);
    if (contentEnd === at + 1 && at + 1 !== content) {
      const following = lineAt(bytes, line.end, HEADER_LOOKAHEAD, isLast);
      if (following === 'more') return { kind: 'more', scan: at };
      if (!isHeaderLine(following.text)) continue;
    }
    return { kind: 'found', contentEnd, next: at + 1 };
  }
  return isLast ? { kind: 'none' } : { kind: 'more', scan: Math.max(scan, bytes.length - MARK.length + 1) };
}

/** `end` without the empty line that stands before it, if one does. */
export function withoutBlankLine(bytes: Buffer, content: number, end: number): number {
  if (end <= content || bytes[end - 1] !== LF) return end;
  const lineEnd = bytes[end - 2] === CR ? end - 2 : end - 1;
  return lineEnd === content || (lineEnd > content && bytes[lineEnd - 1] === LF) ? lineEnd : end;
}

/**
 * Where the Content-Length of the message at `content` leads: -1 when it has none or none that can be believed.
 * 'more' while its header is not there whole.
 */
export function contentLengthEnd(bytes: Buffer, content: number, isLast: boolean): number | 'more' {
  const empty = bytes[content - 2] === CR ? '\n\r\n' : '\n\n';
  const headerEnd = bytes.indexOf(empty, Math.max(0, content - 1));
  if (headerEnd === -1) return isLast || bytes.length - content > MAX_HEADER ? -1 : 'more';
  const length = readContentLength(bytes.subarray(content, headerEnd));
  return length === null || length > MAX_LENGTH_JUMP ? -1 : headerEnd + empty.length + length;
}

function readContentLength(header: Buffer): number | null {
  // Nearly no message has one; looking for the letters first spares a string of the whole header.
  if (!header.includes('ontent-Length') && !header.includes('ontent-length')) return null;
  const digits = /(?:^|\n)Content-Length[ \t]*:[ \t]*(\d{1,12})[ \t]*(?:\r?\n|$)/i.exec(header.toString('latin1'))?.[1];
  return digits === undefined ? null : Number(digits);
}

/**
 * Is `target`, where a Content-Length leads, really the end of a message? It must be the end of a line, and behind it
 * (and the line that parts messages) must be a From_ line or the end of the mbox.
 */
export function landing(bytes: Buffer, target: number, isLast: boolean): Boundary {
  if (target > bytes.length) return isLast ? { kind: 'none' } : { kind: 'more', scan: target };
  let next = target;
  for (let lines = 0; lines < 2; lines++) next = skipLineEnd(bytes, next);
  if (next === bytes.length && isLast) return { kind: 'found', contentEnd: target, next };
  if (next === target && bytes[target - 1] !== LF) return { kind: 'none' };
  const line = lineAt(bytes, next, MAX_FROM_LINE, isLast);
  if (line === 'more') return { kind: 'more', scan: target };
  return isFromLine(line.text) ? { kind: 'found', contentEnd: target, next } : { kind: 'none' };
}

function skipLineEnd(bytes: Buffer, at: number): number {
  if (bytes[at] === LF) return at + 1;
  return bytes[at] === CR && bytes[at + 1] === LF ? at + 2 : at;
}

/** The text of the line at `at`, cut at `limit`, and where the next one begins; 'more' when its end may yet come. */
export function lineAt(
  bytes: Buffer,
  at: number,
  limit: number,
  isLast: boolean,
): { readonly text: string; readonly end: number } | 'more' {
  const found = bytes.subarray(at, at + limit + 2).indexOf(LF);
  if (found === -1 && !isLast && bytes.length - at <= limit + 1) return 'more';
  const end = found === -1 ? Math.min(bytes.length, at + limit + 2) : at + found;
  const text = bytes.toString('latin1', at, end > at && bytes[end - 1] === CR ? end - 1 : end);
  return { text, end: found === -1 ? end : end + 1 };
}
