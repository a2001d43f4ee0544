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
 * the window. A few calls go at once, and a long run settles at the pace of the limit.
 */
export function slidingPacer({ calls, windowMs, now, sleep }: PacerOptions): Pacer {
  const times = new Float64Array(calls).fill(Number.NEGATIVE_INFINITY);
  let next = 0;
  let pausedUntilMs = Number.NEGATIVE_INFINITY;
  // One millisecond more: whoever counts both ends of a window must not find one call too many in it.
  const dueAt = (): number => Math.max(pausedUntilMs, (times[next] ?? 0) + windowMs + 1);
  return {
    async take() {
      for (let waitMs = dueAt() - now(); waitMs > 0; waitMs = dueAt() - now()) await sleep(waitMs);
      times[next] = now();
      next = (next + 1) % calls;
    },
    pause(ms) {
      pausedUntilMs = Math.max(pausedUntilMs, now() + ms);
    },
  };
}
