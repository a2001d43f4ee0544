import { expect, test } from 'vitest';
import type { PolicyAction } from '../src/action.ts';
import type { Decision } from '../src/decision.ts';
import { createTally } from '../src/tally.ts';

const NOON = new Date('2026-01-01T12:00:00Z');
const SPENT = { lookups: 0, voidLookups: 0, queries: 0, trace: null };
const DUNNO: PolicyAction = { kind: 'dunno' };
const REJECT: PolicyAction = { kind: 'reject', replyCode: null, status: '5.7.1', text: 'no' };
const BASE: Decision = {
  action: REJECT,
  intended: REJECT,
  rule: 'bounce-to-never-sender',
  identity: null,
  outcome: null,
  domain: 'parked.example',
  reason: '',
};

test('like decisions of one hour are one count, and draining starts anew', () => {
  const tally = createTally(10);
  tally.add(BASE, NOON);
  tally.add(BASE, new Date('2026-01-01T12:59:59Z'));
  tally.add(BASE, new Date('2026-01-01T13:00:00Z'));
  const hour = NOON.getTime() / 3_600_000;
  const rest = { rule: 'bounce-to-never-sender', identity: '', result: '', action: 'reject', domain: 'parked.example' };
  expect(tally.drain()?.decisions).toEqual([
    { hour, ...rest, count: 2 },
    { hour: hour + 1, ...rest, count: 1 },
  ]);
  expect(tally.drain()).toBe(null);
});

test('what observing held back is counted as such', () => {
  const tally = createTally(10);
  tally.add({ ...BASE, action: DUNNO }, NOON);
  expect(tally.drain()?.decisions[0]?.action).toBe('would-reject');
});

test('strangers cannot make it grow without bound, and no decision is lost from the sums', () => {
  const tally = createTally(3);
  for (let i = 0; i < 1000; i++) tally.add({ ...BASE, domain: `d${i}.example` }, NOON);
  const batch = tally.drain();
  expect(batch?.decisions.map(({ domain, count }) => [domain, count])).toEqual([
    ['d0.example', 1],
    ['d1.example', 1],
    ['d2.example', 1],
    ['', 997],
  ]);
});

test('what nobody takes away for weeks does not grow without bound, and no decision is lost from the sums', () => {
  const tally = createTally(3);
  const hours = 24 * 30;
  for (let hour = 0; hour < hours; hour++) {
    const now = new Date(NOON.getTime() + hour * 3_600_000);
    for (const domain of ['a.example', 'b.example']) {
      tally.add({ ...BASE, domain }, now);
      tally.add({ ...BASE, domain }, now);
    }
  }
  const decisions = tally.drain()?.decisions ?? [];
  expect(decisions.filter(({ domain }) => domain !== '')).toHaveLength(3 * 8);
  // Under no name each hour is one count.
  expect(decisions.length).toBeLessThanOrEqual(3 * 8 + hours);
  expect(decisions.reduce((sum, { count }) => sum + count, 0)).toBe(4 * hours);
  tally.add(BASE, NOON);
  expect(tally.drain()?.decisions[0]?.domain).toBe('parked.example');
});

test('a clock that is set back over the hour finds the counts of that hour', () => {
  const tally = createTally(10);
  const before = new Date('2026-01-01T12:59:59Z');
  for (const now of [before, new Date('2026-01-01T13:00:00Z'), before]) tally.add(BASE, now);
  expect(tally.drain()?.decisions.map(({ count }) => count)).toEqual([2, 1]);
});

test('senders are told by how strict their record is, and what is wrong with a broken one', () => {
  const tally = createTally(10);
  const problem = {
    code: 'invalid-ip4',
    message: 'invalid IPv4 address',
    span: { start: 7, end: 11 },
    text: 'v=spf1 ip4: -all',
    domain: null,
    rfc: 'RFC 7208 §5.6',
  } as const;
  const checked = { ...BASE, identity: 'mailfrom' } as const;
  tally.add({ ...checked, domain: 'Broken.example', outcome: { result: 'permerror', problem, ...SPENT } }, NOON);
  tally.add({ ...checked, domain: 'none.example', outcome: { result: 'none', why: 'no-record', ...SPENT } }, NOON);
  tally.add({ ...checked, domain: 'soft.example', outcome: { result: 'neutral', matched: null, ...SPENT } }, NOON);
  tally.add(
    { ...checked, domain: 'down.example', outcome: { result: 'temperror', name: null, detail: '', ...SPENT } },
    NOON,
  );
  tally.add(
    { ...checked, identity: 'helo', domain: 'mx.example', outcome: { result: 'none', why: 'no-record', ...SPENT } },
    NOON,
  );
  expect(tally.drain()?.senders.map(({ domain, strictness, problem: what }) => [domain, strictness, what])).toEqual([
    ['broken.example', 'broken', 'invalid IPv4 address: ip4:'],
    ['none.example', 'none', null],
    ['soft.example', '?all', null],
  ]);
});
