/** Lets calls through at a pace, for all workers of a process together. */
export interface Pacer {
  /** Resolves when one call may be made. */
  take(): Promise<void>;
  /** Nobody calls before `ms` have passed: the server has said so. */
  pause(ms: number): void;
}

export type PacerOptions = {
  /** How many calls may be made within any `windowMs`. */
  readonly calls: number;
  readonly windowMs: number;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
};

/**
 * A pacer that keeps every sliding window within its limit.
 *
 * It remembers when each of the last `calls` calls was let through: the next may go when the oldest of them has left
 * the window. A burst at the start is spread out too, so that a person at the dashboard is never locked out.
 */
export function slidingPacer({ calls, windowMs, now, sleep }: PacerOptions): Pacer {
  const times = new Float64Array(calls).fill(Number.NEGATIVE_INFINITY);
  // Rounded up: fractions that add up to a hair less than the window would let one call too many into it.
  const gapMs = Math.ceil(windowMs / calls);
  let next = 0;
  let freeAtMs = Number.NEGATIVE_INFINITY;
  let pausedUntilMs = Number.NEGATIVE_INFINITY;
  const dueAt = (): number => Math.max(freeAtMs, pausedUntilMs, (times[next] ?? 0) + windowMs);
  return {
    async take() {
      for (;;) {
        const waitMs = dueAt() - now();
        if (waitMs <= 0) break;
        await sleep(waitMs);
      }
      const at = now();
      times[next] = at;
      next = (next + 1) % calls;
      freeAtMs = at + gapMs;
    },
    pause(ms) {
      pausedUntilMs = Math.max(pausedUntilMs, now() + ms);
    },
  };
}
