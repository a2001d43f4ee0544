import { expect, test } from 'vitest';
import { parseSpf } from '../src/parse.ts';
import { createRecordCache } from '../src/record-cache.ts';
import { checkNow, zone } from './support/check.ts';

const record = (n: number) => `v=spf1 ip4:192.0.2.${n} -all`;

test('a record is parsed once', () => {
  const cache = createRecordCache(10);
  const resolver = zone('@ TXT "v=spf1 ip4:192.0.2.1 -all"');
  const [first, second] = [1, 2].map(() => checkNow(resolver, {}, { recordCache: cache }));
  const records = [first, second].map((outcome) =>
    outcome !== undefined && 'matched' in outcome ? outcome.matched?.record : undefined,
  );
  expect(records[0]).toBeDefined();
  expect(records[1]).toBe(records[0]);
});

test('it never holds more than it was made for, and keeps what is used', () => {
  const cache = createRecordCache(10);
  cache.set(record(0), parseSpf(record(0)));
  for (let n = 1; n < 200; n++) {
    cache.set(record(n), parseSpf(record(n)));
    expect(cache.get(record(0))).toBeDefined();
    expect(cache.size).toBeLessThanOrEqual(10);
  }
  expect(cache.get(record(50))).toBeUndefined();
});

test('long texts are not kept', () => {
  const cache = createRecordCache(10);
  const text = `v=spf1 ${'ip4:192.0.2.1 '.repeat(1000)}`;
  cache.set(text, parseSpf(text));
  expect(cache.get(text)).toBeUndefined();
});

test('a broken record is a permerror of the domain that published it, from the cache too', () => {
  const cache = createRecordCache(10);
  const resolver = zone('@ TXT "v=spf1 oops"\nother TXT "v=spf1 oops"');
  for (const domain of ['example.com', 'other.example.com']) {
    expect(checkNow(resolver, { domain }, { recordCache: cache })).toMatchObject({ problem: { domain } });
  }
});
