import { describe, expect, test } from 'vitest';
import type { StoredEntry, StoredFilter } from '../src/index.ts';
import { domain, entry, store } from './support/store.ts';

const ALL: StoredFilter = { run: null, domain: null, backscatter: null, since: null, until: null };
const BACKSCATTER: StoredFilter = { ...ALL, backscatter: 'yes' };
const [PARKED, SHOP] = [domain('parked.example'), domain('shop.example')];

/** Messages of which every count can be told by a plain walk over this list. */
const ENTRIES: readonly StoredEntry[] = Array.from({ length: 400 }, (_, i) => {
  const isReport = i % 40 === 39;
  const isBackscatter = !isReport && i % 5 !== 0;
  return entry(i, {
    arrivedAt: new Date(Date.UTC(2026, 10, 1 + (i % 17), i % 24, i % 60)),
    kind: isReport ? (i % 120 === 119 ? 'tls-report' : 'report') : i % 7 === 0 ? 'auto-reply' : 'bounce',
    backscatter: isReport ? 'unknown' : isBackscatter ? 'yes' : 'no',
    domain: i % 11 === 0 ? null : i % 3 === 0 ? SHOP : PARKED,
    localPart: isReport ? null : `user${(i * i) % 13}`,
    reporter: isReport ? (i % 80 === 39 ? 'bigmail.example' : null) : `mx${i % 9}.example.net`,
    originIp: isReport ? null : `198.51.${i % 3}.${i % 10}`,
    originNetwork: isReport ? null : `198.51.${i % 3}.0/24`,
    originSpf: isReport || i % 13 === 0 ? null : (['fail', 'softfail', 'pass'][i % 4] ?? 'none'),
  });
});

async function filled() {
  const { ledger, ...rest } = await store();
  const { run } = await ledger.startRun(new Date('2026-11-20T00:00:00Z'), ['x'], 'x');
  await ledger.recordBatch(run, ENTRIES, null);
  return { ledger, ...rest };
}

/** Most first, then by name: the order that every list promises. */
function countBy(entries: readonly StoredEntry[], nameOf: (one: StoredEntry) => string | null): [string, number][] {
  const counts: Record<string, number> = {};
  for (const one of entries) {
    const name = nameOf(one);
    if (name !== null) counts[name] = (counts[name] ?? 0) + 1;
  }
  return Object.entries(counts).sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
}

const dayOf = ({ arrivedAt }: { arrivedAt: Date }): string => arrivedAt.toISOString().slice(0, 10);
const backscatter = ENTRIES.filter((one) => one.backscatter === 'yes');

const FILTERS: readonly [string, Partial<StoredFilter>, (one: StoredEntry) => boolean][] = [
  ['everything', {}, () => true],
  ['one domain', { domain: PARKED }, (one) => one.domain === PARKED],
  [
    'a time',
    { since: new Date('2026-11-04T06:00:00Z'), until: new Date('2026-11-12T18:00:00Z') },
    ({ arrivedAt }) => arrivedAt >= new Date('2026-11-04T06:00:00Z') && arrivedAt < new Date('2026-11-12T18:00:00Z'),
  ],
  ['an unknown domain', { domain: domain('nobody.example') }, () => false],
];

describe.each(FILTERS)('of %s', (_, filter, isMeant) => {
  const meant = ENTRIES.filter(isMeant);
  const forged = backscatter.filter(isMeant);

  test('days hold the sums of their messages', async () => {
    const { ledger } = await filled();
    const days = await ledger.totalsByDay({ ...ALL, ...filter });
    expect(days.map(({ day, messages }) => [day.toISOString().slice(0, 10), messages])).toEqual(
      countBy(meant, dayOf).sort(([a], [b]) => (a < b ? -1 : 1)),
    );
    expect(days.reduce((sum, one) => sum + one.backscatter, 0)).toBe(forged.length);
    expect(days.reduce((sum, one) => sum + one.bounces, 0)).toBe(meant.filter(({ kind }) => kind === 'bounce').length);
  });

  test('days of a domain hold its own messages', async () => {
    const { ledger } = await filled();
    const days = await ledger.totalsByDomainAndDay({ ...ALL, ...filter }, [SHOP]);
    const own = meant.filter((one) => one.domain === SHOP);
    expect(days.map((one) => [one.day.toISOString().slice(0, 10), one.messages])).toEqual(
      countBy(own, dayOf).sort(([a], [b]) => (a < b ? -1 : 1)),
    );
  });

  test('injectors come with what SPF said of them', async () => {
    const { ledger } = await filled();
    for (const [by, nameOf] of [
      ['origin', ({ originIp }: StoredEntry) => originIp],
      ['network', ({ originNetwork }: StoredEntry) => originNetwork],
    ] as const) {
      const found = await ledger.injectors(by, { ...BACKSCATTER, ...filter }, 7);
      expect(found.map(({ name, count }) => [name, count])).toEqual(countBy(forged, nameOf).slice(0, 7));
      for (const { name, spf } of found) {
        const own = forged.filter((one) => nameOf(one) === name);
        expect(spf.map((one) => [one.name, one.count])).toEqual(countBy(own, ({ originSpf }) => originSpf));
      }
    }
  });

  test('forged addresses, the most frequent first', async () => {
    const { ledger } = await filled();
    const found = await ledger.forgedAddresses({ ...BACKSCATTER, ...filter }, 1000);
    expect(found.map((one) => [`${one.localPart}@${one.domain}`, one.count]).sort()).toEqual(
      countBy(forged, (one) => `${one.localPart}@${one.domain}`).sort(),
    );
    expect(found.map(({ count }) => count)).toEqual(found.map(({ count }) => count).sort((a, b) => b - a));
  });

  test('DMARC reports and those who signed them, and TLS reports', async () => {
    const { ledger } = await filled();
    const reports = meant.filter(({ kind }) => kind === 'report');
    const found = await ledger.aggregateReports({ ...ALL, ...filter }, 10);
    expect(found.count).toBe(reports.length);
    const ofTls = meant.filter(({ kind }) => kind === 'tls-report').length;
    expect((await ledger.tlsReports({ ...ALL, ...filter })).count).toBe(ofTls);
    expect(found.senders.map(({ name, count }) => [name, count])).toEqual(countBy(reports, ({ reporter }) => reporter));
    const times = reports.map(({ arrivedAt }) => arrivedAt.getTime()).sort((a, b) => a - b);
    expect(found.firstSeen?.getTime()).toBe(times[0]);
    expect(found.lastSeen?.getTime()).toBe(times.at(-1));
  });
});

