import { describe, expect, test } from 'vitest';
import type { StoredFilter } from '../src/index.ts';
import { entry, store } from './support/store.ts';

const ALL: StoredFilter = { run: null, domain: null, backscatter: null, since: null, until: null };
const NOW = new Date('2026-11-23T12:00:00Z');
const at = (day: number, hour: number, minute = 0): Date => new Date(Date.UTC(2026, 10, day, hour, minute));

/** Two on the 1st, one each on the 2nd (before and after half past nine) and the 3rd. */
async function fiveDays() {
  const opened = await store();
  const { run } = await opened.ledger.startRun(NOW, ['a'], 'basis');
  const entries = [at(1, 7), at(1, 8), at(2, 9, 10), at(2, 9, 50), at(3, 10)].map((arrivedAt, number) =>
    entry(number, { arrivedAt }),
  );
  await opened.ledger.recordBatch(run, entries, null);
  return { ...opened, run, entries };
}

describe('events that are old', () => {
  test('go, by whole hours, and their sums stay', async () => {
    const { ledger, retention, run } = await fiveDays();
    const before = [await ledger.totalsByDomain(ALL), await ledger.totalsByHour(ALL)];
    expect(await retention.forgetEvents(at(2, 9, 30))).toEqual({ removed: 2 });
    expect(await ledger.totalsByDomain({ ...ALL, run })).toMatchObject([{ messages: 3 }]);
    expect([await ledger.totalsByDomain(ALL), await ledger.totalsByHour(ALL)]).toEqual(before);
  });

  test('are not counted again when their mail is met again', async () => {
    const { ledger, retention, run, entries } = await fiveDays();
    await retention.forgetEvents(at(4, 0));
    expect((await ledger.recordBatch(run, entries, null)).added.size).toBe(0);
    expect(await ledger.totalsByDomain(ALL)).toMatchObject([{ messages: 5, backscatter: 5 }]);
  });

  test('keep their sums when their mail is judged again', async () => {
    const { ledger, retention, run, entries } = await fiveDays();
    await retention.forgetEvents(at(3, 0));
    const again = entries.map((one) => ({ ...one, backscatter: 'no' }));
    expect((await ledger.recordBatch(run, again, null, 'again')).changed).toBe(1);
    expect(await ledger.totalsByDomain(ALL)).toMatchObject([{ messages: 5, backscatter: 4, genuine: 1 }]);
  });

  test('that come late, for an hour that was forgotten, are added to its sums, whatever they become later', async () => {
    const { ledger, retention, run } = await fiveDays();
    await retention.forgetEvents(at(3, 0));
    const late = entry(9, { arrivedAt: at(1, 7, 30) });
    expect((await ledger.recordBatch(run, [late], null)).added.size).toBe(1);
    await ledger.recordBatch(run, [{ ...late, backscatter: 'no' }], null, 'again');
    expect(await ledger.totalsByHour(ALL)).toMatchObject([{ messages: 2 }, {}, {}, {}]);
    expect(await retention.forgetEvents(at(2, 0))).toEqual({ removed: 1 });
    expect(await ledger.totalsByDomain(ALL)).toMatchObject([{ messages: 6 }]);
  });
});

test('many events are forgotten in parts', async () => {
  const { ledger, retention } = await store();
  const { run } = await ledger.startRun(NOW, ['a'], 'basis');
  const entries = Array.from({ length: 11_000 }, (_, number) => entry(number, { arrivedAt: at(1, 7) }));
  await ledger.recordBatch(run, entries, null);
  expect(await retention.forgetEvents(at(2, 0))).toEqual({ removed: 11_000 });
});

test('the journal is kept, however old it is', async () => {
  const { journal, retention } = await store();
  const draft = { provider: 'memory', snapshot: {}, plan: {}, undoes: [], zoneText: '' } as const;
  const zone = entry(1).domain;
  if (zone === null) throw new Error('the entry has a domain');
  await journal.begin(at(1, 7), () => ({ ...draft, kind: 'lockdown', zone }));
  await retention.forgetEvents(at(20, 0));
  expect(await journal.entries({ zone: null, states: null, limit: null })).toHaveLength(1);
});
