import type { SpfOptions } from './options.ts';

/** Ends a check from outside: the time limit, the caller's signal, or both. */
export type Limiter = {
  /** Why the check must end now, or null. */
  expired(): string | null;
  /** The value, or null when the check must end before it comes. */
  race<T>(value: Promise<T>): Promise<T | null>;
  /** Calls off the timer and stops listening. */
  dispose(): void;
};

/** Null when the options ask for neither; then nothing is measured and nothing listened to. */
export function newLimiter({ timeLimit, signal }: SpfOptions): Limiter | null {
  if (timeLimit === undefined && signal === undefined) return null;
  const startedAt = timeLimit?.clock.now() ?? 0;
  const waiting: (() => void)[] = [];
  let hasEnded = false;
  let dispose: (() => void) | null = null;
  const onEnd = (): void => {
    hasEnded = true;
    for (const giveUp of waiting) giveUp();
  };
  /** One timer and one listener for the whole check, made when the first answer is not at hand. */
  const watch = (): (() => void) => {
    const remainingMs = timeLimit === undefined ? 0 : startedAt + timeLimit.ms - timeLimit.clock.now();
    const cancel = timeLimit?.clock.after(Math.max(0, remainingMs), onEnd);
    signal?.addEventListener('abort', onEnd);
    if (signal?.aborted === true) onEnd(); // the resolver may have aborted it while it was asked
    return () => {
      cancel?.();
      signal?.removeEventListener('abort', onEnd);
    };
  };

  return {
    expired() {
      if (signal?.aborted === true) return 'the check was aborted';
      if (timeLimit === undefined) return null;
      // A timer may fire a little before the clock says so.
      if (!hasEnded && timeLimit.clock.now() - startedAt < timeLimit.ms) return null;
      return `the check took longer than ${timeLimit.ms} ms`;
    },
    race: (value) =>
      new Promise((resolve, reject) => {
        waiting.push(() => resolve(null));
        dispose ??= watch();
        if (hasEnded) resolve(null);
        value.then(resolve, reject);
      }),
    dispose: () => dispose?.(),
  };
}
