import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from './support/folder.ts';
import { store } from './support/store.ts';

const LIMIT = { calls: 5, windowMs: 3_600_000 };

test('as many calls as the window holds go at once, the next ones when it has passed, whoever asks', async () => {
  const path = join(temporaryFolder(), 'state.db');
  const [one, other] = [await store(path), await store(path)];
  const waits = await Promise.all(
    Array.from({ length: 12 }, (_, i) => (i % 2 === 0 ? one : other).rateLimits.reserve('account', LIMIT)),
  );
  const windows = waits.map((wait) => Math.ceil(wait / LIMIT.windowMs)).sort((a, b) => a - b);
  // The clock runs on while they ask, so that the second five wait for a little less than one window, or for one.
  expect(windows.slice(0, 5)).toEqual([0, 0, 0, 0, 0]);
  expect(windows.slice(5, 10).every((window) => window === 1 || window === 2)).toBe(true);
  expect(Math.min(...waits.filter((wait) => wait > 0))).toBeGreaterThan(LIMIT.windowMs - 60_000);
  expect(waits.filter((wait) => wait > 1.5 * LIMIT.windowMs)).toHaveLength(2);
});

test('each account has a limit of its own', async () => {
  const { rateLimits } = await store();
  for (let i = 0; i < 5; i++) await rateLimits.reserve('a', LIMIT);
  expect(await rateLimits.reserve('b', LIMIT)).toBe(0);
  expect(await rateLimits.reserve('a', LIMIT)).toBeGreaterThan(0);
});

test('a pause holds for everybody, and a shorter one does not end it', async () => {
  const { rateLimits } = await store();
  await rateLimits.pause('a', 500_000);
  await rateLimits.pause('a', 1000);
  const wait = await rateLimits.reserve('a', LIMIT);
  expect(wait).toBeGreaterThan(400_000);
  expect(wait).toBeLessThanOrEqual(500_000);
});
