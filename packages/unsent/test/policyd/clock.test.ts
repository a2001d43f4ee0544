import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { clockOfTurns, systemClock } from '../../src/policyd/clock.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.runAllTimers();
  vi.useRealTimers();
});

test.each([1, 99, 100, 101, 250, 20_000])(
  'a callback after %i ms is not early, and late by a tenth of a second at most',
  (ms) => {
    const startedMs = systemClock.now();
    let rungMs: number | null = null;
    systemClock.after(ms, () => {
      rungMs = systemClock.now() - startedMs;
    });
    vi.advanceTimersByTime(ms - 1);
    expect(rungMs).toBeNull();
    vi.advanceTimersByTime(101);
    expect(rungMs).toBeGreaterThanOrEqual(ms);
  },
);

test('a clock of turns stands still within a turn, and goes on with the next', () => {
  const clock = clockOfTurns();
  const looks = vi.spyOn(performance, 'now').mockReturnValueOnce(1).mockReturnValueOnce(7);
  expect([clock.now(), clock.now()]).toEqual([1, 1]);
  vi.advanceTimersToNextTimer();
  expect([clock.now(), clock.now()]).toEqual([7, 7]);
  looks.mockRestore();
});

test('what is called off does not ring, what waits beside it does, once each', () => {
  const rung: string[] = [];
  const ring = (): void => void rung.push('twice');
  const callOff = systemClock.after(50, () => rung.push('called off'));
  systemClock.after(50, ring);
  systemClock.after(50, ring);
  callOff();
  vi.advanceTimersByTime(10_000);
  expect(rung).toEqual(['twice', 'twice']);
});

test('a thousand callbacks of one moment share a timer', () => {
  for (let i = 0; i < 1_000; i++) systemClock.after(20_000, () => {});
  expect(vi.getTimerCount()).toBe(1);
});
