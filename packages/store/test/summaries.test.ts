import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { StoredEntry, StoredFilter, StoreLedger } from '../src/index.ts';
import { openPostgres } from '../src/postgres.ts';
import { openSqlite } from '../src/sqlite.ts';
import { temporaryFolder } from './support/folder.ts';
import { domain, entry, isPostgres, locationOf, type store as openOne, store } from './support/store.ts';

type AnyStore = Awaited<ReturnType<typeof openOne>>;

const ALL: StoredFilter = { run: null, domain: null, backscatter: null, since: null, until: null };
const HOUR_MS = 3_600_000;
/** Two months and a bit, of which the last hours are not over. */
const FIRST = Date.UTC(2026, 8, 20);
const NOW = new Date('2026-11-23T12:30:00Z');
const DOMAINS = ['a.example', 'b.example', 'x.a.example', 'c.example', null].map((name) =>
  name === null ? null : domain(name),
);
const SIGNAL = new AbortController().signal;

const summarise = ({ upkeep }: AnyStore, forgedAddresses = 3): Promise<number> =>
  upkeep.summarise({ now: NOW, signal: SIGNAL, ledgerMessages: 0, forgedAddresses, dayDomains: 2 });

/** A message that may be anything; few names, so that they meet. */
const anyEntry: fc.Arbitrary<Partial<StoredEntry>> = fc
  .record({
    hours: fc.nat(66 * 24),
    minute: fc.nat(59),
    kind: fc.constantFrom('bounce', 'bounce', 'auto-reply', 'report', 'ordinary'),
    backscatter: fc.constantFrom('yes', 'yes', 'yes', 'no', 'unknown'),
    isDecisive: fc.boolean(),
    domain: fc.constantFrom(...DOMAINS),
    localPart: fc.constantFrom('info', 'sales', 'a', 'B', 'ä', null),
    reporter: fc.constantFrom('mx1.example.net', 'mx2.example.net', null),
    host: fc.nat(5),
    originSpf: fc.constantFrom('fail', 'pass', null),
    evidence: fc.constantFrom([], ['domain-unused'], ['domain-unused', 'spf-fail']),
  })
  .map(({ hours, minute, host, ...rest }) => ({
    ...rest,
    arrivedAt: new Date(FIRST + hours * HOUR_MS + minute * 60_000),
    originIp: host === 0 ? null : `198.51.100.${host}`,
    originNetwork: host === 0 ? null : `198.51.${host % 2}.0/24`,
  }));

/** What happens to a ledger. */
const anyStep = fc.oneof(
  { weight: 3, arbitrary: fc.record({ add: fc.array(anyEntry, { maxLength: 60 }) }) },
  { weight: 1, arbitrary: fc.record({ again: fc.array(anyEntry, { maxLength: 5 }) }) },
  { weight: 1, arbitrary: fc.record({ forgetHours: fc.nat(66 * 24) }) },
);

type Step =
  | { readonly add: Partial<StoredEntry>[] }
  | { readonly again: Partial<StoredEntry>[] }
  | { readonly forgetHours: number };

async function take({ ledger, retention }: AnyStore, step: Step, number: number): Promise<void> {
  if ('forgetHours' in step) {
    await retention.forgetEvents(new Date(FIRST + step.forgetHours * HOUR_MS));
  } else if ('add' in step) {
    const entries = step.add.map((given, i) => entry(number * 1000 + i, given));
    await ledger.recordBatch(1, entries, null);
  } else {
    // Those of the first step, with another verdict.
    const entries = step.again.map((given, i) => entry(i, given));
    await ledger.recordBatch(1, entries, null, 'again');
  }
}

async function answers(ledger: StoreLedger, time: Pick<StoredFilter, 'since' | 'until'>): Promise<unknown> {
  const [all, backscatter] = [
    { ...ALL, ...time },
    { ...ALL, ...time, backscatter: 'yes' },
  ];
  return {
    totals: await ledger.totalsByDomain(all),
    overview: await ledger.overview(all, { domains: 2, attacked: 1, zones: [domain('a.example')], taken: 3 }),
    days: await ledger.totalsByDay(all),
    domainDays: await ledger.totalsByDomainAndDay(all, [
      domain('x.a.example'),
      domain('a.example'),
      domain('c.example'),
    ]),
    reporters: await ledger.top('reporter', backscatter, 2),
    evidence: await ledger.top('evidence', backscatter, 2),
    origins: await ledger.injectors('origin', backscatter, 3),
    networks: await ledger.injectors('network', backscatter, 3),
    forged: await ledger.forgedAddresses(backscatter, 2),
    reports: await ledger.aggregateReports(all, 2),
  };
}

