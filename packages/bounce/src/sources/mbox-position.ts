import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { explainFileError } from './errors.ts';
import type { MboxPiece } from './mbox-piece.ts';
import { openRegular } from './open-regular.ts';

const TAIL_BYTES = 64;

/** How far an mbox was read, and how to tell that it still is the same one up to there. */
export type Position = {
  readonly end: number;
  readonly count: number;
  /** What the splitter learned about Content-Length. */
  readonly lengthTrust: number;
  /** Hashes over the first bytes, and over the last bytes of the last message. */
  readonly head: Print;
  readonly tail: Print;
};
export type Resumed = Pick<Position, 'end' | 'count' | 'lengthTrust'>;
type Print = { readonly offset: number; readonly length: number; readonly hash: string };

/** An mbox that is being read, and what it was when it was opened. */
export type Opened = {
  readonly path: string;
  readonly file: FileHandle;
  readonly size: number;
  readonly mtimeMs: number;
};

/** Throws an `UnsentError` with one of `SOURCE_ERROR_CODES`. */
export async function openMbox(path: string): Promise<Opened> {
  const { file, found } = await openRegular(path).catch((error: unknown) => {
    throw explainFileError(error, path);
  });
  return { path, file, size: found.size, mtimeMs: found.mtimeMs };
}

/** The position behind a message; `head` is the beginning of the file. */
export function positionAfter(piece: MboxPiece, count: number, head: Buffer): Position {
  const tail = piece.bytes.subarray(-TAIL_BYTES);
  return {
    end: piece.end,
    count,
    lengthTrust: piece.lengthTrust,
    head: printOf(0, head.subarray(0, piece.end)),
    tail: printOf(piece.offset + piece.bytes.length - tail.length, tail),
  };
}

/** Null when the file is not the one that the position was reached in. */
export async function resume({ file, size }: Opened, remembered: string | null): Promise<Resumed | null> {
  const position = remembered === null ? null : readPosition(remembered);
  if (position === null || position.end > size) return null;
  for (const print of [position.head, position.tail]) {
    const found = await readAt(file, print.offset, print.length);
    if (printOf(print.offset, found).hash !== print.hash) return null;
  }
  return position;
}

/** Does an mbox that begins with `head` begin as the one in which the position was reached? */
export function beginsAlike(head: Uint8Array, remembered: string): boolean {
  const position = readPosition(remembered);
  if (position === null) return false;
  const { length, hash } = position.head;
  return head.length >= length && printOf(0, Buffer.from(head.subarray(0, length))).hash === hash;
}

/** Null for a position of another version: the mbox is then read again, and nothing is counted twice. */
function readPosition(text: string): Position | null {
  try {
    const read: unknown = JSON.parse(text);
    return isPosition(read) ? read : null;
  } catch {
    return null;
  }
}

function isPosition(value: unknown): value is Position {
  return (
    isObject(value) &&
    isCount(value['end']) &&
    isCount(value['count']) &&
    Number.isSafeInteger(value['lengthTrust']) &&
    isPrint(value['head']) &&
    isPrint(value['tail'])
  );
}

function isPrint(value: unknown): value is Print {
  return isObject(value) && isCount(value['offset']) && isCount(value['length']) && typeof value['hash'] === 'string';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function printOf(offset: number, bytes: Buffer): Print {
  return { offset, length: bytes.length, hash: createHash('sha256').update(bytes).digest('hex').slice(0, 24) };
}

/** At most `length` bytes from `offset` on. */
export async function readAt(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
  return buffer.subarray(0, bytesRead);
}
