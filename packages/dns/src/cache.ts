import { type Flight, join } from './flight.ts';
import { Generations } from './generations.ts';
import type { DomainName } from './name.ts';
import { RR_TYPES, type RrType } from './record.ts';
import type { Answer, Resolver } from './resolver.ts';

export type CacheOptions = {
  /** The clock, in ms; `Date.now` outside tests. */
  readonly now: () => number;
  /** Names held, each with its answers by type; the one not asked for longest goes first. Default 20,000. */
  readonly maxEntries?: number;
  /** Memory for answers, roughly; senders choose how long their records are. Default 32 MiB. */
  readonly maxOctets?: number;
  /** TTLs below this are raised to it, negative ones too. Default 0. */
  readonly minTtlSeconds?: number;
  /** TTLs above this are cut. Default one day. */
  readonly maxTtlSeconds?: number;
  /** The same for negative answers. Default three hours (RFC 2308 §5). */
  readonly maxNegativeTtlSeconds?: number;
  /** How long a failure is remembered, so that a dead server is not asked for every message. Default 1 (RFC 9520 §3.2). */
  readonly failureTtlSeconds?: number;
};

export type CacheStats = {
  readonly hits: number;
  readonly misses: number;
  /** Questions that joined one already on its way. */
  readonly joined: number;
  /** Names held now. */
  readonly entries: number;
};

export interface CachedResolver extends Resolver {
  stats(): CacheStats;
  /** Forgets every answer; questions on their way go on. */
  clear(): void;
}

/** What is known of a name and type. Answered or on its way, or both when the answer has expired. */
type Slot<T extends RrType> = { answer: Answer<T> | null; expiresAtMs: number; flight: Flight<T> | null };
type Slots = { [T in RrType]: Slot<T> | null };
/** What is known of a name; `octets` is what it takes, roughly. */
type Held = Slots & { octets: number };

const DAY_SECONDS = 86_400;
/** Fewer names are not worth a look for what has expired. */
const MIN_SWEPT = 1_024;
/** What V8 takes for a name, for one type of it, and for a record or a string within a record. */
const NAME_OCTETS = 200;
const SLOT_OCTETS = 120;
const RECORD_OCTETS = 60;

/**
 * Remembers what `resolver` answered for as long as its TTL says, within bounds.
 *
 * What is held is answered at once. One question is asked once however many wait for it; one of them giving up leaves
 * the others waiting, and when all have, the question is aborted. `ttlSeconds` in an answer is what is left of it.
 */
export function cachedResolver(resolver: Resolver, options: CacheOptions): CachedResolver {
  return new Cache(resolver, options);
}

class Cache implements CachedResolver {
  readonly #resolver: Resolver;
  readonly #options: CacheOptions;
  readonly #names: Generations<DomainName, Held>;
  readonly #counts = { hits: 0, misses: 0, joined: 0 };
  #sweepAt = MIN_SWEPT;

  constructor(resolver: Resolver, options: CacheOptions) {
    this.#resolver = resolver;
    this.#options = options;
    this.#names = new Generations(options.maxEntries ?? 20_000, options.maxOctets ?? 32 * 1_048_576);
  }

  resolve<T extends RrType>(name: DomainName, type: T, signal?: AbortSignal): Answer<T> | Promise<Answer<T>> {
    const held = this.#names.get(name);
    const slot = held === undefined ? null : slotIn<T>(held, type);
    if (slot === null) return this.#ask(name, type, held, signal);
    if (slot.answer !== null) {
      const leftMs = slot.expiresAtMs - this.#options.now();
      if (leftMs > 0) {
        this.#counts.hits++;
        slot.answer = withTtl(slot.answer, Math.ceil(leftMs / 1000));
        return slot.answer;
      }
    }
    if (slot.flight === null) return this.#ask(name, type, held, signal);
    if (signal?.aborted === true) return Promise.reject(signal.reason);
    this.#counts.joined++;
    return join(slot.flight, signal);
  }