const at = (text: string): Date => new Date(text);
const TIMES: readonly Pick<StoredFilter, 'since' | 'until'>[] = [
  { since: null, until: null },
  { since: null, until: at('2026-11-23T13:00:00Z') },
  { since: at('2026-09-30T22:00:00Z'), until: at('2026-11-23T13:00:00Z') },
  { since: at('2026-10-05T00:00:00Z'), until: at('2026-11-07T05:00:00Z') },
];

test('what is summed up is told exactly as it is without', { timeout: 300_000 }, async () => {
  let answered = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { minLength: 3, maxLength: 6 }), anyStep, async (steps, late) => {
      const [plain, summed] = [await store(), await store()];
      for (const [number, step] of steps.entries()) {
        await take(plain, step, number);
        await take(summed, step, number);
        answered += await summarise(summed);
      }
      // Also what is changed behind a summary, and is not summed up again yet.
      for (const one of [plain, summed]) await take(one, late, steps.length);
      for (const time of TIMES) expect(await answers(summed.ledger, time)).toEqual(await answers(plain.ledger, time));
    }),
    { numRuns: isPostgres ? 10 : 40 },
  );
  expect(answered).toBeGreaterThan(20);
});

describe('of the first domains in each summary', () => {
  test.each([
    ['the first of all are told, also one that is not the first of any', 5, 2, ['d0.example', 'all.example']],
    ['where they do not tell the first, all are read', 1, 3, ['d0.example', 'all.example', 'd1.example']],
  ])('%s', async (_, taken, limit, expected) => {
    const one = await store();
    // Three days: each has a domain of its own that comes first, and one comes up on each of them.
    const counts = [80, 30, 29].map((count, day) => ({ [`d${day}.example`]: count, 'all.example': 20, x: 3, y: 2 }));
    let number = 0;
    for (const [day, names] of counts.entries()) {
      const arrivedAt = new Date(Date.UTC(2026, 10, 5 + day, 10));
      const entries = Object.entries(names).flatMap(([name, count]) =>
        Array.from({ length: count }, () =>
          entry(number++, { domain: domain(name.includes('.') ? name : `${name}${day}.example`), arrivedAt }),
        ),
      );
      await one.ledger.recordBatch(1, entries, null);
    }
    // Another one, without which nothing that was added up fits the question.
    const until = new Date(Date.UTC(2026, 10, 8));
    await one.ledger.recordBatch(1, [entry(number, { arrivedAt: until })], null);
    expect(await summarise(one)).toBe(4);
    const limits = { domains: limit, attacked: 1, zones: [domain('example')], taken };
    const { domains, attacked, all, below } = await one.ledger.overview({ ...ALL, until }, limits);
    expect(domains.map(({ domain: name }) => name)).toEqual(expected);
    expect(attacked.map(({ domain: name, backscatter }) => [name, backscatter])).toEqual([['d0.example', 80]]);
    expect([all.messages, new Set(below).size]).toEqual([214, 10]);
  });
});

describe('of forged addresses a summary holds only the most frequent, and', () => {
  /** Two months; each holds three addresses, and leaves out some that came up ten times at most. */
  const MONTHS: readonly (readonly [string, Readonly<Record<string, number>>])[] = [
    ['2026-09-20', { a: 40, b: 30, c: 10, z: 10 }],
    ['2026-10-20', { a: 40, d: 35, e: 10, z: 10, b: 9 }],
  ];

  async function mostForged(limit: number): Promise<Record<string, number>> {
    const one = await store();
    let number = 0;
    for (const [day, counts] of MONTHS) {
      const entries = Object.entries(counts).flatMap(([localPart, count]) =>
        Array.from({ length: count }, () => entry(number++, { localPart, arrivedAt: new Date(`${day}T10:00:00Z`) })),
      );
      await one.ledger.recordBatch(1, entries, null);
    }
    expect(await summarise(one, 2)).toBe(3);
    const found = await one.ledger.forgedAddresses({ ...ALL, backscatter: 'yes' }, limit);
    return Object.fromEntries(found.map(({ localPart, count }) => [localPart, count]));
  }

  test.each([
    ['that is enough where nothing left out can reach the first', 1, { a: 80 }],
    ['those that may be among the first are counted', 2, { a: 80, b: 39 }],
    ['where one that no summary holds may be among the first, all are counted', 4, { a: 80, b: 39, d: 35, z: 20 }],
  ])('%s', async (_, limit, expected) => {
    expect(await mostForged(limit)).toEqual(expected);
  });
});

