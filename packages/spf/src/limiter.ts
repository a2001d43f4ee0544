import type { Clock, SpfOptions } from './options.ts';
import type { Step } from './step.ts';

/** Null when the options ask for neither a time limit nor an end by signal; then nothing is measured or listened to. */
export function newLimiter({ timeLimit, signal }: SpfOptions): Limiter | null {
  return timeLimit === undefined && signal === undefined ? null : new Limiter(timeLimit, signal);
}

/** Ends a check from outside: the time limit, the caller's signal, or both. A class: one is made for each check. */
export class Limiter {
  readonly #timeLimit: { readonly ms: number; readonly clock: Clock } | undefined;
  readonly #signal: AbortSignal | undefined;
  readonly #startedAt: number;
  #hasEnded = false;
  /** Ends the wait under way: a check asks one thing after the other. */
  #giveUp: (() => void) | null = null;
  /** Calls off the timer; null while there is none. */
  #cancel: (() => void) | null = null;
  #isWatching = false;
  readonly #onEnd = (): void => {
    this.#hasEnded = true;
    this.#giveUp?.();
  };

  constructor(timeLimit: SpfOptions['timeLimit'], signal: AbortSignal | undefined) {
    this.#timeLimit = timeLimit;
    this.#signal = signal;
    this.#startedAt = timeLimit?.clock.now() ?? 0;
  }

  /** Why the check must end now, or null. */
  expired(): string | null {
    if (this.#signal?.aborted === true) return 'the check was aborted';
    if (this.#timeLimit === undefined) return null;
    const { ms, clock } = this.#timeLimit;
    // A timer may fire a little before the clock says so.
    return this.#hasEnded || clock.now() - this.#startedAt >= ms ? `the check took longer than ${ms} ms` : null;
  }

  /** Goes on with the value, with what `failed` makes of its rejection, or with `ended` when the check must end first. */
  race<T, R>(value: Promise<T>, goOn: (value: T) => Step<R>, failed: (error: unknown) => T, ended: T): Promise<R> {
    return new Promise((resolve, reject) => {
      const settle = (settled: T): void => {
        if (this.#giveUp !== giveUp) return; // it has gone on already
        this.#giveUp = null;
        try {
          resolve(goOn(settled));
        } catch (error) {
          reject(error);
        }
      };
      const giveUp = (): void => settle(ended);
      this.#giveUp = giveUp;
      if (!this.#isWatching) this.#watch();
      if (this.#hasEnded) giveUp();
      value.then(settle, (error: unknown) => settle(failed(error)));
    });
  }

  /** Calls off the timer and stops listening. */
  dispose(): void {
    this.#cancel?.();
    this.#signal?.removeEventListener('abort', this.#onEnd);
  }

  /** One timer and one listener for the whole check, from when the first answer is not at hand. */
  #watch(): void {
    this.#isWatching = true;
    if (this.#timeLimit !== undefined) {
      const { ms, clock } = this.#timeLimit;
      this.#cancel = clock.after(Math.max(0, this.#startedAt + ms - clock.now()), this.#onEnd);
    }
    this.#signal?.addEventListener('abort', this.#onEnd);
    if (this.#signal?.aborted === true) this.#onEnd(); // the resolver may have aborted it while it was asked
  }
}
