import { join } from 'node:path';
import { expect, test } from 'vitest';
import { draft } from './support/draft.ts';
import { temporaryFolder } from './support/folder.ts';
import { domain, store } from './support/store.ts';

const AT = new Date('2026-11-23T12:00:00Z');
const LATER = new Date('2026-11-23T12:00:05Z');

test('an entry is stored whole and comes back as it was', async () => {
  const { journal } = await store();
  const begun = await journal.begin(AT, (id) => draft(id));
  expect(begun).toEqual({
    ...draft('2026-11-23-01'),
    id: '2026-11-23-01',
    state: 'begun',
    begunAt: '2026-11-23T12:00:00.000Z',
    finishedAt: null,
    detail: null,
  });
  expect(await journal.entry('2026-11-23-01')).toEqual(begun);
  await journal.finish(begun.id, 'applied', LATER, 'all three records are there');
  expect(await journal.entry(begun.id)).toEqual({
    ...begun,
    state: 'applied',
    finishedAt: '2026-11-23T12:00:05.000Z',
    detail: 'all three records are there',
  });
  expect(await journal.entry('2026-11-23-02')).toBeNull();
});

test('numbers grow within a day, beyond 99 too, and entries come newest first', async () => {
  const { journal } = await store();
  const yesterday = new Date('2026-11-22T23:59:59Z');
  await journal.begin(yesterday, (id) => draft(id));
  for (let i = 0; i < 101; i++) await journal.begin(AT, (id) => draft(id));
  const ids = (await journal.entries({ zone: null, states: null, limit: null })).map(({ id }) => id);
  expect(ids.slice(0, 3)).toEqual(['2026-11-23-101', '2026-11-23-100', '2026-11-23-99']);
  expect(ids.slice(-2)).toEqual(['2026-11-23-01', '2026-11-22-01']);
});

test('entries are found by zone, state and number', async () => {
  const { journal } = await store();
  await journal.begin(AT, (id) => draft(id));
  await journal.begin(AT, (id) => draft(id, { zone: domain('other.example') }));
  await journal.begin(AT, (id) => draft(id, { kind: 'unlock', undoes: ['2026-11-23-01'] }));
  await journal.finish('2026-11-23-01', 'undone', LATER, 'taken back');
  const ids = async (filter: Parameters<typeof journal.entries>[0]) =>
    (await journal.entries(filter)).map(({ id }) => id);
  expect(await ids({ zone: domain('parked.example'), states: null, limit: null })).toEqual([
    '2026-11-23-03',
    '2026-11-23-01',
  ]);
  expect(await ids({ zone: null, states: ['begun'], limit: 1 })).toEqual(['2026-11-23-03']);
  expect(await ids({ zone: null, states: [], limit: null })).toEqual([]);
});

test('two that begin at once get two numbers', async () => {
  const path = join(temporaryFolder(), 'state.db');
  const [one, other] = [await store(path), await store(path)];
  const begun = await Promise.all([one, other, one].map(({ journal }) => journal.begin(AT, (id) => draft(id))));
  expect(begun.map(({ id }) => id).sort()).toEqual(['2026-11-23-01', '2026-11-23-02', '2026-11-23-03']);
});

test('an entry that is not there cannot be finished', async () => {
  const { journal } = await store();
  await expect(journal.finish('2026-11-23-01', 'failed', LATER, 'no')).rejects.toThrow('2026-11-23-01');
});
