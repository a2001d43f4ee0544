import type { DomainName } from '@unsent/dns';
import type { Change, ChangePlan, Refusal } from './change.ts';
import type { JournalEntry } from './journal.ts';
import { isOwned, type Ownership } from './kinds.ts';
import { makePlan, withoutId } from './plan.ts';
import type { ProviderCapabilities } from './providers/provider.ts';
import { standingChanges } from './standing.ts';
import { contentOf, identityOf, isType, type WantedRecord, type ZoneRecord, type ZoneSnapshot } from './zone.ts';

export type UndoOptions = {
  readonly capabilities: ProviderCapabilities;
  /** An earlier undo may have been half done: what is gone already is no drift. */
  readonly wasInterrupted: boolean;
};

/**
 * The plan that takes `entries` back (newest first), found by content: what they created goes, what they replaced or
 * deleted comes back as it was; what others added since stays, and what they changed between two entries is what there
 * was before the newer one.
 *
 * A record of ours that is neither as we left it nor as it was before has drifted: a refusal, because somebody meant
 * something by that. Should the refusal be overridden, what was there before comes back all the same.
 */
export function planUndo(
  entries: readonly JournalEntry[],
  snapshot: ZoneSnapshot,
  { capabilities, wasInterrupted }: UndoOptions,
): ChangePlan {
  const zone: Working = { byContent: new Map(), drifts: [] };
  for (const record of snapshot.records) push(zone.byContent, contentOf(record), record);
  for (const { change, isSure } of standingChanges(entries, wasInterrupted)) invert(zone, change, isSure);
  const records = [...zone.byContent.values()].flat();
  const target = capabilities.ttlPerRecord ? records : withOneTtl(records);
  const why = entries.map(({ id }) => `before ${id}`).join(', ');
  const changes = changesBetween(snapshot.records, target, why);
  return makePlan(snapshot, changes, [...zone.drifts, ...impossible(snapshot.zone, target)], []);
}

/** The changes that make `target` of `records`, with what changes at one name and type as replacements. */
export function changesBetween(
  records: readonly ZoneRecord[],
  target: readonly (WantedRecord | ZoneRecord)[],
  why: string,
): readonly Change[] {
  const wanted = new Map<string, WantedRecord[]>();
  for (const record of target) push(wanted, identityOf(record), withoutId(record));
  const surplus = new Map<string, ZoneRecord[]>();
  for (const record of records) {
    if (wanted.get(identityOf(record))?.pop() === undefined) push(surplus, setOf(record), record);
  }
  const changes: Change[] = [];
  for (const record of [...wanted.values()].flat()) {
    const before = surplus.get(setOf(record))?.shift();
    changes.push(before === undefined ? { op: 'create', record, why } : { op: 'replace', before, after: record, why });
  }
  for (const record of [...surplus.values()].flat()) changes.push({ op: 'delete', record, why });
  return changes;
}

/** The zone while entry after entry is taken back. */
type Working = { readonly byContent: Map<string, (WantedRecord | ZoneRecord)[]>; readonly drifts: Refusal[] };

function invert(zone: Working, change: Change, isSure: boolean): void {
  switch (change.op) {
    case 'create':
      if (!remove(zone, change.record) && isSure) drifted(zone, change.record);
      return;
    case 'delete':
      putBack(zone, change.record);
      return;
    case 'replace':
      invertReplace(zone, change.before, change.after);
  }
}

function invertReplace(zone: Working, before: ZoneRecord, after: WantedRecord): void {
  if (remove(zone, after)) {
    putBack(zone, before);
    return;
  }
  if (has(zone, before)) return;
  drifted(zone, after);
  removeCounterpart(zone, after);
  putBack(zone, before);
}

function has(zone: Working, record: WantedRecord): boolean {
  return (zone.byContent.get(contentOf(record)) ?? []).length > 0;
}

function putBack(zone: Working, record: ZoneRecord): void {
  if (!has(zone, record)) push(zone.byContent, contentOf(record), withoutId(record));
}

/** Takes out the record of the same content; an identical one before one that only says the same. */
function remove(zone: Working, record: WantedRecord): boolean {
  const same = zone.byContent.get(contentOf(record)) ?? [];
  const exact = same.findIndex((other) => identityOf(other) === identityOf(record));
  return same.splice(Math.max(exact, 0), 1).length > 0;
}

/** Of SPF, DMARC and a DKIM key a name has one: what stands in its place now makes way for what comes back. */
function removeCounterpart(zone: Working, record: WantedRecord): void {
  const roles: readonly Ownership[] = ['spf', 'dmarc', 'dkim'];
  const role = roles.find((one) => isOwned(record, one));
  if (role === undefined) return;
  for (const [content, here] of zone.byContent) {
    const [other] = here;
    if (other?.name === record.name && other.type === record.type && isOwned(other, role))
      zone.byContent.delete(content);
  }
}

function drifted(zone: Working, { type, name }: WantedRecord): void {
  zone.drifts.push({
    code: 'drifted',
    message: `${type} ${name} is no longer as unsent left it.`,
    hint: `Look at it first; unsent journal show tells what it was.`,
  });
}

/** RFC 1034 §3.6.2 and RFC 7505 §3: others added what cannot stand beside a record that would come back. */
function impossible(zone: DomainName, target: readonly WantedRecord[]): readonly Refusal[] {
  return target.flatMap((record) => {
    const others = target.filter((other) => other !== record && other.name === record.name);
    const isBlocked =
      record.type === 'CNAME'
        ? record.name !== zone && others.length > 0
        : isType(record, 'MX') && record.data.exchange === '.' && others.some(({ type }) => type === 'MX');
    if (!isBlocked || 'id' in record) return [];
    const message = `${record.type} ${record.name} cannot come back: other records stand at that name now.`;
    return [{ code: 'drifted' as const, message, hint: 'Remove them first if the old record is wanted.' }];
  });
}

/** RFC 2181 §5.2, for providers that keep one TTL for a name and type: what stays decides. */
function withOneTtl(records: readonly (WantedRecord | ZoneRecord)[]): readonly (WantedRecord | ZoneRecord)[] {
  const staying = new Map<string, number>();
  for (const record of records) if ('id' in record) staying.set(setOf(record), record.ttlSeconds);
  return records.map((record) => {
    const ttlSeconds = staying.get(setOf(record));
    return ttlSeconds === undefined || 'id' in record ? record : { ...record, ttlSeconds };
  });
}

function setOf({ name, type }: WantedRecord): string {
  return `${name} ${type}`;
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
