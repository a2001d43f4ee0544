/** A clock that jumps to the next moment at which somebody wants to wake up, as soon as all others wait. */
export type VirtualClock = {
  now(): number;
  sleep(ms: number): Promise<void>;
  /** Runs until `work` is done. */
  run<T>(work: Promise<T>): Promise<T>;
};

export function virtualClock(): VirtualClock {
  let nowMs = 0;
  let order = 0;
  const sleepers: { at: number; order: number; wake: () => void }[] = [];
  return {
    now: () => nowMs,
    sleep: (ms) =>
      new Promise((wake) => {
        sleepers.push({ at: nowMs + Math.max(0, ms), order: order++, wake });
        sleepers.sort((a, b) => a.at - b.at || a.order - b.order);
      }),
    async run(work) {
      let isDone = false;
      const done = work.finally(() => {
        isDone = true;
      });
      while (!isDone) {
        // Everything that can go on without time passing goes on first.
        await new Promise((resolve) => setImmediate(resolve));
        const next = sleepers.shift();
        if (next === undefined) continue;
        nowMs = Math.max(nowMs, next.at);
        next.wake();
      }
      return done;
    },
  };
}