describe('days and months that are over', () => {
  const on = (number: number, day: string): StoredEntry => entry(number, { arrivedAt: new Date(`${day}T10:00:00Z`) });

  test('are summed up once, and again when something of them changes', async () => {
    const one = await store();
    const add = (...entries: StoredEntry[]) => one.ledger.recordBatch(1, entries, null);
    await add(on(1, '2026-09-20'), on(2, '2026-10-03'), on(3, '2026-11-21'), on(4, '2026-11-22'), on(5, '2026-11-23'));
    expect(await summarise(one)).toBe(5); // two months, the days of the last two; today is not over
    expect(await summarise(one)).toBe(0);
    await add(on(6, '2026-11-23'));
    expect(await summarise(one)).toBe(0);
    await add(on(7, '2026-11-21'), on(8, '2026-09-01'));
    expect(await summarise(one)).toBe(2);
    await one.ledger.recordBatch(1, [{ ...on(4, '2026-11-22'), backscatter: 'no' }], null, 'again');
    expect(await summarise(one)).toBe(1);
  });

  test('are added up: the months, and the days since; anew when something of them changes', async () => {
    const path = isPostgres ? randomUUID() : join(temporaryFolder(), 'state.db');
    const one = await store(path);
    const add = (...entries: StoredEntry[]) => one.ledger.recordBatch(1, entries, null);
    const engine = await (isPostgres ? openPostgres(locationOf(path)) : openSqlite(path));
    onTestFinished(() => engine.close());
    const added = async (): Promise<readonly string[]> => {
      const rows = await engine.all(
        'SELECT from_hour, until_hour FROM summary WHERE merged = 1 AND stale = 0 ORDER BY 1',
      );
      const day = (hour: unknown): string => new Date(Number(hour) * HOUR_MS).toISOString().slice(5, 10);
      return rows.map((row) => `${day(row['from_hour'])} ${day(row['until_hour'])}`);
    };
    await add(on(1, '2026-09-20'), on(2, '2026-10-20'), on(3, '2026-11-03'), on(4, '2026-11-21'));
    await summarise(one);
    expect(await added()).toEqual(['09-01 11-01', '11-03 11-22']);
    await add(on(5, '2026-11-21'));
    expect(await added()).toEqual(['09-01 11-01']);
    await summarise(one);
    expect(await added()).toEqual(['09-01 11-01', '11-03 11-22']);
    await one.upkeep.summarise({ now: new Date('2026-12-05T12:00:00Z'), signal: SIGNAL, ledgerMessages: 0 });
    expect(await added()).toEqual(['09-01 12-01']);
    expect(await engine.all('SELECT id FROM summary WHERE merged = 1')).toHaveLength(1);
    // What is being forgotten is not added up with what stays.
    await one.retention.forgetEvents(new Date('2026-10-10T00:00:00Z'));
    await summarise(one);
    expect(await added()).toEqual([]);
    await one.retention.forgetEvents(new Date('2026-11-02T00:00:00Z'));
    await summarise(one);
    // Asked in November, which is not over then.
    expect(await added()).toEqual(['09-01 11-01', '11-03 11-22']);
  });

  test('are summed up by one of two at once, while others write', async () => {
    const path = isPostgres ? randomUUID() : join(temporaryFolder(), 'state.db');
    const [one, other] = [await store(path), await store(path)];
    await one.ledger.recordBatch(1, [on(1, '2026-09-20'), on(2, '2026-11-22')], null);
    await Promise.all([
      summarise(one),
      summarise(other),
      ...Array.from({ length: 20 }, (_, i) =>
        (i % 2 === 0 ? one : other).ledger.recordBatch(
          1,
          [on(10 + i, i % 3 === 0 ? '2026-11-22' : '2026-09-21')],
          null,
        ),
      ),
    ]);
    await summarise(one);
    const { all } = await other.ledger.overview(ALL, { domains: 1, attacked: 1, zones: [] });
    expect(all.messages).toBe(22);
    expect((await other.ledger.forgedAddresses({ ...ALL, backscatter: 'yes' }, 1)).map(({ count }) => count)).toEqual([
      22,
    ]);
  });

  test('of a ledger that is not large are left as they are', async () => {
    const one = await store();
    await one.ledger.recordBatch(1, [on(1, '2026-09-20')], null);
    expect(await one.upkeep.summarise({ now: NOW, signal: SIGNAL })).toBe(0);
  });

  test('are no longer summed up when it is asked to end', async () => {
    const one = await store();
    await one.ledger.recordBatch(1, [on(1, '2026-09-20')], null);
    expect(await one.upkeep.summarise({ now: NOW, signal: AbortSignal.abort(), ledgerMessages: 0 })).toBe(0);
  });
});
