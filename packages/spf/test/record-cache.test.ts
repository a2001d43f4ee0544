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
  const cache = createRecordCache(10);
  const text = `v=spf1 ${'ip4:192.0.2.1 '.repeat(1000)}`;
  expect(cache.read(text).record.directives).toHaveLength(1000);
  expect(cache.size).toBe(0);
});

test('a broken record is a permerror of the domain that published it, from the cache too', () => {
  const cache = createRecordCache(10);
  const resolver = zone('@ TXT "v=spf1 oops"\nother TXT "v=spf1 oops"');
  for (const domain of ['example.com', 'other.example.com']) {
    expect(checkNow(resolver, { domain }, { recordCache: cache })).toMatchObject({ problem: { domain } });
  }
});
