import type { Change, ChangePlan } from './change.ts';
import { contentOf, identityOf, type WantedRecord } from './zone.ts';

/** How much of a plan a zone shows. */
export type PlanProgress = {
  readonly kind: 'applied' | 'not-applied' | 'partly';
  readonly done: readonly Change[];
  readonly open: readonly Change[];
};

/**
 * Compares a zone with a plan, change by change and by content: the only way to know after a reply was lost.
 *
 * A plan without changes counts as applied.
 */
export function planProgress(plan: ChangePlan, records: readonly WantedRecord[]): PlanProgress {
  const contents = new Set(records.map(contentOf));
  const identities = new Set(records.map(identityOf));
  const isDone = (change: Change): boolean => {
    switch (change.op) {
      case 'create':
        return contents.has(contentOf(change.record));
      case 'delete':
        return !contents.has(contentOf(change.record));
      case 'replace':
        // Where only TTL or metadata change, the content cannot tell before from after.
        return contentOf(change.before) === contentOf(change.after)
          ? identities.has(identityOf(change.after)) || !identities.has(identityOf(change.before))
          : contents.has(contentOf(change.after)) && !contents.has(contentOf(change.before));
    }
  };
  const done = plan.changes.filter(isDone);
  const open = plan.changes.filter((change) => !isDone(change));
  return { kind: open.length === 0 ? 'applied' : done.length === 0 ? 'not-applied' : 'partly', done, open };
}

/** `3 of 5 changes are in the zone`. */
export function progressSentence({ kind, done, open }: PlanProgress): string {
  if (kind === 'applied') return 'read back: as planned';
  if (kind === 'not-applied') return 'read back: nothing of it is in the zone';
  return `read back: ${done.length} of ${done.length + open.length} changes are in the zone`;
}
