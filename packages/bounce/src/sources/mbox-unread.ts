import { type Opened, openMbox, type Resumed, resume } from './mbox-position.ts';
import { inheritedPosition, rotatedSince } from './mbox-rotated.ts';
import type { SourceMemory, SourceNote } from './source.ts';

/** A file and from where on it is unread. */
export type UnreadPart = {
  readonly opened: Opened;
  readonly from: Resumed;
  /** The position that `from` was read from; null at the start of the file. */
  readonly after: string | null;
  /** The same where it was reached while the file had another name, else null. */
  readonly inherited: string | null;
};

export const FROM_START: Resumed = { end: 0, count: 0, lengthTrust: 0 };

const PACKED = 'was packed before all of it was known to be read; name it to have it read';

/**
 * What of an mbox is unread: after a rotation the rest of the file it was, then those it became after that, then what is
 * in itself. Each file is open until the next part is asked for.
 */
export async function* unreadParts(
  path: string,
  realPath: string,
  memory: SourceMemory,
  notes: SourceNote[],
): AsyncGenerator<UnreadPart> {
  const opened = await openMbox(path);
  try {
    const own = await resume(opened, memory.position);
    if (own !== null) {
      yield { opened, from: own, after: memory.position, inherited: null };
      return;
    }
    const inherited = await inheritedPosition(opened, realPath, memory);
    if (inherited !== null) {
      yield { opened, from: inherited.position, after: inherited.text, inherited: inherited.text };
      return;
    }
    yield* restOfRotated(realPath, memory, notes);
    yield { opened, from: FROM_START, after: null, inherited: null };
  } finally {
    await opened.file.close();
  }
}

/** What came in between the last run and the last rotation stands in the files that the mailbox became. */
async function* restOfRotated(realPath: string, memory: SourceMemory, notes: SourceNote[]): AsyncGenerator<UnreadPart> {
  const { plain, packed } = await rotatedSince(realPath, memory);
  for (const place of packed) notes.push({ place, text: PACKED });
  try {
    for (const opened of plain) {
      const from = await resume(opened, memory.position);
      const after = from === null ? null : memory.position;
      // Nobody writes to it any more, so that its last message is whole.
      yield {
        opened: { ...opened, mtimeMs: Number.NEGATIVE_INFINITY },
        from: from ?? FROM_START,
        after,
        inherited: null,
      };
    }
  } finally {
    for (const { file } of plain) await file.close();
  }
}
