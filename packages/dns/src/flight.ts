import type { DomainName } from './name.ts';
import type { RrType } from './record.ts';
import type { Answer, Resolver } from './resolver.ts';

type Flight<T extends RrType> = {
  readonly promise: Promise<Answer<T>>;
  /** Null when someone waits who cannot give up: it is never aborted then, and a controller costs as much as a question. */
  readonly abort: AbortController | null;
  waiting: number;
};
type Flights = { readonly [T in RrType]: Map<DomainName, Flight<T>> };

/**
 * Asks one question once however many wait for it. One of them giving up leaves the others waiting; when all have, the
 * question is aborted. `onJoin` is told of each that found its question already on its way.
 */
export function oneFlight(resolver: Resolver, onJoin: () => void): Resolver {
  const flights: Flights = {
    A: new Map(),
    AAAA: new Map(),
    MX: new Map(),
    TXT: new Map(),
    NS: new Map(),
    PTR: new Map(),
    CNAME: new Map(),
  };

  function takeOff<T extends RrType>(name: DomainName, type: T, canGiveUp: boolean): Answer<T> | Flight<T> {
    const abort = canGiveUp ? new AbortController() : null;
    const asked = resolver.resolve(name, type, abort?.signal);
    if (!(asked instanceof Promise)) return asked;
    const flight: Flight<T> = { promise: asked, abort, waiting: 0 };
    const land = (): void => {
      if (flights[type].get(name) === flight) flights[type].delete(name);
    };
    flights[type].set(name, flight);
    // Who comes after the last one gave up must not join a question that is being aborted.
    abort?.signal.addEventListener('abort', land, { once: true });
    asked.then(land, land);
    return flight;
  }

  return {
    resolve<T extends RrType>(name: DomainName, type: T, signal?: AbortSignal): Answer<T> | Promise<Answer<T>> {
      if (signal?.aborted === true) return Promise.reject(signal.reason);
      const flying = flights[type].get(name);
      if (flying !== undefined) onJoin();
      const flight = flying ?? takeOff(name, type, signal !== undefined);
      return 'promise' in flight ? join(flight, signal) : flight;
    },
  };
}

/** Waits with the others; whoever has no signal waits to the end. */
function join<T extends RrType>(flight: Flight<T>, signal: AbortSignal | undefined): Promise<Answer<T>> {
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
