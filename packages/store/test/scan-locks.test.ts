import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { LockHolder } from '../src/index.ts';
import { temporaryFolder } from './support/folder.ts';
import { store } from './support/store.ts';

const NOW = new Date('2026-11-23T12:00:00Z');
const LATER = new Date('2026-11-23T12:05:00Z');
const holder = (pid: number): LockHolder => ({ host: 'mx.example', pid, start: `boot ${pid}` });
const nobodyIsGone = (): boolean => false;

test('a mailbox is read by one at a time, and the others are told by whom', async () => {
  const { scanLocks } = await store();
  expect(await scanLocks.take(['a', 'b'], holder(1), NOW, nobodyIsGone)).toEqual([]);
  expect(await scanLocks.take(['b', 'c'], holder(2), LATER, nobodyIsGone)).toEqual([
    { name: 'b', ...holder(1), since: NOW, aliveAt: NOW },
  ]);
  expect((await scanLocks.all()).map(({ name, pid }) => [name, pid])).toEqual([
    ['a', 1],
    ['b', 1],
    ['c', 2],
  ]);
});

test('what is given back can be taken, and nobody gives back what is not theirs', async () => {
  const { scanLocks } = await store();
  await scanLocks.take(['a'], holder(1), NOW, nobodyIsGone);
  await scanLocks.release(holder(2));
  expect(await scanLocks.take(['a'], holder(2), LATER, nobodyIsGone)).toHaveLength(1);
  await scanLocks.release(holder(1));
  expect(await scanLocks.take(['a'], holder(2), LATER, nobodyIsGone)).toEqual([]);
});

test('the lock of one that is gone is taken over, that of another is not', async () => {
  const { scanLocks } = await store();
  await scanLocks.take(['a'], holder(1), NOW, nobodyIsGone);
  await scanLocks.take(['b'], holder(2), NOW, nobodyIsGone);
  await scanLocks.take(['never asked for again'], holder(1), NOW, nobodyIsGone);
  const others = await scanLocks.take(['a', 'b'], holder(3), LATER, ({ pid }) => pid === 1);
  expect(others.map(({ name }) => name)).toEqual(['b']);
  expect((await scanLocks.all()).map(({ name, pid }) => [name, pid])).toEqual([
    ['a', 3],
    ['b', 2],
  ]);
});

test('a holder that says that it is at work is known to be', async () => {
  const { scanLocks } = await store();
  await scanLocks.take(['a'], holder(1), NOW, nobodyIsGone);
  await scanLocks.keep(holder(1), LATER);
  expect(await scanLocks.all()).toMatchObject([{ since: NOW, aliveAt: LATER }]);
});

test('of many that ask at once, one gets it', async () => {
  const path = join(temporaryFolder(), 'state.db');
  const stores = await Promise.all([store(path), store(path), store(path)]);
  const asked = await Promise.all(
    stores.map(({ scanLocks }, pid) => scanLocks.take(['a'], holder(pid + 1), NOW, nobodyIsGone)),
  );
  expect(asked.filter((others) => others.length === 0)).toHaveLength(1);
});

test('what one holds it may take again', async () => {
  const { scanLocks } = await store();
  for (let i = 0; i < 2; i++) expect(await scanLocks.take(['a'], holder(1), NOW, nobodyIsGone)).toEqual([]);
  expect(await scanLocks.all()).toHaveLength(1);
});

test('a path is another mailbox on another host, an address is the same one', async () => {
  const { scanLocks } = await store();
  const elsewhere = { ...holder(1), host: 'mx2.example' };
  const names = ['maildir:/home/a', 'imap:a@mail.example:993/INBOX'];
  await scanLocks.take(names, holder(1), NOW, nobodyIsGone);
  const others = await scanLocks.take(names, elsewhere, NOW, nobodyIsGone);
  expect(others.map(({ name }) => name)).toEqual(['imap:a@mail.example:993/INBOX']);
});
