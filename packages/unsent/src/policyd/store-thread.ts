import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { Tally } from '@unsent/policyd';
import type { Delivery, FromStore, LockedUpdate, StoreThreadSetup, ToStore } from './store-protocol.ts';

/** The thread that owns the database, so that nothing that the database does can stall an answer. */
export interface StoreThread {
  /** Resolves when the locked domains are known, or it is known that they cannot be. */
  readonly ready: Promise<void>;
  /** Writes what the tally holds, and ends. */
  stop(): Promise<void>;
}

export type StoreThreadOptions = StoreThreadSetup & {
  readonly url: URL;
  readonly tally: Tally;
  onLocked(update: LockedUpdate): void;
  onTrouble(why: string): void;
  /** The database can be used (again). */
  onWritten(): void;
};

const DRAIN_EVERY_MS = 2_000;
const READY_WITHIN_MS = 2_000;
const STOP_WITHIN_MS = 5_000;
const RESTART_AFTER_MS = 10_000;
const RESOURCE_LIMITS = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 4 };

/** The built thread; null where the sources run as they are (tests), because a thread needs built JavaScript. */
export function builtStoreWorker(): URL | null {
  const url = new URL('./store-worker.js', import.meta.url);
  return existsSync(url) ? url : null;
}

/**
 * Starts the thread and hands it what the tally holds every 2 s, one batch at a time: while the database is busy the
 * tally goes on counting, and its size is bounded.
 */
export function startStoreThread(options: StoreThreadOptions): StoreThread {
  let worker: Worker | null = null;
  let inFlight: Delivery | null = null;
  const nextDelivery = deliveries(options.tally);
  let isStopping = false;
  let settle = (): void => {};
  const ready = new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, READY_WITHIN_MS);
    settle = () => {
      clearTimeout(timer);
      resolve();
    };
  });

  const send = (message: ToStore): void => worker?.postMessage(message);
  const start = (): void => {
    const setup: StoreThreadSetup = { place: options.place, cacheFolder: options.cacheFolder };
    worker = new Worker(options.url, { workerData: setup, resourceLimits: RESOURCE_LIMITS });
    worker.unref();
    worker.on('message', (message: FromStore) => {
      if (message.kind === 'counted') {
        inFlight = null;
        options.onWritten();
      } else if (message.kind === 'locked') options.onLocked(message.update);
      else options.onTrouble(message.why);
      settle();
    });
    worker.on('error', (error) => options.onTrouble(error.message));
    worker.on('exit', () => {
      worker = null;
      settle();
      if (!isStopping) setTimeout(start, RESTART_AFTER_MS).unref();
    });
    // What the last thread died with was not acknowledged. If it is there, its number says so.
    if (inFlight !== null) send({ kind: 'count', delivery: inFlight });
  };
  const drain = (): void => {
    if (inFlight !== null || worker === null) return;
    inFlight = nextDelivery();
    if (inFlight !== null) send({ kind: 'count', delivery: inFlight });
  };
  start();
  const draining = setInterval(drain, DRAIN_EVERY_MS).unref();
  return {
    ready,
    stop: async () => {
      isStopping = true;
      clearInterval(draining);
      const ending = worker;
      if (ending === null) return;
      const ended = new Promise<void>((resolve) => ending.once('exit', () => resolve()));
      const timer = setTimeout(() => void ending.terminate(), STOP_WITHIN_MS);
      ending.ref();
      send({ kind: 'stop', delivery: nextDelivery() });
      await ended;
      clearTimeout(timer);
    },
  };
}

/** Takes what the tally holds, each time under the next number; null when it holds nothing. */
function deliveries(tally: Tally): () => Delivery | null {
  const daemon = randomUUID();
  let number = 0;
  return () => {
    const batch = tally.drain();
    return batch === null ? null : { daemon, number: ++number, batch };
  };
}
