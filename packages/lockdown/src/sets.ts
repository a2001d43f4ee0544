import { UnsentError } from '@unsent/dns';
import type { Change } from './change.ts';
import { recordsAfter } from './plan.ts';
import { contentOf, type WantedRecord, type ZoneSnapshot } from './zone.ts';

/** All records of one name and type, before and after a write: what name servers without record ids deal in. */
export type SetChange = {
  readonly name: WantedRecord['name'];
  readonly type: string;
  readonly before: readonly WantedRecord[];
  readonly after: readonly WantedRecord[];
};

/** The sets that `changes` touch, in the order of the changes; sets that become empty come first. */
export function setChanges(base: ZoneSnapshot, changes: readonly Change[]): readonly SetChange[] {
  const after = recordsAfter(base.records, changes);
  const sets = new Map<string, SetChange>();
  for (const change of changes) {
    const { name, type } = change.op === 'replace' ? change.before : change.record;
    const isMeant = (record: WantedRecord): boolean => record.name === name && record.type === type;
    sets.set(`${name} ${type}`, { name, type, before: base.records.filter(isMeant), after: after.filter(isMeant) });
  }
  // A CNAME has to be gone before anything else can stand at its name (RFC 1034 §3.6.2).
  return [...sets.values()].sort((a, b) => Math.min(a.after.length, 1) - Math.min(b.after.length, 1));
}

/** Throws `zone-changed` when a touched set no longer holds what the plan was made for. */
export function refuseChangedSets(base: ZoneSnapshot, now: ZoneSnapshot, changes: readonly Change[]): void {
  for (const { name, type, before } of setChanges(base, changes)) {
    const current = now.records.filter((record) => record.name === name && record.type === type);
    if (sameContents(before, current)) continue;
    throw zoneChanged(base, `${type} ${name}`);
  }
}

/** The error for a compare-and-swap that failed; `what` is the set that differs, or null when it is not known. */
export function zoneChanged({ zone }: ZoneSnapshot, what: string | null, cause?: unknown): UnsentError {
  return new UnsentError('zone-changed', {
    message: `${what ?? zone} was changed by somebody else since it was read.`,
    hint: 'Run the command again to see the plan for the zone as it is now.',
    exitCode: 3,
    cause,
  });
}

function sameContents(a: readonly WantedRecord[], b: readonly WantedRecord[]): boolean {
  const texts = (records: readonly WantedRecord[]): string =>
    records
      .map((record) => `${contentOf(record)} ${record.ttlSeconds}`)
      .sort()
      .join('\n');
  return texts(a) === texts(b);
}
