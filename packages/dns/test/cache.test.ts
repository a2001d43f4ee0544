import { describe, expect, test } from 'vitest';
import {
  type CacheOptions,
  cachedResolver,
  type DnsRecord,
  type DomainName,
  observed,
  type ZoneResolverOptions,
  zoneResolver,
} from '../src/index.ts';
import { atOnce, manualResolver } from './support/answers.ts';
import { ipText, name } from './support/names.ts';

const one = name('one.example');
const two = name('two.example');
const address = ipText('192.0.2.1');

type Source = { readonly records?: readonly DnsRecord[] } & ZoneResolverOptions;

/** A cache before a zone, with a clock of its own. */
function cacheOver({ records = [], ...rest }: Source, options: Partial<CacheOptions> = {}) {
  const clock = { ms: 1_000_000 };
  let asked = 0;
  const source = observed(zoneResolver(records, rest), () => {
    asked++;
  });
  return { clock, cache: cachedResolver(source, { now: () => clock.ms, ...options }), asked: () => asked };
}

function host(owner: DomainName, ttlSeconds: number): DnsRecord {
  return { name: owner, type: 'A', data: address, ttlSeconds };
}

describe('how long an answer is kept', () => {
  const text: DnsRecord = { name: one, type: 'TXT', data: ['no address here'], ttlSeconds: 60 };
  test.each<readonly [string, Source, Partial<CacheOptions>, number]>([
    ['the TTL', { records: [host(one, 60)] }, {}, 60],
    ['nothing for TTL 0', { records: [host(one, 0)] }, {}, 0],
    ['the floor', { records: [host(one, 1)] }, { minTtlSeconds: 30 }, 30],
    ['the ceiling', { records: [host(one, 1_000_000)] }, { maxTtlSeconds: 3_600 }, 3_600],
    ['a day at most, unasked', { records: [host(one, 1_000_000)] }, {}, 86_400],
    ['the negative TTL', { negativeTtlSeconds: 60 }, {}, 60],
    ['nothing without an SOA', { records: [text] }, {}, 0],
    ['three hours at most for a negative answer', { records: [text], negativeTtlSeconds: 86_400 }, {}, 10_800],
    ['the negative ceiling', { negativeTtlSeconds: 86_400 }, { maxNegativeTtlSeconds: 60 }, 60],
    ['a second for a failure', { failing: [{ name: one }] }, {}, 1],
    ['a failure as told', { failing: [{ name: one }] }, { failureTtlSeconds: 0 }, 0],
  ])('%s', (_what, source, options, seconds) => {
    const { cache, clock, asked } = cacheOver(source, options);
    atOnce(cache.resolve(one, 'A'));
    clock.ms += Math.max(0, seconds * 1000 - 1);
    atOnce(cache.resolve(one, 'A'));
    expect(asked()).toBe(seconds === 0 ? 2 : 1);
    clock.ms += 1;
    atOnce(cache.resolve(one, 'A'));
    expect(asked()).toBe(seconds === 0 ? 3 : 2);
  });
});

test('an answer at hand is no promise and says how long it still lives', () => {
  const { cache, clock } = cacheOver({ records: [host(one, 60)] });
  atOnce(cache.resolve(one, 'A'));
  clock.ms += 20_500;
  expect(cache.resolve(one, 'A')).toEqual({ kind: 'records', data: [address], ttlSeconds: 40 });
  expect(cache.resolve(one, 'A')).toBe(cache.resolve(one, 'A'));
});

test('types of a name are held apart, and the name not asked for longest goes first', () => {
  const { cache, asked } = cacheOver({ negativeTtlSeconds: 60 }, { maxEntries: 2 });
  for (const question of [one, two]) {
    atOnce(cache.resolve(question, 'A'));
    atOnce(cache.resolve(question, 'AAAA'));
  }
  expect(asked()).toBe(4);
  atOnce(cache.resolve(one, 'A'));
  atOnce(cache.resolve(name('three.example'), 'A'));
  expect(cache.stats()).toMatchObject({ entries: 2, hits: 1, misses: 5 });
  atOnce(cache.resolve(one, 'AAAA'));
  expect(asked()).toBe(5);
  atOnce(cache.resolve(two, 'A'));
  expect(asked()).toBe(6);
});

test('names of which nothing lives any more are let go before there are too many', () => {
  const { cache, clock } = cacheOver({ negativeTtlSeconds: 5 });
  for (let n = 0; n < 10_000; n++) {
    void cache.resolve(name(`n${n}.example`), 'TXT');
    clock.ms += 10;
  }
  // 500 of them live at a time.
  expect(cache.stats().entries).toBeLessThanOrEqual(1_024);
});

test('long answers are let go long before there are too many names', () => {
  const long = 'x'.repeat(255);
  const text = Array.from({ length: 200 }, () => long);
  const names = Array.from({ length: 1_000 }, (_, n) => name(`n${n}.example`));
  const records = names.map((owner): DnsRecord => ({ name: owner, type: 'TXT', data: text, ttlSeconds: 300 }));
  const { cache, asked } = cacheOver({ records }, { maxOctets: 1_000_000 });
  for (const owner of names) atOnce(cache.resolve(owner, 'TXT'));
  // 50 kB each: 19 at most, and half of those at least.
  expect(cache.stats().entries).toBeLessThanOrEqual(20);
  for (const owner of names.slice(-9)) atOnce(cache.resolve(owner, 'TXT'));
  expect(asked()).toBe(1_000);
});

test('an answer that is asked for anew again and again takes no more room than once', () => {
  const others = ['a', 'b', 'c'].map((label) => name(`${label}.example`));
  const records = [host(one, 5), ...[two, ...others].map((owner) => host(owner, 86_400))];
  const { clock, cache, asked } = cacheOver({ records }, { maxOctets: 10_000 });
  atOnce(cache.resolve(two, 'A'));
  // Five names are far from filling half of what is allowed.
  for (const other of others) {
    for (let i = 0; i < 100; i++) {
      atOnce(cache.resolve(one, 'A'));
      clock.ms += 6_000;
    }
    atOnce(cache.resolve(other, 'A'));
  }
  const before = asked();
  atOnce(cache.resolve(two, 'A'));
  expect(asked()).toBe(before);
});

test('an answer that is not to be kept leaves no name behind when it came at once', () => {
  const { cache } = cacheOver({ records: [host(one, 0)] });
  atOnce(cache.resolve(one, 'A'));
  expect(cache.stats().entries).toBe(0);
});

test('clear forgets', () => {
  const { cache, asked } = cacheOver({ records: [host(one, 60)] });
  atOnce(cache.resolve(one, 'A'));
  cache.clear();
  atOnce(cache.resolve(one, 'A'));
  expect(asked()).toBe(2);
});

test('one question on its way is asked once, and the answer is then at hand', async () => {
  const source = manualResolver();
  const cache = cachedResolver(source, { now: () => 0 });
  const waiting = [cache.resolve(one, 'A'), cache.resolve(one, 'A', new AbortController().signal)];
  expect(source.asked.map(({ question }) => question)).toEqual(['one.example A']);
  source.asked[0]?.answer({ kind: 'nxdomain', ttlSeconds: 60 });
  expect(await Promise.all(waiting)).toEqual([
    { kind: 'nxdomain', ttlSeconds: 60 },
    { kind: 'nxdomain', ttlSeconds: 60 },
  ]);
  expect(cache.resolve(one, 'A')).toEqual({ kind: 'nxdomain', ttlSeconds: 60 });
  expect(cache.stats()).toEqual({ hits: 1, misses: 1, joined: 1, entries: 1 });
});
