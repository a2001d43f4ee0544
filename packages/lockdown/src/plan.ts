import type { Aim, Desired } from './aim.ts';
import type { Change, ChangePlan, PlanNote, Refusal } from './change.ts';
import { isOwned } from './kinds.ts';
import { identityOf, meaningOf, type WantedRecord, type ZoneRecord, type ZoneSnapshot } from './zone.ts';

/**
 * The changes that lead from a snapshot to what is desired; what is right already is not among them.
 *
 * A record that goes and one that comes at the same name and type are one `replace`, so that an MX never leaves a
 * moment without MX (implicit MX, RFC 5321 §5.1).
 */
export function planLockdown(snapshot: ZoneSnapshot, desired: Desired, refusals: readonly Refusal[]): ChangePlan {
  const changes = desired.aims.flatMap((aim) => planAim(snapshot.records, aim));
  return makePlan(snapshot, changes, refusals, desired.notes);
}

/** A plan from changes that are already known. */
export function makePlan(
  snapshot: ZoneSnapshot,
  changes: readonly Change[],
  refusals: readonly Refusal[],
  notes: readonly PlanNote[],
): ChangePlan {
  return {
    zone: snapshot.zone,
    basedOn: snapshot.fingerprint,
    changes,
    after: recordsAfter(snapshot.records, changes),
    refusals,
    notes,
  };
}

/** The zone once `changes` have happened. A record they speak of that is not there is ignored. */
export function recordsAfter(records: readonly WantedRecord[], changes: readonly Change[]): readonly WantedRecord[] {
  const gone = new Map<string, number>();
  const came: WantedRecord[] = [];
  for (const change of changes) {
    if (change.op !== 'create') {
      const key = identityOf(change.op === 'replace' ? change.before : change.record);
      gone.set(key, (gone.get(key) ?? 0) + 1);
    }
    if (change.op !== 'delete') came.push(change.op === 'replace' ? change.after : change.record);
  }
  const stay = records.filter((record) => {
    const key = identityOf(record);
    const left = gone.get(key) ?? 0;
    if (left > 0) gone.set(key, left - 1);
    return left === 0;
  });
  return [...stay.map(withoutId), ...came];
}

function planAim(records: readonly ZoneRecord[], aim: Aim): readonly Change[] {
  const here = records.filter((record) => record.name === aim.name && record.type === aim.type);
  const owned = here.filter((record) => isOwned(record, aim.owns));
  const matched = new Set<ZoneRecord>();
  const missing: WantedRecord[] = [];
  for (const wanted of aim.wanted) {
    const match = owned.find((record) => !matched.has(record) && meaningOf(record) === meaningOf(wanted));
    if (match === undefined) missing.push(wanted);
    else matched.add(match);
  }
  const surplus = owned.filter((record) => !matched.has(record));
  const remaining = here.filter((record) => !surplus.includes(record));
  const ttlSeconds = remaining[0]?.ttlSeconds;
  return pairUp(
    surplus,
    // RFC 2181 §5.2: the records of one name and type share one TTL; those that stay keep theirs.
    missing.map((record) => (ttlSeconds === undefined ? record : { ...record, ttlSeconds })),
    aim.why,
  );
}

function pairUp(surplus: readonly ZoneRecord[], missing: readonly WantedRecord[], why: string): readonly Change[] {
  const changes: Change[] = [];
  for (const [i, record] of missing.entries()) {
    const before = surplus[i];
    changes.push(before === undefined ? { op: 'create', record, why } : { op: 'replace', before, after: record, why });
  }
  for (const record of surplus.slice(missing.length)) changes.push({ op: 'delete', record, why });
  return changes;
}

/** A record without the provider's id: what an undo can bring back. */
export function withoutId(record: WantedRecord | ZoneRecord): WantedRecord {
  if (!('id' in record)) return record;
  const { id: _, ...wanted } = record;
  return wanted;
}
