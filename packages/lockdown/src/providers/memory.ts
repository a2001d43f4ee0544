import { type DomainName, isSubdomainOf, UnsentError } from '@unsent/dns';
import type { Change } from '../change.ts';
import { recordsAfter } from '../plan.ts';
import { identityOf, isModelled, snapshotOf, type WantedRecord, type ZoneRecord, type ZoneSnapshot } from '../zone.ts';
import type { DnsProvider, HostedZone, ProviderCapabilities } from './provider.ts';

/** A zone for `memoryProvider`. */
export type MemoryZone = { readonly name: DomainName; readonly records: readonly WantedRecord[] };

/** The in-memory provider also tells what it holds, for tests and demonstrations. */
export interface MemoryProvider extends DnsProvider {
  records(zone: DomainName): readonly ZoneRecord[];
  /** Replaces a zone, as somebody else at the dashboard would. */
  overwrite(zone: DomainName, records: readonly WantedRecord[]): void;
  /** How often each method was called. */
  readonly calls: { read: number; write: number; zones: number };
}

export type MemoryOptions = {
  readonly now: () => Date;
  readonly capabilities?: Partial<ProviderCapabilities>;
  /** What `HostedZone` says beside the name. */
  readonly hosted?: Partial<HostedZone>;
};

const CAPABILITIES: ProviderCapabilities = {
  nullMx: true,
  comments: true,
  tags: true,
  ttlPerRecord: true,
  maxBatch: Number.MAX_SAFE_INTEGER,
};

/**
 * A provider that keeps its zones in memory, with everything a real one has: ids, comments, tags, proxied records,
 * refusal of what does not exist. Exported for the tests of those who use this library.
 */
export function memoryProvider(zones: readonly MemoryZone[], options: MemoryOptions): MemoryProvider {
  let nextId = 1;
  const withId = (record: WantedRecord): ZoneRecord => ({ ...record, id: `memory-${nextId++}` });
  const held = new Map(zones.map(({ name, records }) => [name, records.map(withId)]));
  const hosted = (name: DomainName): HostedZone => ({ nameServers: [], inactive: null, ...options.hosted, name });
  const calls = { read: 0, write: 0, zones: 0 };

  const recordsOf = (zone: DomainName): readonly ZoneRecord[] => {
    const records = held.get(zone);
    if (records === undefined) throw unknownZone(zone);
    return records;
  };

  return {
    name: 'memory',
    title: 'memory',
    capabilities: { ...CAPABILITIES, ...options.capabilities },
    calls,
    records: recordsOf,
    overwrite: (zone, records) => void held.set(zone, records.map(withId)),
    async zones() {
      calls.zones++;
      return [...held.keys()].sort().map(hosted);
    },
    async find(name) {
      const above = [...held.keys()].filter((zone) => isSubdomainOf(name, zone));
      const closest = above.sort((a, b) => b.length - a.length)[0];
      return closest === undefined ? null : hosted(closest);
    },
    async read(zone) {
      calls.read++;
      return snapshotOf(zone, 'memory', options.now(), recordsOf(zone));
    },
    async write(base, changes) {
      calls.write++;
      held.set(base.zone, written(recordsOf(base.zone), base, changes, withId));
    },
    async probeWrite() {},
    async close() {},
  };
}

/** Unchanged records keep their ids; a replaced record keeps its own. */
function written(
  records: readonly ZoneRecord[],
  base: ZoneSnapshot,
  changes: readonly Change[],
  withId: (record: WantedRecord) => ZoneRecord,
): ZoneRecord[] {
  const present = new Set(records.map(identityOf));
  for (const change of changes) {
    const needed = change.op === 'create' ? null : change.op === 'replace' ? change.before : change.record;
    if (needed !== null && !present.has(identityOf(needed))) {
      throw new UnsentError('zone-changed', {
        message: `${needed.type} ${needed.name} is not as it was when ${base.zone} was read.`,
      });
    }
  }
  const kept = new Map<string, ZoneRecord[]>();
  for (const record of records) kept.set(identityOf(record), [...(kept.get(identityOf(record)) ?? []), record]);
  for (const change of changes) {
    if (change.op !== 'replace') continue;
    const before = kept.get(identityOf(change.before))?.pop();
    if (before !== undefined) addTo(kept, { ...change.after, id: before.id });
  }
  const after = recordsAfter(records, changes).map((record) => kept.get(identityOf(record))?.shift() ?? withId(record));
  refuseImpossible(base.zone, after);
  for (const change of changes)
    if (change.op !== 'delete') refuseBelowDname(change.op === 'replace' ? change.after : change.record, after);
  return after;
}

function addTo(kept: Map<string, ZoneRecord[]>, record: ZoneRecord): void {
  kept.set(identityOf(record), [...(kept.get(identityOf(record)) ?? []), record]);
}

/** RFC 1034 §3.6.2: what every real provider refuses too. */
function refuseImpossible(zone: DomainName, records: readonly ZoneRecord[]): void {
  for (const { name, type } of records) {
    if (type !== 'CNAME' || name === zone) continue;
    if (records.some((other) => other.name === name && other.type !== 'CNAME')) {
      throw new UnsentError('provider-refused', {
        message: `${name} is a CNAME; no other record can stand beside it.`,
      });
    }
  }
  for (const record of records) {
    if (!isModelled(record) || record.type !== 'MX' || record.data.exchange !== '.') continue;
    if (records.some((other) => other !== record && other.name === record.name && other.type === 'MX')) {
      throw new UnsentError('provider-refused', {
        message: `${record.name} has a null MX; no other MX can stand beside it.`,
      });
    }
  }
}

/** RFC 6672 §2.4. What lies below a DNAME already is hidden and does no harm: a zone may have been handed in with it. */
function refuseBelowDname({ name }: WantedRecord, records: readonly ZoneRecord[]): void {
  const above = records.find(
    (other) => other.type === 'DNAME' && other.name !== name && isSubdomainOf(name, other.name),
  );
  if (above === undefined) return;
  throw new UnsentError('provider-refused', {
    message: `${above.name} is a DNAME; no record can stand at ${name} below it.`,
  });
}

function unknownZone(zone: DomainName): UnsentError {
  return new UnsentError('zone-unknown', { message: `The provider memory holds no zone ${zone}.` });
}
