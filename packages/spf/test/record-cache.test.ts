import { expect, test } from 'vitest';
import { createRecordCache } from '../src/record-cache.ts';
import { checkNow, zone } from './support/check.ts';

const record = (n: number) => `v=spf1 ip4:192.0.2.${n} -all`;

test('a record that is used again is kept, one that is used once is not', () => {
  const cache = createRecordCache(10);
  const resolver = zone('@ TXT "v=spf1 ip4:192.0.2.1 -all"');
  checkNow(resolver, {}, { recordCache: cache });
  expect(cache.size).toBe(0);
  const [first, second] = [2, 3].map(() => checkNow(resolver, {}, { recordCache: cache }));
  const records = [first, second].map((outcome) =>
    outcome !== undefined && 'matched' in outcome ? outcome.matched?.record : undefined,
  );
  expect(records[0]).toBeDefined();
  expect(records[1]).toBe(records[0]);
});

test('it never holds more than it was made for, and keeps what is used', () => {
  const cache = createRecordCache(10);
  const readTwice = (text: string) => {
    cache.read(text);
    return cache.read(text);
  };
  const first = readTwice(record(0));
  const rare = readTwice(record(50));
  for (let n = 1; n < 200; n++) {
    readTwice(record(n));
    expect(cache.read(record(0))).toBe(first);
    expect(cache.size).toBeLessThanOrEqual(10);
  }
  expect(cache.read(record(50))).not.toBe(rare);
});

test('long texts are not kept', () => {
  const kept = (length: number): number => {
    const cache = createRecordCache(10);
    const text = 'v=spf1 -all'.padEnd(length);
    for (let i = 0; i < 3; i++) expect(cache.read(text).record.directives).toHaveLength(1);
    return cache.size;
  };
  expect(kept(4096)).toBe(1);
  expect(kept(4097)).toBe(0);
});

test('what is remembered of records that were used once has its bounds too', () => {
  const sizeAfter = (...numbers: number[]): number => {
    const cache = createRecordCache(4); // two in each generation
    for (const n of numbers) cache.read(record(n));
    return cache.size;
  };
  expect(sizeAfter(1, 2, 1)).toBe(1);
  expect(sizeAfter(1, 2, 3, 1)).toBe(0); // the third was one too many to remember
  expect(sizeAfter(1, 2, 3, 1, 1)).toBe(1);
});

test('a record that moves back among the young is counted once', () => {
  const cache = createRecordCache(4);
  for (const n of [1, 1, 2, 2, 3, 3]) cache.read(record(n)); // 1 and 2 are old now
  expect(cache.size).toBe(3);
  cache.read(record(1));
  expect(cache.size).toBe(3);
});

test('the selection of an answer is made once', () => {
  const cache = createRecordCache(4);
  const answer = [['v=spf1 -all'], ['other']];
  expect(cache.selectionIn(answer)).toEqual({ text: 'v=spf1 -all', isOnly: true });
  expect(cache.selectionIn(answer)).toBe(cache.selectionIn(answer));
});

test('a broken record is a permerror of the domain that published it, from the cache too', () => {
  const cache = createRecordCache(10);
  const resolver = zone('@ TXT "v=spf1 oops"\nother TXT "v=spf1 oops"');
  for (const domain of ['example.com', 'other.example.com']) {
    expect(checkNow(resolver, { domain }, { recordCache: cache })).toMatchObject({ problem: { domain } });
  }
});
