import { describe, expect, test } from 'vitest';
import { domain, store } from './support/store.ts';

const DAY = (day: number): Date => new Date(Date.UTC(2026, 10, day));
const key = (letter: string, number: number): string => letter + number.toString(16).padStart(32, '0');
const nothing = { entries: [], senders: [], covered: [] };

test('keys are found with the time they were last seen', async () => {
  const { sentLog } = await store();
  const entries = Array.from({ length: 700 }, (_, i) => ({ key: key('m', i), seenAt: DAY(1) }));
  await sentLog.record({ ...nothing, entries });
  await sentLog.record({ ...nothing, entries: [{ key: key('m', 3), seenAt: DAY(5) }] });
  await sentLog.record({ ...nothing, entries: [{ key: key('m', 3), seenAt: DAY(2) }] });
  const found = await sentLog.lookup(Array.from({ length: 1000 }, (_, i) => key('m', i)));
  expect(found.size).toBe(700);
  expect(found.get(key('m', 3))).toEqual(DAY(5));
  expect(await sentLog.lookup([key('q', 3)])).toEqual(new Map());
});

test('a batch that is recorded twice changes nothing', async () => {
  const { sentLog } = await store();
  const batch = {
    entries: [
      { key: key('m', 1), seenAt: DAY(1) },
      { key: key('m', 1), seenAt: DAY(1) },
      { key: key('q', 1), seenAt: DAY(1) },
    ],
    senders: [{ domain: domain('shop.example'), host: 'out', lastSeenAt: DAY(1) }],
    covered: [{ host: 'out', span: { from: DAY(1), until: DAY(2) } }],
  };
  expect(await sentLog.record(batch)).toEqual({ added: 1 });
  const before = await sentLog.status();
  expect(await sentLog.record(batch)).toEqual({ added: 0 });
  expect(await sentLog.status()).toEqual(before);
  expect(before).toEqual({
    messages: 1,
    senders: batch.senders,
    hosts: [{ host: 'out', spans: [{ from: DAY(1), until: DAY(2) }] }],
  });
});

describe('coverage', () => {
  test('is told for each host that sent for the domain, also without any', async () => {
    const { sentLog } = await store();
    const sender = (name: string, host: string) => ({ domain: domain(name), host, lastSeenAt: DAY(3) });
    await sentLog.record({
      entries: [],
      senders: [sender('shop.example', 'a'), sender('shop.example', 'b'), sender('other.example', 'c')],
      covered: [{ host: 'a', span: { from: DAY(1), until: DAY(2) } }],
    });
    expect(await sentLog.coverage(domain('shop.example'))).toEqual([
      { host: 'a', spans: [{ from: DAY(1), until: DAY(2) }] },
      { host: 'b', spans: [] },
    ]);
    expect(await sentLog.coverage(domain('nobody.example'))).toEqual([]);
  });

  test('of one host is joined as the rule that was handed in says', async () => {
    const { sentLog } = await store();
    const cover = (from: number, until: number) => ({ host: 'a', span: { from: DAY(from), until: DAY(until) } });
    await sentLog.record({ ...nothing, covered: [cover(1, 3), cover(8, 9)] });
    await sentLog.record({ ...nothing, covered: [cover(2, 5)] });
    expect((await sentLog.status()).hosts).toEqual([
      {
        host: 'a',
        spans: [
          { from: DAY(1), until: DAY(5) },
          { from: DAY(8), until: DAY(9) },
        ],
      },
    ]);
  });
});

test('what is older than asked for is forgotten, and the time no longer counts as covered', async () => {
  const { sentLog } = await store();
  await sentLog.record({
    entries: [
      { key: key('m', 1), seenAt: DAY(1) },
      { key: key('m', 2), seenAt: DAY(9) },
      { key: key('q', 1), seenAt: DAY(1) },
    ],
    senders: [
      { domain: domain('old.example'), host: 'a', lastSeenAt: DAY(1) },
      { domain: domain('shop.example'), host: 'a', lastSeenAt: DAY(9) },
    ],
    covered: [
      { host: 'a', span: { from: DAY(1), until: DAY(2) } },
      { host: 'a', span: { from: DAY(4), until: DAY(9) } },
    ],
  });
  expect(await sentLog.prune(DAY(5))).toEqual({ removed: 1 });
  expect(await sentLog.status()).toEqual({
    messages: 1,
    senders: [{ domain: 'shop.example', host: 'a', lastSeenAt: DAY(9) }],
    hosts: [{ host: 'a', spans: [{ from: DAY(5), until: DAY(9) }] }],
  });
});
