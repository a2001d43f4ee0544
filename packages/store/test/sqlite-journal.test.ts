import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { draft } from './support/draft.ts';
import { temporaryFolder } from './support/folder.ts';
import { store } from './support/store.ts';

const AT = new Date('2026-11-23T12:00:00Z');

test('a copy of the zone lies beside the database, for its owner alone', async () => {
  const folder = temporaryFolder();
  chmodSync(folder, 0o2770);
  const { journal } = await store(join(folder, 'state.db'));
  await journal.begin(AT, (id) => draft(id, { zoneText: 'parked.example. 60 IN A 192.0.2.1\n' }));
  const copy = join(folder, 'journal', '2026-11-23-01.zone');
  expect(readFileSync(copy, 'utf8')).toBe('parked.example. 60 IN A 192.0.2.1\n');
  expect(statSync(copy).mode & 0o777).toBe(0o600);
});

test('a new database in the same folder writes over no copy of the lost one, and keeps an equal one', async () => {
  const folder = temporaryFolder();
  const copies = join(folder, 'journal');
  const begin = async (name: string, zoneText: string): Promise<void> => {
    const { journal } = await store(join(folder, name));
    await journal.begin(AT, (id) => draft(id, { zoneText }));
  };
  await begin('lost.db', 'lost');
  await begin('new.db', 'new');
  await begin('third.db', 'third');
  await begin('again.db', 'new');
  const read = readdirSync(copies).map((name) => [name, readFileSync(join(copies, name), 'utf8')]);
  expect(Object.fromEntries(read)).toEqual({
    '2026-11-23-01.zone': 'lost',
    '2026-11-23-01-2.zone': 'new',
    '2026-11-23-01-3.zone': 'third',
  });
});

test('where the copy cannot be written, there is no entry', async () => {
  const folder = temporaryFolder();
  const { journal } = await store(join(folder, 'state.db'));
  writeFileSync(join(folder, 'journal'), 'in the way');
  await expect(journal.begin(AT, (id) => draft(id))).rejects.toMatchObject({ code: 'journal-copy-failed' });
  expect(await journal.entries({ zone: null, states: null, limit: null })).toEqual([]);
});
