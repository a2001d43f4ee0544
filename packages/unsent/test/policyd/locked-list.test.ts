import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { name } from '../../../../test/support/names.ts';
import {
  lockedCachePath,
  readLockedCache,
  writeLockedCache,
  writeLockedChanges,
} from '../../src/policyd/locked-cache.ts';
import { lockedList } from '../../src/policyd/locked-list.ts';
import { lockedAtIn, lockedTableBuilder } from '../../src/policyd/locked-table.ts';

function tableWith(entries: Iterable<readonly [string, number]>) {
  const builder = lockedTableBuilder();
  for (const [name, at] of entries) builder.add(name, at);
  return builder.build();
}

function cachePath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'unsent-locked-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return lockedCachePath(join(folder, 'made'), 'postgres://db.example/unsent');
}

test('a table finds what a Map finds', () => {
  const label = fc.stringMatching(/^[a-z0-9_-]{1,12}(\.[a-z]{1,3})?$/);
  fc.assert(
    fc.property(fc.dictionary(label, fc.nat(), { maxKeys: 400 }), fc.array(label), (entries, others) => {
      const known = new Map(Object.entries(entries));
      const table = tableWith(known);
      for (const asked of [...known.keys(), ...others]) expect(lockedAtIn(table, asked)).toBe(known.get(asked) ?? null);
    }),
  );
});

test('an empty table knows nobody', () => {
  expect(lockedAtIn(tableWith([]), 'a.example')).toBeNull();
});

test('changes come before the table they follow, and a new table ends them', () => {
  const list = lockedList();
  const [a, b] = [name('a.example'), name('b.example')];
  list.update({ kind: 'table', table: tableWith([[a, 1]]) });
  const changes = [
    { name: a, lockedAtMs: null },
    { name: b, lockedAtMs: 2 },
  ];
  list.update({ kind: 'changes', changes });
  expect([list.lockedAt(a), list.lockedAt(b)]).toEqual([null, 2]);
  list.update({ kind: 'table', table: tableWith([[a, 3]]) });
  expect([list.lockedAt(a), list.lockedAt(b)]).toEqual([3, null]);
});

test('the last known list is kept for its owner alone, and read as it was', async () => {
  const path = cachePath();
  const entries = Array.from({ length: 1000 }, (_, i) => [`d${i}.example`, i] as const);
  await writeLockedCache(path, tableWith(entries), 7);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const read = await readLockedCache(path);
  expect(read?.changes).toEqual([]);
  for (const [asked, at] of entries) expect(read === null ? null : lockedAtIn(read.table, asked)).toBe(at);
});

test.each<[string, (content: Buffer) => Buffer]>([
  ['cut off', (content) => content.subarray(0, -1)],
  [
    'with a byte that turned',
    (content) => Buffer.concat([content.subarray(0, 60), Buffer.from('X'), content.subarray(61)]),
  ],
  [
    'of another format',
    (content) => Buffer.from(content.toString('latin1').replace('"format":1', '"format":9'), 'latin1'),
  ],
  ['that is something else', () => Buffer.from('These are my notes.\n')],
  ['that is empty', () => Buffer.alloc(0)],
])('a list %s is left alone', async (_, damage) => {
  const path = cachePath();
  await writeLockedCache(
    path,
    tableWith([
      ['a.example', 1],
      ['b.example', 2],
      ['c.example', 3],
    ]),
    7,
  );
  writeFileSync(path, damage(readFileSync(path)));
  expect(await readLockedCache(path)).toBeNull();
});

test('changes follow the list that they were written for, and no other', async () => {
  const path = cachePath();
  const changes = [{ name: 'a.example', lockedAtMs: null }];
  await writeLockedCache(path, tableWith([['a.example', 1]]), 7);
  await writeLockedChanges(path, 7, changes);
  expect((await readLockedCache(path))?.changes).toEqual(changes);
  await writeLockedCache(path, tableWith([['a.example', 1]]), 8);
  expect((await readLockedCache(path))?.changes).toEqual([]);
});