  stats(): CacheStats {
    return { ...this.#counts, entries: this.#names.size };
  }

  clear(): void {
    this.#names.clear();
  }

  #ask<T extends RrType>(
    name: DomainName,
    type: T,
    known: Held | undefined,
    signal: AbortSignal | undefined,
  ): Answer<T> | Promise<Answer<T>> {
    if (signal?.aborted === true) return Promise.reject(signal.reason);
    this.#counts.misses++;
    const abort = signal === undefined ? null : new AbortController();
    const asked = this.#resolver.resolve(name, type, abort?.signal);
    const isAtOnce = !(asked instanceof Promise);
    if (isAtOnce && boundedTtl(asked, this.#options) <= 0) return asked;
    const held = known ?? this.#hold(name);
    const slot = slotOf(held, type);
    if (isAtOnce) return this.#keep(held, slot, asked);
    const promise = asked.then(
      (answer) => {
        if (slot.flight === flight) slot.flight = null;
        return this.#keep(held, slot, answer);
      },
      (error: unknown) => {
        if (slot.flight === flight) slot.flight = null;
        throw error;
      },
    );
    const flight: Flight<T> = { promise, abort, waiting: 0 };
    slot.flight = flight;
    // Who comes after the last one gave up must not join a question that is being aborted.
    abort?.signal.addEventListener('abort', () => {
      if (slot.flight === flight) slot.flight = null;
    });
    return join(flight, signal);
  }

  /** A place for the answers of a name that has none. It may be forgotten while it waits for them. */
  #hold(name: DomainName): Held {
    const held = newHeld(name);
    this.#names.add(name, held);
    if (this.#names.size >= this.#sweepAt) this.#sweep();
    return held;
  }

  #keep<T extends RrType>(held: Held, slot: Slot<T>, answer: Answer<T>): Answer<T> {
    const ttlSeconds = boundedTtl(answer, this.#options);
    if (ttlSeconds <= 0) return answer;
    const kept = withTtl(answer, ttlSeconds);
    // Less what this takes the place of, or a name that is looked up for months would seem to fill the cache.
    const more = octetsOf(kept) - (slot.answer === null ? 0 : octetsOf(slot.answer));
    slot.answer = kept;
    slot.expiresAtMs = this.#options.now() + ttlSeconds * 1000;
    this.#names.grow(held, more);
    return kept;
  }

  /** Lets go of names of which no answer lives any more; looks when their number has doubled, so that it costs little a name. */
  #sweep(): void {
    const nowMs = this.#options.now();
    this.#names.sweep((held) => RR_TYPES.every((type) => isDone(held[type], nowMs)));
    this.#sweepAt = Math.max(MIN_SWEPT, 2 * this.#names.size);
  }
}

function newHeld(name: DomainName): Held {
  const octets = NAME_OCTETS + name.length;
  return { A: null, AAAA: null, MX: null, TXT: null, NS: null, PTR: null, CNAME: null, octets };
}

function slotIn<T extends RrType>(slots: { readonly [K in T]: Slot<K> | null }, type: T): Slot<T> | null {
  return slots[type];
}

/** The place for answers of one type, new if there is none. */
function slotOf<T extends RrType>(held: Held, type: T): Slot<T> {
  const known = slotIn<T>(held, type);
  if (known !== null) return known;
  const slot: Slot<T> = { answer: null, expiresAtMs: 0, flight: null };
  put<T>(held, type, slot);
  return slot;
}

/** Not by copying: an object with a computed key is built by the slow way through the engine. */
function put<T extends RrType>(held: { [K in T]: Slot<K> | null }, type: T, slot: Slot<T>): void {
  held[type] = slot;
}

function isDone(slot: Slot<RrType> | null, nowMs: number): boolean {
  return slot === null || (slot.flight === null && slot.expiresAtMs <= nowMs);
}

/** Memory that an answer takes, roughly. */
function octetsOf(answer: Answer<RrType>): number {
  if (answer.kind !== 'records') return SLOT_OCTETS;
  let octets = SLOT_OCTETS + RECORD_OCTETS * answer.data.length;
  for (const one of answer.data) {
    if (!Array.isArray(one)) continue;
    for (const text of one) octets += RECORD_OCTETS + text.length;
  }
  return octets;
}

/** Seconds to keep an answer; 0 for not at all. */
function boundedTtl(answer: Answer<RrType>, options: CacheOptions): number {
  const { minTtlSeconds = 0, maxTtlSeconds = DAY_SECONDS, maxNegativeTtlSeconds = 10_800 } = options;
  if (answer.kind === 'failure') return options.failureTtlSeconds ?? 1;
  const ceiling = answer.kind === 'records' ? maxTtlSeconds : Math.min(maxTtlSeconds, maxNegativeTtlSeconds);
  return Math.min(Math.max(answer.ttlSeconds, minTtlSeconds), ceiling);
}

function withTtl<T extends RrType>(answer: Answer<T>, ttlSeconds: number): Answer<T> {
  return answer.kind === 'failure' || answer.ttlSeconds === ttlSeconds ? answer : { ...answer, ttlSeconds };
}
