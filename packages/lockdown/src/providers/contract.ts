import { deepEqual, equal, notEqual, ok, rejects } from 'node:assert/strict';
import { UnsentError } from '@unsent/dns';
import { applyPlan } from '../apply.ts';
import { below } from '../facts.ts';
import { lockdownOptions } from '../options.ts';
import { withoutId } from '../plan.ts';
import { planUndo } from '../undo.ts';
import { contentOf, NO_META, type WantedRecord, type ZoneRecord } from '../zone.ts';
import {
  add,
  assertApplied,
  become,
  type ContractWorld,
  contents,
  drop,
  nsRecords,
  oldHost,
  openOnce,
  planFor,
  type Stage,
  txt,
} from './contract-stage.ts';

/** One chapter. Run them in order: each begins where the one before ended. */
export type Chapter = { readonly title: string; tell(): Promise<void> };

/**
 * Hello! You are adding a place where zones are kept, and this is the story your provider must be able to play.
 *
 * Hand in how to open it, and give each chapter to the test runner of your choice:
 *
 * ```ts
 * for (const { title, tell } of providerContract(open)) test(title, tell);
 * ```
 *
 * It begins with reading, goes on with writing single records, and ends with a lockdown that is undone without a
 * trace. The first chapter that fails is the one to look at.
 */
export function providerContract(open: () => Promise<ContractWorld>): readonly Chapter[] {
  const told = openOnce(open);
  const chapter = (title: string, tell: (world: Stage) => Promise<void>): Chapter => ({
    title,
    tell: async () => tell(await told()),
  });
  return [
    chapter('finds the zone by its name and by names below it, and lists it if it can', findsZone),
    chapter('says zone-unknown about a zone it does not hold', refusesUnknown),
    chapter('empties the zone, all but its NS records', empties),
    chapter('reads the same zone twice and gives the same fingerprint', readsTwice),
    chapter('tells whether it may write without writing', probes),
    chapter('writes an old mail host and reads it back as it was written', writesOldHost),
    chapter('keeps TXT as it was cut, with quotes, backslashes and long strings', keepsText),
    chapter('replaces one record and leaves its neighbours, ids and all', replacesOne),
    chapter('exchanges a CNAME for other records in one write', exchangesCname),
    chapter('refuses to change a record that is no longer there', refusesStale),
    chapter('stores a null MX, if it says that it can', storesNullMx),
    chapter('keeps comments and tags, if it says that it can', keepsMeta),
    chapter('keeps types it does not understand', keepsOpaque),
    chapter('locks the zone down, and then there is nothing left to plan', locksDown),
    chapter('unlocks it, and the fingerprint is the old one', unlocks),
    chapter('empties the zone again: nothing of the story remains', empties),
  ];
}

async function findsZone({ provider, zone }: Stage): Promise<void> {
  equal((await provider.find(zone))?.name, zone);
  equal((await provider.find(below('a.b', zone)))?.name, zone, 'a name below the zone is found in it');
  const listed = await provider.zones();
  ok(listed === null || listed.some(({ name }) => name === zone), 'the zone is among those listed');
}

async function refusesUnknown({ provider, zone }: Stage): Promise<void> {
  const unknown = below('no-zone-of-its-own', zone);
  await rejects(provider.read(unknown), (error) => error instanceof UnsentError && error.code === 'zone-unknown');
}

async function empties(stage: Stage): Promise<void> {
  const { provider, zone } = stage;
  const before = await provider.read(zone);
  const ns = before.records.filter(({ type, name }) => type === 'NS' && name === zone);
  await become(stage, ns);
  equal((await provider.read(zone)).records.length, ns.length);
}

async function readsTwice({ provider, zone }: Stage): Promise<void> {
  const [first, second] = [await provider.read(zone), await provider.read(zone)];
  equal(first.fingerprint, second.fingerprint);
  equal(first.provider, provider.name);
  deepEqual(JSON.parse(JSON.stringify(first)), first, 'a snapshot is plain JSON');
}

async function probes({ provider, zone }: Stage): Promise<void> {
  const before = await provider.read(zone);
  await provider.probeWrite(zone);
  equal((await provider.read(zone)).fingerprint, before.fingerprint, 'nothing was written');
}

async function writesOldHost(stage: Stage): Promise<void> {
  const records = oldHost(stage.zone);
  await add(stage, records);
  const after = await contents(stage);
  for (const record of records) ok(after.includes(contentOf(record)), `${record.type} ${record.name} is there`);
  const { records: read } = await stage.provider.read(stage.zone);
  const mx = read.filter(({ type }) => type === 'MX');
  deepEqual(
    mx.map(({ ttlSeconds }) => ttlSeconds),
    [3600, 3600],
    'the TTL is the one that was written',
  );
}

async function keepsText(stage: Stage): Promise<void> {
  const name = below('text', stage.zone);
  const data = ['two "quoted" words', 'a \\ backslash; a semicolon', 'x'.repeat(255), ' leading space'];
  const record: WantedRecord = { name, type: 'TXT', data, ttlSeconds: 300, ...NO_META };
  await add(stage, [record]);
  ok((await contents(stage)).includes(contentOf(record)));
  await drop(stage, (one) => one.name === name);
}

