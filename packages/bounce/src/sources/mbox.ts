import { awaitDotlock } from './dotlock.ts';
import { explainBreak } from './errors.ts';
import { cutMbox, readMboxPiece } from './mbox-cut.ts';
import { readFrom, toMessage } from './mbox-read.ts';
import { mboxSplitter } from './mbox-splitter.ts';
import { unreadParts } from './mbox-unread.ts';
import type { MailSource, RawMessage, SourceMemory, SourceNote, SourceOptions } from './source.ts';

const HALF_WRITTEN = 'its last message seems half written; it is left for the next run';
const LOCKED = {
  held: 'is locked by another program (.lock); it is left for the next run',
  stale: 'has an old .lock beside it, which is not heeded',
} as const;
const START = { offset: 0, lengthTrust: 0 } as const;

/**
 * An mbox file (mboxo, mboxrd, mboxcl, mboxcl2), read to the size it has now.
 *
 * It goes on behind the last recorded message while the file still begins and, up to there, ends as it did. When it was
 * rotated, the rest of the old file is read first, and then those it became since; a file that was rewritten or cut is
 * read from the start. A last message that seems half written is left for the next run, with a note.
 */
export function mboxSource(path: string, realPath: string, options: SourceOptions): MailSource {
  const notes: SourceNote[] = [];
  let done = 0;
  let total: number | null = null;
  let adopted: string | null = null;
  /** Nothing while another program holds the lock. */
  async function* unread(memory: SourceMemory) {
    const lock = await awaitDotlock(path, options);
    if (lock !== 'free') notes.push({ place: path, text: LOCKED[lock] });
    if (lock !== 'held') yield* unreadParts(path, realPath, memory, notes);
  }
  const noteHalfWritten = () => notes.push({ place: path, text: HALF_WRITTEN });
  return {
    name: `mbox:${realPath}`,
    kind: 'mbox',
    label: path,
    progress: () => ({ done, total }),
    notes: () => notes,
    endPosition: () => adopted,
    pieces: {
      cut: (memory, size) => cutMbox(unread(memory), options, size, noteHalfWritten),
      read: (piece) => readMboxPiece(path, piece, options),
    },
    async *messages(memory) {
      for await (const part of unread(memory)) {
        adopted = part.inherited;
        total = part.opened.size;
        for await (const step of readFrom(part.opened, part.from, options)) {
          done = step.end;
          if (step.message === null) noteHalfWritten();
          else {
            adopted = null;
            yield step.message;
          }
        }
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
