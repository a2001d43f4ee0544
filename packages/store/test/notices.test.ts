import { expect, test } from 'vitest';
import { domain, entry, store } from './support/store.ts';

const NOW = new Date('2026-11-23T12:00:00Z');
const TO = 'postmaster@home.example';

/** A ledger and a way to add messages in a run of their own. */
async function ledgerWithRuns() {
  const { ledger, notices } = await store();
  let number = 0;
  const add = async (count: number, given: Parameters<typeof entry>[1] = {}): Promise<number> => {
    const { run } = await ledger.startRun(NOW, ['a'], 'basis');
    const entries = Array.from({ length: count }, () => entry(number++, given));
    await ledger.recordBatch(run, entries, null);
    return run;
  };
  return { notices, add };
}

test('an address is told of what came since the last notice, and of nothing from before it was named', async () => {
  const { notices, add } = await ledgerWithRuns();
  await add(7);
  const second = await add(3);
  const parked = domain('parked.example');
  expect(await notices.pending(TO, second, await notices.lastRun())).toEqual({
    sentAt: null,
    domains: [{ domain: parked, backscatter: 3 }],
  });
  await add(2, { domain: domain('old.example') });
  const fourth = await add(1, { backscatter: 'no' });
  expect((await notices.pending(TO, fourth, await notices.lastRun())).domains).toEqual([
    { domain: parked, backscatter: 3 },
    { domain: domain('old.example'), backscatter: 2 },
  ]);
  await notices.told(TO, fourth, NOW);
  expect(await notices.pending(TO, fourth, await notices.lastRun())).toEqual({ sentAt: NOW, domains: [] });
  const fifth = await add(1);
  expect((await notices.pending(TO, fifth, await notices.lastRun())).domains).toEqual([
    { domain: parked, backscatter: 1 },
  ]);
});

test('each address is told for itself', async () => {
  const { notices, add } = await ledgerWithRuns();
  const first = await add(2);
  await notices.pending(TO, first, await notices.lastRun());
  await notices.told(TO, first, NOW);
  expect((await notices.pending('root', first, await notices.lastRun())).domains).toMatchObject([{ backscatter: 2 }]);
});

test('what a run counts that began after the last one that is told, is told later', async () => {
  const { notices, add } = await ledgerWithRuns();
  const first = await add(2);
  const last = await notices.lastRun();
  const second = await add(3);
  expect([last, await notices.lastRun()]).toEqual([first, second]);
  expect((await notices.pending(TO, first, last)).domains).toMatchObject([{ backscatter: 2 }]);
  await notices.told(TO, last, NOW);
  expect((await notices.pending(TO, second, second)).domains).toMatchObject([{ backscatter: 3 }]);
});
