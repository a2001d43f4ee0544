import { expect, test } from 'vitest';
import type { StoredDecisionCount, StoredSenderCount } from '../src/index.ts';
import { store } from './support/store.ts';

const HOUR = 500_000;
const AT = new Date(HOUR * 3_600_000 + 60_000);
const LATER = new Date(AT.getTime() + 3_600_000);

test('counts of the same hour and kind add up, and totals are over hours and domains', async () => {
  const { policyCounters } = await store();
  await policyCounters.add({ decisions: [decision({ count: 2 }), decision({ domain: 'b.example' })], senders: [] });
  await policyCounters.add({ decisions: [decision({ count: 3 }), decision({ hour: HOUR + 1 })], senders: [] });
  const kind = { rule: 'spf-mailfrom', identity: 'mailfrom', result: 'fail', action: 'reject' };
  expect(await policyCounters.totals(AT)).toEqual([{ ...kind, count: 7 }]);
  expect(await policyCounters.totals(LATER)).toEqual([{ ...kind, count: 1 }]);
});

test('refused domains are those of refusals, also of those that observing held back', async () => {
  const { policyCounters } = await store();
  await policyCounters.add({
    decisions: [
      decision({ domain: 'a.example', count: 5 }),
      decision({ domain: 'b.example', action: 'would-reject', count: 9 }),
      decision({ domain: 'c.example', action: 'prepend', count: 90 }),
      decision({ domain: '', count: 70 }),
    ],
    senders: [],
  });
  expect(await policyCounters.refusedDomains(AT, 10)).toEqual([
    { name: 'b.example', count: 9 },
    { name: 'a.example', count: 5 },
  ]);
  expect(await policyCounters.refusedDomains(AT, 1)).toHaveLength(1);
});

test('of a sender the newest record counts, and a problem goes when it is mended', async () => {
  const { policyCounters } = await store();
  const broken = sender({ strictness: 'broken', problem: 'invalid IPv4 address: ip4:' });
  await policyCounters.add({ decisions: [], senders: [broken, sender({ domain: 'b.example', strictness: '~all' })] });
  expect(await policyCounters.senders(AT, ['broken'], 5)).toEqual([broken]);
  await policyCounters.add({ decisions: [], senders: [sender({ lastSeenAt: LATER, count: 4 })] });
  expect(await policyCounters.senders(AT, ['broken'], 5)).toEqual([]);
  expect(await policyCounters.senders(AT, ['-all', '~all'], 5)).toMatchObject([
    { domain: 'a.example', count: 5, problem: null },
    { domain: 'b.example', count: 1 },
  ]);
  expect(await policyCounters.strictness(LATER)).toEqual([{ name: '-all', count: 1 }]);
});

test('what is old is forgotten', async () => {
  const { policyCounters } = await store();
  const young = sender({ domain: 'b.example', lastSeenAt: LATER });
  await policyCounters.add({ decisions: [decision({}), decision({ hour: HOUR + 1 })], senders: [sender({}), young] });
  await policyCounters.prune(LATER);
  expect(await policyCounters.totals(new Date(0))).toMatchObject([{ count: 1 }]);
  expect(await policyCounters.senders(new Date(0), ['-all'], 5)).toEqual([young]);
});

test('a batch that is delivered again counts once, and so does a late one', async () => {
  const { policyCounters } = await store();
  const batch = (count: number) => ({ decisions: [decision({ count })], senders: [] });
  await policyCounters.add(batch(1), { daemon: 'a', number: 1 });
  await policyCounters.add(batch(10), { daemon: 'a', number: 2 });
  await policyCounters.add(batch(10), { daemon: 'a', number: 2 });
  await policyCounters.add(batch(1), { daemon: 'a', number: 1 });
  await policyCounters.add(batch(100), { daemon: 'b', number: 1 });
  expect(await policyCounters.totals(AT)).toMatchObject([{ count: 111 }]);
});

function decision(given: Partial<StoredDecisionCount>): StoredDecisionCount {
  const kind = { rule: 'spf-mailfrom', identity: 'mailfrom', result: 'fail', action: 'reject' };
  return { hour: HOUR, ...kind, domain: 'a.example', count: 1, ...given };
}

function sender(given: Partial<StoredSenderCount>): StoredSenderCount {
  return { domain: 'a.example', strictness: '-all', problem: null, lastSeenAt: AT, count: 1, ...given };
}
