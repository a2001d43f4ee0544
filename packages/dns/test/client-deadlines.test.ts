import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Deadline, Deadlines } from '../src/client-deadlines.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function named(name: string, expired: string[], onExpire: () => void = () => {}): Deadline {
  return {
    dueMs: 0,
    earlier: null,
    later: null,
    expire: () => {
      expired.push(`${name} at ${performance.now() - startedMs}`);
      onExpire();
    },
  };
}

let startedMs = 0;
beforeEach(() => {
  startedMs = performance.now();
});

function pass(ms: number): void {
  vi.advanceTimersByTime(ms);
}

test('each expires when it is due, all by one timer', () => {
  const expired: string[] = [];
  const deadlines = new Deadlines(100);
  for (const name of ['first', 'second', 'third']) {
    deadlines.add(named(name, expired), performance.now());
    pass(10);
    expect(vi.getTimerCount()).toBe(1);
  }
  pass(1_000);
  expect(expired).toEqual(['first at 100', 'second at 110', 'third at 120']);
  expect(vi.getTimerCount()).toBe(0);
});

test.each([
  ['the first', 0, ['b', 'c']],
  ['one in between', 1, ['a', 'c']],
  ['the last', 2, ['a', 'b']],
])('%s that is taken out does not expire', (_what, index, left) => {
  const expired: string[] = [];
  const deadlines = new Deadlines(100);
  const all = ['a', 'b', 'c'].map((name) => named(name, expired));
  for (const one of all) deadlines.add(one, performance.now());
  const taken = all[index];
  if (taken === undefined) throw new Error('there are three');
  deadlines.remove(taken);
  // Once more does nothing.
  deadlines.remove(taken);
  pass(1_000);
  expect(expired).toEqual(left.map((name) => `${name} at 100`));
});

test('one that is added when all others are done has its full time', () => {
  const expired: string[] = [];
  const deadlines = new Deadlines(100);
  const done = named('done', expired);
  deadlines.add(done, performance.now());
  pass(60);
  deadlines.remove(done);
  deadlines.add(named('next', expired), performance.now());
  pass(99);
  expect(expired).toEqual([]);
  pass(1);
  expect(expired).toEqual(['next at 160']);
});

test('what an expiry adds and takes out counts', () => {
  const expired: string[] = [];
  const deadlines = new Deadlines(100);
  const last = named('last', expired);
  const again = named('again', expired);
  const first = named('first', expired, () => {
    deadlines.remove(last);
    deadlines.add(again, performance.now());
  });
  deadlines.add(first, performance.now());
  deadlines.add(last, performance.now());
  pass(1_000);
  expect(expired).toEqual(['first at 100', 'again at 200']);
});

test('the timer keeps a process alive while something is due, and no longer', () => {
  vi.useRealTimers();
  const deadlines = new Deadlines(60_000);
  const before = activeTimers();
  const one = named('one', []);
  deadlines.add(one, performance.now());
  expect(activeTimers()).toBe(before + 1);
  deadlines.remove(one);
  expect(activeTimers()).toBe(before);
  deadlines.add(one, performance.now());
  expect(activeTimers()).toBe(before + 1);
  deadlines.remove(one);
});

/** Timers that keep this process alive. */
function activeTimers(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
}
