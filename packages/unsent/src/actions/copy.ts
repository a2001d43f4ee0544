import { mboxEntry, openMboxAppender } from '@unsent/bounce';
import type { StoredAction } from '@unsent/store';
import type { ScanAction } from './parse.ts';
import type { ActorTools, Candidate } from './tools.ts';

type Copy = Extract<ScanAction, { readonly kind: 'copy' }>;

/**
 * Appends messages to an mbox, each exactly once: its place in the file is written down before it is written. When we were
 * ended in between, the place tells whether it arrived.
 */
export async function copyMessages(
  source: string,
  action: Copy,
  messages: readonly Candidate[],
  { store, run, options, tell }: ActorTools,
): Promise<void> {
  const intents = messages.map(({ identity, place }) => ({
    identity,
    place,
    source,
    kind: action.kind,
    target: action.file,
  }));
  const rows = await store.intend(run, options.now(), intents);
  const file = await openMboxAppender(action.file, options);
  const written = new Map<StoredAction, number>();
  try {
    for (const [index, row] of rows.entries()) {
      const message = messages[index];
      if (message === undefined || row.state === 'done') continue;
      const entry = mboxEntry(message.bytes, row.intendedAt);
      const before = row.placeAfter === null ? null : Number(row.placeAfter);
      const hasArrived = before !== null && (await file.holds(before, entry));
      const offset = hasArrived ? before : file.size;
      if (!hasArrived) {
        await store.aim(row.id, String(offset));
        await file.append(entry);
      }
      written.set(row, offset);
    }
  } finally {
    await file.close();
  }
  // Only now is it sure to be on the disk.
  for (const [row, offset] of written) {
    await store.finish(row.id, options.now(), 'done', String(offset));
    tell(action, row.place, { kind: 'done', place: action.file });
  }
}
