import { expect, test } from 'vitest';
import { cachedResolver } from '../src/index.ts';
import { manualResolver } from './support/answers.ts';
import { name } from './support/names.ts';

const asked = name('example.com');
const done = { kind: 'nodata', ttlSeconds: 1 } as const;

test('who gives up leaves the others waiting', async () => {
  const source = manualResolver();
  const flights = cachedResolver(source, { now: () => 0 });
  const impatient = new AbortController();
  const first = flights.resolve(asked, 'A', impatient.signal);
  const second = flights.resolve(asked, 'A', new AbortController().signal);
  const third = flights.resolve(asked, 'A');
  impatient.abort(new Error('enough'));
  await expect(first).rejects.toThrow('enough');
  expect(source.asked[0]?.signal?.aborted).toBe(false);
  source.asked[0]?.answer(done);
  expect(await second).toEqual(done);
  expect(await third).toEqual(done);
});

test('when all give up the question is aborted, and who comes later asks anew', async () => {
  const source = manualResolver();
  const flights = cachedResolver(source, { now: () => 0 });
  const impatient = [new AbortController(), new AbortController()];
  const waiting = impatient.map(({ signal }) => flights.resolve(asked, 'A', signal));
  for (const controller of impatient) controller.abort(new Error('enough'));
  const late = flights.resolve(asked, 'A');
  for (const one of waiting) await expect(one).rejects.toThrow('enough');
  expect(source.asked.map(({ signal }) => signal?.aborted)).toEqual([true, undefined]);
  source.asked[1]?.answer(done);
  expect(await late).toEqual(done);
});

test('someone without a signal keeps the question alive', async () => {
  const source = manualResolver();
  const flights = cachedResolver(source, { now: () => 0 });
  const impatient = new AbortController();
  const patient = flights.resolve(asked, 'A');
  const first = flights.resolve(asked, 'A', impatient.signal);
  impatient.abort(new Error('enough'));
  await expect(first).rejects.toThrow('enough');
  source.asked[0]?.answer(done);
  expect(await patient).toEqual(done);
});

test('a question that failed to come back is asked anew', async () => {
  const source = manualResolver();
  const flights = cachedResolver(source, { now: () => 0 });
  const first = flights.resolve(asked, 'A');
  source.asked[0]?.reject(new Error('broken'));
  await expect(first).rejects.toThrow('broken');
  const second = flights.resolve(asked, 'A');
  source.asked[1]?.answer(done);
  expect(await second).toEqual(done);
});

test('an aborted signal asks nothing', async () => {
  const source = manualResolver();
  await expect(
    cachedResolver(source, { now: () => 0 }).resolve(asked, 'A', AbortSignal.abort(new Error('never'))),
  ).rejects.toThrow('never');
  expect(source.asked).toEqual([]);
});
