import type { Journal, JournalEntry } from './journal.ts';

/** A journal that forgets everything when the process ends: for tests and demonstrations. `known`: oldest first. */
export function memoryJournal(known: readonly JournalEntry[] = []): Journal {
  const entries: JournalEntry[] = [...known];
  return {
    async begin(at, draft) {
      const day = at.toISOString().slice(0, 10);
      const number = entries.filter(({ id }) => id.startsWith(`${day}-`)).length + 1;
      const id = `${day}-${String(number).padStart(2, '0')}`;
      // Through JSON, as a database would keep it: what is no plain JSON shows here.
      const stored: JournalEntry = structuredClone({
        ...draft(id),
        id,
        state: 'begun',
        begunAt: at.toISOString(),
        finishedAt: null,
        detail: null,
      });
      entries.push(stored);
      return stored;
    },
    async finish(id, state, at, detail) {
      const index = entries.findIndex((entry) => entry.id === id);
      const entry = entries[index];
      if (entry === undefined) throw new RangeError(`no journal entry ${id}`);
      entries[index] = { ...entry, state, finishedAt: at.toISOString(), detail };
    },
    async entry(id) {
      return entries.find((entry) => entry.id === id) ?? null;
    },
    async entries({ zone, states, limit }) {
      const matching = entries
        .filter((entry) => zone === null || entry.zone === zone)
        .filter((entry) => states === null || states.includes(entry.state))
        .reverse();
      return limit === null ? matching : matching.slice(0, limit);
    },
  };
}
