import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { temporaryFolder } from './support/folder.ts';
import { domain, entry, store } from './support/store.ts';

const NOW = new Date('2026-11-23T12:00:00Z');
const TO = 'postmaster@home.example';

/** A ledger and a way to add messages in a run of their own. */
async function ledgerWithRuns() {
  const { ledger, notices, retention } = await store();
  let number = 0;
  const begin = async (): Promise<number> => (await ledger.startRun(NOW, ['a'], 'basis')).run;
  const addTo = async (run: number, count: number, given: Parameters<typeof entry>[1] = {}): Promise<void> => {
    const entries = Array.from({ length: count }, () => entry(number++, given));
    await ledger.recordBatch(run, entries, null);
  };
  const add = async (count: number, given: Parameters<typeof entry>[1] = {}): Promise<number> => {
    const run = await begin();
    await addTo(run, count, given);
    return run;
  };
  return { notices, add, addTo, begin, retention };
}

test('an address is told of what came since the last notice, and of nothing from before it was named', async () => {
  const { notices, add } = await ledgerWithRuns();
  await add(7);
  const second = await add(3);
  const parked = domain('parked.example');
  expect(await notices.pending(TO, second, await notices.lastEvent())).toEqual({
    sentAt: null,
    domains: [{ domain: parked, backscatter: 3 }],
  });
  await add(2, { domain: domain('old.example') });
  const fourth = await add(1, { backscatter: 'no' });
  expect((await notices.pending(TO, fourth, await notices.lastEvent())).domains).toEqual([
    { domain: parked, backscatter: 3 },
    { domain: domain('old.example'), backscatter: 2 },
  ]);
  await notices.told(TO, await notices.lastEvent(), NOW);
  expect(await notices.pending(TO, fourth, await notices.lastEvent())).toEqual({ sentAt: NOW, domains: [] });
  const fifth = await add(1);
  expect((await notices.pending(TO, fifth, await notices.lastEvent())).domains).toEqual([
    { domain: parked, backscatter: 1 },
  ]);
});

test('each address is told for itself', async () => {
  const { notices, add } = await ledgerWithRuns();
  const first = await add(2);
  await notices.pending(TO, first, await notices.lastEvent());
  await notices.told(TO, await notices.lastEvent(), NOW);
  expect((await notices.pending('root', first, await notices.lastEvent())).domains).toMatchObject([{ backscatter: 2 }]);
});

test('what a run counts that began before the last notice is told with the next one, whatever was told meanwhile', async () => {
  const { notices, add, addTo, begin } = await ledgerWithRuns();
  const long = await begin();
  await addTo(long, 1);
  const short = await add(2);
  const last = await notices.lastEvent();
  expect((await notices.pending(TO, long, last)).domains).toMatchObject([{ backscatter: 3 }]);
  await addTo(long, 4);
  await notices.told(TO, last, NOW);
  expect((await notices.pending(TO, short, await notices.lastEvent())).domains).toMatchObject([{ backscatter: 4 }]);
});

test('what is counted while a notice is sent is told with the next one', async () => {
  const { notices, add } = await ledgerWithRuns();
  const first = await add(2);
  const last = await notices.lastEvent();
  const second = await add(3);
  expect((await notices.pending(TO, first, last)).domains).toMatchObject([{ backscatter: 2 }]);
  await notices.told(TO, last, NOW);
  expect((await notices.pending(TO, second, await notices.lastEvent())).domains).toMatchObject([{ backscatter: 3 }]);
});

test('of many that count at once and others that tell, each event is told once', async () => {
  const path = join(temporaryFolder(), 'state.db');
  const writers = await Promise.all([1, 2, 3, 4].map(() => store(path)));
  const { ledger, notices } = await store(path);
  const { run: first } = await ledger.startRun(NOW, ['a'], 'basis');
  let [open, told] = [writers.length, 0];
  const counting = writers.map(async (writer, number) => {
    const { run } = await writer.ledger.startRun(NOW, ['b'], 'basis');
    for (let i = 0; i < 30; i++) {
      // Of different sizes, so that they commit in another order than they begin.
      const entries = Array.from({ length: 1 + ((i * 7 + number * 13) % 40) }, (_, j) =>
        entry(number * 1_000_000 + i * 1000 + j),
      );
      await writer.ledger.recordBatch(run, entries, null);
    }
    open--;
  });
  for (let isLast = false; !isLast; ) {
    isLast = open === 0;
    const last = await notices.lastEvent();
    for (const { backscatter } of (await notices.pending(TO, first, last)).domains) told += backscatter;
    await notices.told(TO, last, NOW);
    await setImmediate(); // or SQLite, which waits for nothing, would leave no time to the others
  }
  await Promise.all(counting);
  const [sums] = await ledger.totalsByDomain({ run: null, domain: null, backscatter: null, since: null, until: null });
  expect(told).toBe(sums?.backscatter);
});

test('what comes after events were forgotten is told, also where numbers come up again', async () => {
  const { notices, add, retention } = await ledgerWithRuns();
  const first = await add(5, { arrivedAt: new Date('2026-10-01T10:00:00Z') });
  const last = await notices.lastEvent();
  await notices.pending(TO, first, last);
  await notices.told(TO, last, NOW);
  await retention.forgetEvents(NOW);
  const second = await add(2, { arrivedAt: NOW });
  expect((await notices.pending(TO, second, await notices.lastEvent())).domains).toMatchObject([{ backscatter: 2 }]);
});

test('what comes after a database went into another one is told, wherever that numbers on', async () => {
  const from = await store();
  const { run } = await from.ledger.startRun(NOW, ['a'], 'basis');
  await from.ledger.recordBatch(run, [entry(1), entry(2)], null);
  const last = await from.notices.lastEvent();
  await from.notices.pending(TO, run, last);
  // As where the last events were forgotten since.
  await from.notices.told(TO, last + 50, NOW);
  const lines: string[] = [];
  await from.transfer.exportTo(async (line) => void lines.push(line));
  const there = await store();
  await there.transfer.importFrom(async function* () {
    yield* lines;
  });
  const next = (await there.ledger.startRun(NOW, ['a'], 'basis')).run;
  await there.ledger.recordBatch(next, [entry(3)], null);
  expect((await there.notices.pending(TO, next, await there.notices.lastEvent())).domains).toMatchObject([
    { backscatter: 1 },
  ]);
});
