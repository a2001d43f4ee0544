import { expect, test } from 'vitest';
import { domain, store } from './support/store.ts';

const AT = new Date('2026-11-23T12:00:00Z');
const LATER = new Date('2026-11-24T12:00:00Z');

test('domains are locked, locked again, and unlocked', async () => {
  const { lockedDomains } = await store();
  const [a, b] = [domain('a.example'), domain('b.example')];
  await lockedDomains.add([b, a], AT, '2026-11-23-01');
  await lockedDomains.add([a], LATER, '2026-11-24-01');
  expect(await lockedDomains.all()).toEqual([
    { name: a, lockedAt: AT, journalId: '2026-11-24-01' },
    { name: b, lockedAt: AT, journalId: '2026-11-23-01' },
  ]);
  expect([await lockedDomains.has(a), await lockedDomains.has(domain('c.example'))]).toEqual([true, false]);
  await lockedDomains.remove([a, domain('c.example')]);
  await lockedDomains.remove([]);
  expect((await lockedDomains.all()).map(({ name }) => name)).toEqual([b]);
});

test('domains are found by the entry that locked them last', async () => {
  const { lockedDomains } = await store();
  const [a, b, c] = [domain('a.example'), domain('b.example'), domain('c.example')];
  await lockedDomains.add([a, b, c], AT, '2026-11-23-01');
  await lockedDomains.add([b], LATER, '2026-11-24-01');
  expect(await lockedDomains.lockedBy(['2026-11-23-01'])).toEqual([a, c]);
  expect(await lockedDomains.lockedBy(['2026-11-24-01', '2026-11-23-01'])).toEqual([a, b, c]);
  expect(await lockedDomains.lockedBy([])).toEqual([]);
});

test('who follows the changes knows the same as who reads all', async () => {
  const { lockedDomains } = await store();
  const [a, b] = [domain('a.example'), domain('b.example')];
  const start = await lockedDomains.revision();
  expect(await lockedDomains.changesSince(start)).toEqual({ revision: start, changes: [] });
  await lockedDomains.add([a, b], AT, '2026-11-23-01');
  await lockedDomains.add([a], LATER, '2026-11-24-01');
  await lockedDomains.remove([b]);
  const followed = await lockedDomains.changesSince(start);
  expect(followed?.revision).toBe(await lockedDomains.revision());
  expect(followed?.changes).toEqual([
    { name: a, lockedAt: AT },
    { name: b, lockedAt: AT },
    { name: a, lockedAt: AT },
    { name: b, lockedAt: null },
  ]);
});

test('a revision that the database does not know means: read all', async () => {
  const { lockedDomains } = await store();
  expect(await lockedDomains.changesSince(7)).toBeNull();
  expect(await lockedDomains.changesSince(-200_000)).toBeNull();
});

test('pages hold all of them, each once', async () => {
  const { lockedDomains } = await store();
  const names = Array.from({ length: 45_000 }, (_, i) => domain(`d${i}.example`));
  await lockedDomains.add(names, AT, '2026-11-23-01');
  const read: string[] = [];
  for await (const page of lockedDomains.pages()) {
    read.push(...page.names);
    expect(new Set(page.lockedAtMs)).toEqual(new Set([AT.getTime()]));
    expect(page.lockedAtMs).toHaveLength(page.names.length);
  }
  expect(read.sort()).toEqual([...names].sort());
});