async function replacesOne(stage: Stage): Promise<void> {
  const { provider, zone } = stage;
  const base = await provider.read(zone);
  const before = base.records.find((record) => record.type === 'TXT' && contentOf(record).includes('v=spf1'));
  ok(before !== undefined, 'the SPF record of the old host');
  const after: WantedRecord = { ...withoutId(before), ...txt(zone, ['v=spf1 -all']), ttlSeconds: before.ttlSeconds };
  await provider.write(base, [{ op: 'replace', before, after, why: 'contract' }]);
  const now = await provider.read(zone);
  const others = (records: readonly ZoneRecord[], content: string): string[] =>
    records
      .filter((record) => contentOf(record) !== content)
      .map((record) => `${record.id} ${contentOf(record)}`)
      .sort();
  deepEqual(others(now.records, contentOf(after)), others(base.records, contentOf(before)));
  equal(now.records.length, base.records.length);
}

async function exchangesCname(stage: Stage): Promise<void> {
  const { provider, zone } = stage;
  const name = below('s1._domainkey', zone);
  const cname: WantedRecord = { name, type: 'CNAME', data: below('key', zone), ttlSeconds: 300, ...NO_META };
  await add(stage, [cname]);
  const base = await provider.read(zone);
  const before = base.records.find((record) => record.name === name);
  ok(before !== undefined && before.type === 'CNAME');
  const record = { ...txt(name, ['v=DKIM1; p=']), ttlSeconds: 300 };
  const why = 'contract';
  await provider.write(base, [
    { op: 'delete', record: before, why },
    { op: 'create', record, why },
  ]);
  deepEqual((await provider.read(zone)).records.filter((one) => one.name === name).map(contentOf), [contentOf(record)]);
  await drop(stage, (one) => one.name === name);
}

async function refusesStale(stage: Stage): Promise<void> {
  const { provider, zone } = stage;
  const record = { ...txt(below('stale', zone), ['here today']), ttlSeconds: 300 };
  await add(stage, [record]);
  const base = await provider.read(zone);
  const before = base.records.find((one) => contentOf(one) === contentOf(record));
  ok(before !== undefined);
  await drop(stage, (one) => contentOf(one) === contentOf(record));
  const gone = await provider.read(zone);
  const after = { ...record, ...txt(record.name, ['too late']) };
  await rejects(provider.write(base, [{ op: 'replace', before, after, why: 'contract' }]));
  equal((await provider.read(zone)).fingerprint, gone.fingerprint, 'nothing of a refused write is in the zone');
}

async function storesNullMx(stage: Stage): Promise<void> {
  if (!stage.provider.capabilities.nullMx) return;
  const name = below('null', stage.zone);
  const record: WantedRecord = {
    name,
    type: 'MX',
    data: { preference: 0, exchange: '.' },
    ttlSeconds: 300,
    ...NO_META,
  };
  await add(stage, [record]);
  ok((await contents(stage)).includes(contentOf(record)));
  await drop(stage, (one) => one.name === name);
}

async function keepsMeta(stage: Stage): Promise<void> {
  const { comments, tags } = stage.provider.capabilities;
  if (!comments) return;
  const name = below('noted', stage.zone);
  const meta = {
    comment: 'an old mail host; do not touch',
    tags: tags ? ['team:web'] : [],
    proxied: false,
    settings: null,
  };
  const record: WantedRecord = { ...txt(name, ['noted']), ttlSeconds: 300, ...meta };
  await add(stage, [record]);
  const { records } = await stage.provider.read(stage.zone);
  const { comment, tags: kept } = records.find((one) => one.name === name) ?? NO_META;
  deepEqual({ comment, tags: kept, proxied: false, settings: null }, meta);
  await drop(stage, (one) => one.name === name);
}

async function keepsOpaque(stage: Stage): Promise<void> {
  const text = '0 issue "ca.example"';
  const record: WantedRecord = { name: stage.zone, type: 'CAA', text, ttlSeconds: 300, ...NO_META };
  await add(stage, [record]);
  ok((await contents(stage)).includes(contentOf(record)), 'CAA reads back as 0 issue "ca.example"');
}

async function locksDown(stage: Stage): Promise<void> {
  const { provider, zone, context } = stage;
  await become(stage, [...(await nsRecords(stage)), ...oldHost(zone)]);
  stage.old = await provider.read(zone);
  for (const mx of ['loopback', 'auto'] as const) {
    const options = lockdownOptions({ mx, ttlSeconds: 300 });
    const snapshot = await provider.read(zone);
    const outcome = await applyPlan(planFor(provider, snapshot, options), snapshot, context);
    assertApplied(outcome, mx);
    deepEqual(planFor(provider, await provider.read(zone), options).changes, [], 'nothing is left to plan');
  }
  notEqual((await provider.read(zone)).fingerprint, stage.old.fingerprint);
}

async function unlocks(stage: Stage): Promise<void> {
  const { provider, zone, context } = stage;
  const entries = await context.journal.entries({ zone, states: ['applied'], limit: null });
  const snapshot = await provider.read(zone);
  const plan = planUndo(entries, snapshot, { capabilities: provider.capabilities, wasInterrupted: false });
  deepEqual(plan.refusals, []);
  const undoes = entries.map(({ id }) => id);
  assertApplied(await applyPlan(plan, snapshot, { ...context, kind: 'unlock', undoes }), 'unlock');
  equal((await provider.read(zone)).fingerprint, stage.old?.fingerprint, 'restored: identical');
}
