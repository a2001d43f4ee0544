import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { explainFileError } from './errors.ts';
import { unquoteFrom } from './from-line.ts';
import type { MboxPiece } from './mbox-piece.ts';
import { mboxSplitter } from './mbox-splitter.ts';
import type { MailSource, RawMessage, SourceNote, SourceOptions } from './source.ts';

const CHUNK_BYTES = 512 << 10;
const HEAD_BYTES = 512;
const TAIL_BYTES = 64;
const START = { offset: 0, lengthTrust: 0 } as const;
const FROM_START: Resumed = { end: 0, count: 0, lengthTrust: 0 };

/** How far an mbox was read, and how to tell that it still is the same one up to there. */
type Position = {
  readonly end: number;
  readonly count: number;
  /** What the splitter learned about Content-Length. */
  readonly lengthTrust: number;
  /** Hashes over the first bytes, and over the last bytes of the last message. */
  readonly head: Print;
  readonly tail: Print;
};
type Resumed = Pick<Position, 'end' | 'count' | 'lengthTrust'>;
type Print = { readonly offset: number; readonly length: number; readonly hash: string };

/**
 * An mbox file (mboxo, mboxrd, mboxcl, mboxcl2), read to the size it has now.
 *
 * It goes on behind the last recorded message while the file still begins and, up to there, ends as it did; a file
 * that was rotated, rewritten or cut is read from the start again. A last message that seems half written is left for
 * the next run, with a note.
 */
export function mboxSource(path: string, realPath: string, options: SourceOptions): MailSource {
  const notes: SourceNote[] = [];
  let done = 0;
  let total: number | null = null;
  return {
    name: `mbox:${realPath}`,
    kind: 'mbox',
    label: path,
    progress: () => ({ done, total }),
    notes: () => notes,
    async *messages(memory) {
      const file = await open(path, 'r').catch((error: unknown) => {
        throw explainFileError(error, path);
      });
      try {
        const { size, mtimeMs } = await file.stat();
        const isSettled = options.now().getTime() - mtimeMs >= options.settleMs;
        const head = await readAt(file, 0, HEAD_BYTES);
        const before = await resume(file, size, memory.position);
        total = size;
        done = before.end;
        let count = before.count;
        for await (const piece of pieces(file, before, size, options)) {
          done = piece.end;
          if (piece.endedBy !== 'next' && (await isUnfinished(file, piece, size, isSettled))) {
            notes.push({ place: path, text: 'its last message seems half written; it is left for the next run' });
            return;
          }
          count++;
          yield toMessage(path, piece, count, head);
        }
      } finally {
        await file.close();
      }
    },
  };
}

/** The messages in a stream of mbox bytes, which is read once and remembered nowhere. */
export async function* mboxStream(
  chunks: AsyncIterable<Uint8Array>,
  label: string,
  options: SourceOptions,
): AsyncGenerator<RawMessage> {
  const splitter = mboxSplitter({ maxMessageBytes: options.maxMessageBytes, ...START });
  let count = 0;
  for await (const chunk of chunks) {
    for (const piece of splitter.push(chunk)) yield { ...toMessage(label, piece, ++count, null), position: null };
  }
  for (const piece of splitter.end()) yield { ...toMessage(label, piece, ++count, null), position: null };
}

async function* pieces(
  file: FileHandle,
  { end: from, lengthTrust }: Resumed,
  to: number,
  { maxMessageBytes }: SourceOptions,
): AsyncGenerator<MboxPiece> {
  const splitter = mboxSplitter({ maxMessageBytes, offset: from, lengthTrust });
  const chunk = Buffer.allocUnsafe(Math.max(1, Math.min(CHUNK_BYTES, to - from)));
  for (let at = from; at < to; ) {
    const { bytesRead } = await file.read(chunk, 0, Math.min(chunk.length, to - at), at);
    if (bytesRead === 0) break; // it was cut while we read
    at += bytesRead;
    yield* splitter.push(chunk.subarray(0, bytesRead));
  }
  yield* splitter.end();
}

/** Nothing is lost by leaving a message alone; one that is counted by its first half would be counted twice. */
async function isUnfinished(file: FileHandle, piece: MboxPiece, size: number, isSettled: boolean): Promise<boolean> {
  if (piece.endedBy === 'length') return false;
  const now = await file.stat();
  if (now.size !== size) return true; // somebody is writing at this moment
  return piece.endedBy === 'open' && !isSettled && seemsHalfWritten(piece.bytes);
}

function seemsHalfWritten(bytes: Buffer): boolean {
  if (!bytes.subarray(-1).equals(Buffer.from('\n'))) return true;
  const text = bytes.toString('latin1');
  const headerEnd = text.search(/\n\r?\n/);
  if (headerEnd === -1) return true;
  const boundary = /^content-type:[^\n]*(?:\n[ \t][^\n]*)*?boundary="?([^"\s;]+)/im.exec(
    text.slice(0, headerEnd + 1),
  )?.[1];
  return boundary !== undefined && !text.includes(`\n--${boundary}--`);
}

function toMessage(path: string, piece: MboxPiece, count: number, head: Buffer | null): RawMessage {
  return {
    bytes: piece.isUnquoted ? piece.bytes : unquoteFrom(piece.bytes),
    place: `${path}#${count}`,
    item: null,
    position: head === null ? null : () => JSON.stringify(positionAfter(piece, count, head)),
    cutFromBytes: piece.sizeBytes > piece.bytes.length ? piece.sizeBytes : null,
    error: null,
  };
}

function positionAfter(piece: MboxPiece, count: number, head: Buffer): Position {
  const tail = piece.bytes.subarray(-TAIL_BYTES);
  return {
    end: piece.end,
    count,
    lengthTrust: piece.lengthTrust,
    head: printOf(0, head.subarray(0, piece.end)),
    tail: printOf(piece.offset + piece.bytes.length - tail.length, tail),
  };
}

async function resume(file: FileHandle, size: number, remembered: string | null): Promise<Resumed> {
  const position = remembered === null ? null : readPosition(remembered);
  if (position === null || position.end > size) return FROM_START;
  for (const print of [position.head, position.tail]) {
    const found = await readAt(file, print.offset, print.length);
    if (printOf(print.offset, found).hash !== print.hash) return FROM_START;
  }
  return position;
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

async function readAt(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
  return buffer.subarray(0, bytesRead);
}
