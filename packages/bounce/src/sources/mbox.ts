import type { FileHandle } from 'node:fs/promises';
import { awaitDotlock } from './dotlock.ts';
import { explainBreak } from './errors.ts';
import { unquoteFrom } from './from-line.ts';
import type { MboxPiece } from './mbox-piece.ts';
import { type Opened, openMbox, positionAfter, type Resumed, readAt, resume } from './mbox-position.ts';
import { inheritedPosition, openRotated } from './mbox-rotated.ts';
import { mboxSplitter } from './mbox-splitter.ts';
import type { MailSource, RawMessage, SourceNote, SourceOptions } from './source.ts';

const CHUNK_BYTES = 512 << 10;
const HEAD_BYTES = 512;
const HALF_WRITTEN = 'its last message seems half written; it is left for the next run';
const LOCKED = {
  held: 'is locked by another program (.lock); it is left for the next run',
  stale: 'has an old .lock beside it, which is not heeded',
} as const;
const START = { offset: 0, lengthTrust: 0 } as const;
const FROM_START: Resumed = { end: 0, count: 0, lengthTrust: 0 };

/**
 * An mbox file (mboxo, mboxrd, mboxcl, mboxcl2), read to the size it has now.
 *
 * It goes on behind the last recorded message while the file still begins and, up to there, ends as it did. When it was
 * rotated, the rest of the old file is read first; a file that was rewritten or cut is read from the start. A last message that seems half written is left for
 * the next run, with a note.
 */
export function mboxSource(path: string, realPath: string, options: SourceOptions): MailSource {
  const notes: SourceNote[] = [];
  let done = 0;
  let total: number | null = null;
  let adopted: string | null = null;
  return {
    name: `mbox:${realPath}`,
    kind: 'mbox',
    label: path,
    progress: () => ({ done, total }),
    notes: () => notes,
    endPosition: () => adopted,
    async *messages(memory) {
      const lock = await awaitDotlock(path, options);
      if (lock !== 'free') notes.push({ place: path, text: LOCKED[lock] });
      if (lock === 'held') return;
      const opened = await openMbox(path);
      try {
        const own = await resume(opened, memory.position);
        const inherited = own === null ? await inheritedPosition(opened, realPath, memory) : null;
        adopted = inherited?.text ?? null;
        // What came in between the last run and the rotation stands in the file that the mailbox became.
        const rest = own === null && inherited === null ? await openRotated(path, memory.position) : null;
        if (rest !== null) yield* readRest(rest, memory.position, options);
        total = opened.size;
        const from = own ?? inherited?.position ?? FROM_START;
        for await (const step of readFrom(opened, from, options)) {
          done = step.end;
          if (step.message === null) notes.push({ place: path, text: HALF_WRITTEN });
          else {
            adopted = null;
            yield step.message;
          }
        }
      } finally {
        await opened.file.close();
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
  try {
    for await (const chunk of chunks) {
      for (const piece of splitter.push(chunk)) yield { ...toMessage(label, piece, ++count, null), position: null };
    }
  } catch (error) {
    throw explainBreak(error, label, count);
  }
  for (const piece of splitter.end()) yield { ...toMessage(label, piece, ++count, null), position: null };
}

type Step = { readonly end: number; readonly message: RawMessage | null };

/** The messages from a position on; null at the end for one that seems half written. */
async function* readFrom(opened: Opened, from: Resumed, options: SourceOptions): AsyncGenerator<Step> {
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

async function* readRest(
  opened: Opened,
  remembered: string | null,
  options: SourceOptions,
): AsyncGenerator<RawMessage> {
  try {
    const from = await resume(opened, remembered);
    // Nobody writes to it any more, so that its last message is whole.
    const settled = { ...opened, mtimeMs: Number.NEGATIVE_INFINITY };
    for await (const { message } of readFrom(settled, from ?? FROM_START, options)) if (message !== null) yield message;
  } finally {
    await opened.file.close();
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
