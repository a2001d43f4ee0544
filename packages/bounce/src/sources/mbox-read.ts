import type { FileHandle } from 'node:fs/promises';
import { explainBreak } from './errors.ts';
import { unquoteFrom } from './from-line.ts';
import type { MboxPiece } from './mbox-piece.ts';
import { type Opened, positionAfter, type Resumed, readAt } from './mbox-position.ts';
import { mboxSplitter } from './mbox-splitter.ts';
import type { RawMessage, SourceOptions } from './source.ts';

const CHUNK_BYTES = 512 << 10;
const HEAD_BYTES = 512;

/** A message and the offset behind it. */
type Step = { readonly end: number; readonly message: RawMessage | null };

/** The messages from a position on; null at the end for one that seems half written. */
export async function* readFrom(opened: Opened, from: Resumed, options: SourceOptions): AsyncGenerator<Step> {
  const { path, file, size, mtimeMs } = opened;
  const isSettled = options.now().getTime() - mtimeMs >= options.settleMs;
  const head = await readAt(file, 0, HEAD_BYTES);
  let count = from.count;
  try {
    for await (const piece of pieces(file, from, size, options)) {
      if (piece.endedBy !== 'next' && (await isUnfinished(file, piece, size, isSettled))) {
        yield { end: piece.end, message: null };
        return;
      }
      count++;
      yield { end: piece.end, message: toMessage(path, piece, count, head) };
    }
  } catch (error) {
    throw explainBreak(error, path, count);
  }
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

/** `head`: the beginning of the file, for the position behind the message; null where none is wanted. */
export function toMessage(path: string, piece: MboxPiece, count: number, head: Buffer | null): RawMessage {
  return {
    bytes: piece.isUnquoted ? piece.bytes : unquoteFrom(piece.bytes),
    place: `${path}#${count}`,
    item: null,
    position: head === null ? null : () => JSON.stringify(positionAfter(piece, count, head)),
    cutFromBytes: piece.sizeBytes > piece.bytes.length ? piece.sizeBytes : null,
    error: null,
  };
}
