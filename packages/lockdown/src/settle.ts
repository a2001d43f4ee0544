import type { Journal, JournalEntry, JournalState } from './journal.ts';
import { planProgress, progressSentence } from './progress.ts';
import type { ZoneSnapshot } from './zone.ts';

/**
 * Finds out what became of writes that nobody saw the end of, and tells the journal.
 *
 * A process that was killed leaves `begun`, a reply that was lost may leave `unclear`, and a request that a hanging
 * server carried out later makes a liar of `failed`. Looks at the entries of the zone that are newer than the last one
 * known for certain, newest first. Resolves to the entries whose state it changed.
 */
export async function settleJournal(
  journal: Journal,
  snapshot: ZoneSnapshot,
  now: Date,
): Promise<readonly JournalEntry[]> {
  const settled: JournalEntry[] = [];
  const entries = await journal.entries({ zone: snapshot.zone, states: null, limit: null });
  for (const entry of entries) {
    if (entry.state === 'applied' || entry.state === 'undone') {
      await markUndone(journal, entry, now, entries);
      break;
    }
    const progress = planProgress(entry.plan, snapshot.records);
    const state = stateOf(progress.kind);
    if (state !== entry.state) {
      const detail = `looked again: ${progressSentence(progress)}`;
      await journal.finish(entry.id, state, now, detail);
      settled.push({ ...entry, state, finishedAt: now.toISOString(), detail });
      if (state === 'applied') await markUndone(journal, entry, now, entries);
    }
    // What is below was made before this one, and this one is in the zone: it says nothing about older ones.
    if (state === 'applied') break;
  }
  return settled;
}

function stateOf(kind: 'applied' | 'not-applied' | 'partly'): Exclude<JournalState, 'begun' | 'undone'> {
  return kind === 'applied' ? 'applied' : kind === 'partly' ? 'unclear' : 'failed';
}

/** A process may also have been killed between its own entry and those that it took back. */
async function markUndone(
  journal: Journal,
  { id, undoes }: JournalEntry,
  now: Date,
  entries: readonly JournalEntry[],
): Promise<void> {
  const open = entries.filter((entry) => undoes.includes(entry.id) && entry.state !== 'undone');
  for (const entry of open) await journal.finish(entry.id, 'undone', now, `undone by ${id}`);
}
