import { randomUUID } from 'node:crypto';
import type { Tally } from '@unsent/policyd';
import type { Delivery, FromStore, LockedUpdate, StoreSetup, ToStore } from './store-protocol.ts';

/** Whoever owns the database, seen from the daemon. */
interface StoreLink {
  send(message: ToStore): void;
  /** From now on the process waits for it. */
  keepAlive(): void;
  /** Ends it at once, whatever it is at. */
  end(): void;
}

type StoreEvents = {
  onMessage(message: FromStore): void;
  onError(error: Error): void;
  onExit(): void;
};

/** In a thread of its own (store-thread.ts), or in this one (store-here.ts). */
export type OpenStoreLink = (setup: StoreSetup, events: StoreEvents) => StoreLink;

export type StoreServiceOptions = StoreSetup & {
  readonly open: OpenStoreLink;
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

/**
 * The database as the daemon knows it. What the tally holds goes there every 2 s, one batch at a time: while the
 * database is busy the tally goes on counting, and its size is bounded.
 */
export class StoreService {
  /** Resolves when the locked domains are known, or it is known that they cannot be. */
  readonly ready: Promise<void>;
  readonly #options: StoreServiceOptions;
  readonly #nextDelivery: () => Delivery | null;
  readonly #draining: NodeJS.Timeout;
  #link: StoreLink | null = null;
  #inFlight: Delivery | null = null;
  #isStopping = false;
  #settle = (): void => {};
  #onEnded = (): void => {};

  constructor(options: StoreServiceOptions) {
    this.#options = options;
    this.#nextDelivery = deliveries(options.tally);
    this.ready = new Promise((resolve) => {
      const timer = setTimeout(resolve, READY_WITHIN_MS);
      this.#settle = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#draining = setInterval(() => this.#drain(), DRAIN_EVERY_MS).unref();
    this.#start();
  }

  /** Writes what the tally holds, and ends. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    clearInterval(this.#draining);
    const link = this.#link;
    if (link === null) return;
    const ended = new Promise<void>((resolve) => {
      this.#onEnded = resolve;
    });
    const timer = setTimeout(() => link.end(), STOP_WITHIN_MS);
    link.keepAlive();
    link.send({ kind: 'stop', delivery: this.#nextDelivery() });
    await ended;
    clearTimeout(timer);
  }

  #start(): void {
    const { open, place, cacheFolder, busyLimitMs, onTrouble } = this.#options;
    this.#link = open(
      { place, cacheFolder, busyLimitMs },
      {
        onMessage: (message) => this.#hear(message),
        onError: (error) => onTrouble(error.message),
        onExit: () => this.#ended(),
      },
    );
    // What the last thread died with was not acknowledged. If it is there, its number says so.
    if (this.#inFlight !== null) this.#link.send({ kind: 'count', delivery: this.#inFlight });
  }

  #hear(message: FromStore): void {
    if (message.kind === 'counted') {
      this.#inFlight = null;
      this.#options.onWritten();
    } else if (message.kind === 'locked') this.#options.onLocked(message.update);
    else this.#options.onTrouble(message.why);
    this.#settle();
  }

  #ended(): void {
    this.#link = null;
    this.#settle();
    this.#onEnded();
    if (!this.#isStopping) setTimeout(() => this.#start(), RESTART_AFTER_MS).unref();
  }

  #drain(): void {
    if (this.#inFlight !== null || this.#link === null) return;
    this.#inFlight = this.#nextDelivery();
    if (this.#inFlight !== null) this.#link.send({ kind: 'count', delivery: this.#inFlight });
  }
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
