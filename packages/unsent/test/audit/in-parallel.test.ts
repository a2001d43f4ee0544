import { expect, test } from 'vitest';
import { inParallel } from '../../src/audit/in-parallel.ts';

test('never more than the limit at once, results in the order of the items', async () => {
  let running = 0;
  let most = 0;
  const items = Array.from({ length: 50 }, (_, i) => i);
  const results = await inParallel(items, 7, async (item) => {
    most = Math.max(most, ++running);
    for (let turn = 0; turn < (item * 7) % 5; turn++) await Promise.resolve();
    running--;
    return item * 2;
  });
  expect(results).toEqual(items.map((item) => item * 2));
  expect(most).toBe(7);
});

test('a failure is passed on', async () => {
  await expect(
    inParallel([1, 2], 2, async (item) => (item === 2 ? Promise.reject(new Error('no')) : item)),
  ).rejects.toThrow('no');
});
