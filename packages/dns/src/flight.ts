import type { RrType } from './record.ts';
import type { Answer } from './resolver.ts';

/** A question on its way. */
export type Flight<T extends RrType> = {
  readonly promise: Promise<Answer<T>>;
  /** Null when someone waits who cannot give up: it is never aborted then, and a controller costs as much as a question. */
  readonly abort: AbortController | null;
  waiting: number;
};

/** Waits with the others; whoever has no signal waits to the end. When all have given up, the question is aborted. */
export function join<T extends RrType>(flight: Flight<T>, signal: AbortSignal | undefined): Promise<Answer<T>> {
  flight.waiting++;
  if (signal === undefined) return flight.promise;
  return new Promise((resolve, reject) => {
    const giveUp = (): void => {
      reject(signal.reason);
      if (--flight.waiting === 0) flight.abort?.abort(signal.reason);
    };
    signal.addEventListener('abort', giveUp, { once: true });
    const done = (): void => signal.removeEventListener('abort', giveUp);
    flight.promise.finally(done).then(resolve, reject);
  });
}
