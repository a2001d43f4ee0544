import type { Change } from './change.ts';
import type { JournalEntry } from './journal.ts';
import { contentOf, type WantedRecord } from './zone.ts';

/** A change to take back. */
export type StandingChange = {
  readonly change: Change;
  /** False where a part of its entry may never have been there, or may be gone already. */
  readonly isSure: boolean;
};

/**
 * The changes of `entries` (newest first) that a later entry found in the zone, or was made upon.
 *
 * What somebody changed by hand between two entries is what the zone was before the later one: taking back the older
 * change, too, would bring back what was given up then. `wasInterrupted`: no entry is sure.
 */
export function standingChanges(entries: readonly JournalEntry[], wasInterrupted: boolean): readonly StandingChange[] {
  const steps = entries.map((entry) => stepOf(entry, entry.state === 'applied' && !wasInterrupted));
  return steps.flatMap((step, at) =>
    standingOf(step, steps.slice(0, at)).map((change) => ({ change, isSure: step.isSure })),
  );
}

/** An entry, by the content of the records it met and changed. */
type Step = {
  readonly isSure: boolean;
  readonly changes: readonly Change[];
  /** What the zone held before it. */
  readonly found: ReadonlySet<string>;
  readonly takes: ReadonlyMap<string, Change>;
  readonly puts: ReadonlyMap<string, Change>;
};

function stepOf({ plan, snapshot }: JournalEntry, isSure: boolean): Step {
  const takes = new Map<string, Change>();
  const puts = new Map<string, Change>();
  for (const change of plan.changes) {
    const { taken, put } = sidesOf(change);
    if (taken !== null) takes.set(contentOf(taken), change);
    if (put !== null) puts.set(contentOf(put), change);
  }
  return { isSure, changes: plan.changes, found: new Set(snapshot.records.map(contentOf)), takes, puts };
}

/** `later`: the entries made since, newest first. */
function standingOf({ changes, isSure }: Step, later: readonly Step[]): readonly Change[] {
  const standing = changes.filter((change) => stood(change, isSure, later));
  const puts = ({ op }: Change): boolean => op !== 'delete';
  // That a record is missing proves nothing where all that was put in its place is gone: the zone was made anew.
  return isSure && changes.some(puts) && !standing.some(puts) ? [] : standing;
}

function stood(change: Change, isSure: boolean, later: readonly Step[]): boolean {
  const { taken, put } = sidesOf(change);
  for (let at = later.length - 1; at >= 0; at--) {
    const step = later[at];
    if (step === undefined) break;
    const isThere = put === null ? !holds(step.found, taken) : holds(step.found, put);
    // Neither old nor new: a replacement that was cut in two looks like that, and so does a change by hand.
    if (!isThere) return !isSure && put !== null && taken !== null && !holds(step.found, taken);
    const over = put === null ? step.puts.get(keyOf(taken)) : step.takes.get(keyOf(put));
    if (over !== undefined && stood(over, step.isSure, later.slice(0, at))) return true;
  }
  return true;
}

function sidesOf(change: Change): { readonly taken: WantedRecord | null; readonly put: WantedRecord | null } {
  switch (change.op) {
    case 'create':
      return { taken: null, put: change.record };
    case 'delete':
      return { taken: change.record, put: null };
    case 'replace':
      return { taken: change.before, put: change.after };
  }
}

function holds(found: ReadonlySet<string>, record: WantedRecord | null): boolean {
  return found.has(keyOf(record));
}

function keyOf(record: WantedRecord | null): string {
  return record === null ? '' : contentOf(record);
}