test('the newest messages of a domain, with neither reports nor other mail', async () => {
  const { ledger } = await filled();
  const own = ENTRIES.filter((one) => one.domain === PARKED && !one.kind.endsWith('report'))
    .sort((a, b) => b.arrivedAt.getTime() - a.arrivedAt.getTime())
    .slice(0, 9);
  const found = await ledger.newestMessages({ ...ALL, domain: PARKED }, 9);
  expect(found.map(({ arrivedAt }) => arrivedAt)).toEqual(own.map(({ arrivedAt }) => arrivedAt));
  expect(found[0]).toMatchObject({ evidence: ['domain-unused', 'spf-fail'], isDecisive: true });
});

test('backscatter between two hours, of some domains', async () => {
  const { ledger } = await filled();
  const [since, until] = [new Date('2026-11-03T05:00:00Z'), new Date('2026-11-09T20:00:00Z')];
  const meant = backscatter.filter((one) => one.domain !== null && one.arrivedAt >= since && one.arrivedAt < until);
  expect(meant.length).toBeGreaterThan(50);
  expect(await ledger.backscatterBetween([PARKED, SHOP], since, until)).toBe(meant.length);
  expect(await ledger.backscatterBetween([domain('nobody.example')], since, until)).toBe(0);
});

test('the journal tells its writes without what was written; what failed or never ended is none', async () => {
  const { journal } = await store();
  const draft = {
    kind: 'lockdown',
    zone: PARKED,
    provider: 'x',
    snapshot: {},
    plan: {},
    undoes: [],
    zoneText: '',
  } as const;
  const at = (hour: number): Date => new Date(Date.UTC(2026, 10, 16, hour));
  const ids: string[] = [];
  for (const [i, state] of (['applied', 'failed', 'undone', null, 'unclear'] as const).entries()) {
    const { id } = await journal.begin(at(i), () => draft);
    ids.push(id);
    if (state !== null) await journal.finish(id, state, at(i + 1), '');
  }
  const found = await journal.writes(10);
  expect(found.map(({ id, state }) => [id, state])).toEqual([
    [ids[4], 'unclear'],
    [ids[2], 'undone'],
    [ids[0], 'applied'],
  ]);
  expect(found[2]).toEqual({
    id: ids[0],
    kind: 'lockdown',
    zone: PARKED,
    state: 'applied',
    begunAt: at(0).toISOString(),
    finishedAt: at(1).toISOString(),
  });
  expect(await journal.writes(1)).toHaveLength(1);
});

test('requests to policyd are counted of one domain or of all', async () => {
  const { policyCounters } = await store();
  const one = { hour: 10, rule: 'r', identity: 'sender', result: 'fail', action: 'reject' };
  await policyCounters.add({
    decisions: [
      { ...one, domain: 'a.example', count: 3 },
      { ...one, domain: 'b.example', count: 4 },
    ],
    senders: [],
  });
  expect((await policyCounters.totals(new Date(0))).map(({ count }) => count)).toEqual([7]);
  expect((await policyCounters.totals(new Date(0), 'a.example')).map(({ count }) => count)).toEqual([3]);
});

test.each(FILTERS)('of %s all lists at once are what each question answers', async (_, given) => {
  const { ledger } = await filled();
  // With everything that may be missing, and two combinations of rules.
  const odd = { domain: PARKED, originIp: null, originNetwork: null, localPart: null, reporter: null, evidence: [] };
  const { run } = await ledger.startRun(new Date('2026-11-20T00:00:00Z'), ['x'], 'x');
  await ledger.recordBatch(run, [entry(900, odd), entry(901, { evidence: ['domain-unused'] })], null);
  const filter = { ...BACKSCATTER, ...given };
  for (const limit of [1, 4, 100]) {
    expect(await ledger.lists(filter, limit)).toEqual({
      reporters: await ledger.top('reporter', filter, limit),
      injectors: await ledger.injectors('origin', filter, limit),
      networks: await ledger.injectors('network', filter, limit),
      forged: await ledger.forgedAddresses(filter, limit),
      evidence: await ledger.top('evidence', filter, limit),
    });
  }
});
