import { expect, test } from 'vitest';
import { MIGRATIONS } from '../src/schema.ts';
import { entry, isPostgres, store } from './support/store.ts';

const NOON = new Date('2026-11-23T12:00:00Z');

async function filled(messages: number) {
  const one = await store();
  const { run } = await one.ledger.startRun(NOON, ['mbox'], '');
  const entries = Array.from({ length: messages }, (_, i) => entry(i + 1));
  await one.ledger.recordBatch(run, entries, { source: 'imap:a', position: null, newItems: ['a', 'b'] });
  return one;
}

test('a database says what it holds', async () => {
  const { upkeep, place } = await filled(30);
  const found = await upkeep.describe();
  expect(found).toMatchObject({ place, schemaVersion: MIGRATIONS.length, oldest: entry(1).arrivedAt });
  expect(found.newest).toEqual(entry(30).arrivedAt);
  expect(found.sources).toEqual([{ name: 'imap:a', items: 2 }]);
  const counts = Object.fromEntries(found.rows.map(({ table, count }) => [table, count]));
  expect(counts).toMatchObject({ event: 30, seen: 30, scan_run: 1, source_item: 2, journal: 0 });
  // In memory it has no size.
  expect(found.sizeBytes === null).toBe(!isPostgres);
});

test('a database that was made compact holds the same, in no more room', async () => {
  const { upkeep, retention, ledger } = await filled(3000);
  await retention.forgetEvents(new Date('2026-11-24T00:00:00Z'));
  const before = await upkeep.describe();
  await upkeep.compact();
  const after = await upkeep.describe();
  expect(after.rows).toEqual(before.rows);
  expect(after.sizeBytes ?? 0).toBeLessThanOrEqual(before.sizeBytes ?? 0);
  expect((await ledger.recordBatch(1, [entry(1), entry(9001)], null)).added.size).toBe(1);
});
