import { equal } from 'node:assert/strict';
import { type DomainName, parseDomainName, parseIp } from '@unsent/dns';
import type { ApplyContext, ApplyOutcome } from '../apply.ts';
import type { ChangePlan } from '../change.ts';
import { desiredRecords } from '../desired.ts';
import { below } from '../facts.ts';
import { memoryJournal } from '../journal-memory.ts';
import type { LockdownOptions } from '../options.ts';
import { planLockdown } from '../plan.ts';
import { changesBetween } from '../undo.ts';
import { contentOf, NO_META, type WantedRecord, type ZoneRecord, type ZoneSnapshot } from '../zone.ts';
import type { DnsProvider } from './provider.ts';

/** What the story needs: a provider, and a zone of its own in which everything but the NS records may be lost. */
export type ContractWorld = { readonly provider: DnsProvider; readonly zone: DomainName };

/** The world while the story is told. */
export type Stage = ContractWorld & {
  readonly context: ApplyContext;
  /** The zone before the lockdown, remembered from one chapter to the next. */
  old: ZoneSnapshot | null;
};

/** Opens the world at the first call only. */
export function openOnce(open: () => Promise<ContractWorld>): () => Promise<Stage> {
  let stage: Promise<Stage> | null = null;
  return () => {
    stage ??= open().then(({ provider, zone }) => {
      const now = (): Date => new Date(0);
      const base = { kind: 'lockdown' as const, undoes: [], rereads: true, readsBack: true };
      return { provider, zone, old: null, context: { ...base, provider, journal: memoryJournal(), now } };
    });
    return stage;
  };
}

/** The plan of a lockdown. */
export function planFor(provider: DnsProvider, snapshot: ZoneSnapshot, options: LockdownOptions): ChangePlan {
  return planLockdown(snapshot, desiredRecords(snapshot, options, provider.capabilities), []);
}

/** Fails unless the plan was applied. */
export function assertApplied(outcome: ApplyOutcome, what: string): void {
  // `auto` changes nothing where the provider cannot store a null MX.
  if (outcome.kind === 'nothing-to-do') return;
  const cause = 'cause' in outcome ? `: ${String(outcome.cause)}` : '';
  equal(outcome.kind, 'applied', `${what}${cause}`);
}

/** A parked domain as one finds them: two mail hosts elsewhere (BIND wants addresses for those of the zone), an SPF record cut in two, a verification, a web host. */
export function oldHost(zone: DomainName): readonly WantedRecord[] {
  const mx = (preference: number, host: string): WantedRecord => {
    const exchange = parseDomainName(host);
    if (exchange === null) throw new Error(`unreachable: ${host} is a name`);
    return { name: zone, type: 'MX', data: { preference, exchange }, ttlSeconds: 3600, ...NO_META };
  };
  const ip = parseIp('192.0.2.10');
  if (ip === null) throw new Error('unreachable: 192.0.2.10 is an address');
  return [
    mx(10, 'mx1.example.net'),
    mx(20, 'mx2.example.net'),
    { ...txt(zone, ['v=spf1 include:', '_spf.example.net ~all']), ttlSeconds: 300 },
    { ...txt(zone, ['site-verification=AbCdEf']), ttlSeconds: 300 },
    { name: below('www', zone), type: 'A', data: ip.text, ttlSeconds: 300, ...NO_META },
  ];
}

/** A TXT record with nothing beside it. */
export function txt(name: DomainName, data: readonly string[]): WantedRecord {
  return { name, type: 'TXT', data, ttlSeconds: 300, ...NO_META };
}

/** NS records of the apex: the one thing the story leaves alone. */
export async function nsRecords({ provider, zone }: Stage): Promise<readonly ZoneRecord[]> {
  return (await provider.read(zone)).records.filter(({ type, name }) => type === 'NS' && name === zone);
}

/** What the zone holds now, to look for records in. */
export async function contents({ provider, zone }: Stage): Promise<readonly string[]> {
  return (await provider.read(zone)).records.map(contentOf);
}

/** Creates records in one write. */
export async function add({ provider, zone }: Stage, records: readonly WantedRecord[]): Promise<void> {
  await provider.write(
    await provider.read(zone),
    records.map((record) => ({ op: 'create', record, why: 'contract' })),
  );
}

/** Deletes the records that are meant in one write. */
export async function drop({ provider, zone }: Stage, isMeant: (record: ZoneRecord) => boolean): Promise<void> {
  const base = await provider.read(zone);
  const gone = base.records.filter(isMeant);
  await provider.write(
    base,
    gone.map((record) => ({ op: 'delete', record, why: 'contract' })),
  );
}

/** Makes the zone exactly `target` in one write. */
export async function become({ provider, zone }: Stage, target: readonly WantedRecord[]): Promise<void> {
  const base = await provider.read(zone);
  const changes = changesBetween(base.records, target, 'contract');
  if (changes.length > 0) await provider.write(base, changes);
}
