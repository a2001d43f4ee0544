import { LRUCache } from 'lru-cache';
import { oneFlight } from './flight.ts';
import type { DomainName } from './name.ts';
import type { RrType } from './record.ts';
import type { Answer, Resolver } from './resolver.ts';

export type CacheOptions = {
  /** The clock, in ms; `Date.now` outside tests. */
  readonly now: () => number;
  /** Names held, each with its answers by type; the one not asked for longest goes first. Default 20,000. */
  readonly maxEntries?: number;
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

type Held<T extends RrType> = { answer: Answer<T>; readonly expiresAtMs: number };
type HeldByType = { [T in RrType]: Held<T> | null };

const DAY_SECONDS = 86_400;
/** Fewer names are not worth a look for what has expired. */
const MIN_SWEPT = 1_024;

/**
 * Remembers what `resolver` answered for as long as its TTL says, within bounds.
 *
 * What is held is answered at once. One question is asked once however many wait for it; one of them giving up leaves
 * the others waiting, and when all have, the question is aborted. `ttlSeconds` in an answer is what is left of it.
 */
export function cachedResolver(resolver: Resolver, options: CacheOptions): CachedResolver {
  const { now } = options;
  const names = new LRUCache<DomainName, HeldByType>({ max: options.maxEntries ?? 20_000 });
  const sweep = sweeperOf(names, now);
  const counts = { hits: 0, misses: 0, joined: 0 };

  function keep<T extends RrType>(name: DomainName, type: T, answer: Answer<T>): Answer<T> {
    const ttlSeconds = boundedTtl(answer, options);
    if (ttlSeconds <= 0) return answer;
    const held: Held<T> = { answer: withTtl(answer, ttlSeconds), expiresAtMs: now() + ttlSeconds * 1000 };
    const byType = names.get(name) ?? nothingHeld();
    hold<T>(byType, type, held);
    names.set(name, byType);
    sweep();
    return held.answer;
  }

  const keeping: Resolver = {
    resolve<T extends RrType>(name: DomainName, type: T, signal?: AbortSignal): Answer<T> | Promise<Answer<T>> {
      counts.misses++;
      const answer = resolver.resolve(name, type, signal);
      return answer instanceof Promise ? answer.then((one) => keep(name, type, one)) : keep(name, type, answer);
    },
  };
  const asking = oneFlight(keeping, () => {
    counts.joined++;
  });

  return {
    resolve<T extends RrType>(name: DomainName, type: T, signal?: AbortSignal): Answer<T> | Promise<Answer<T>> {
      const held = names.get(name)?.[type];
      const leftMs = held == null ? 0 : held.expiresAtMs - now();
      if (held == null || leftMs <= 0) return asking.resolve(name, type, signal);
      counts.hits++;
      held.answer = withTtl(held.answer, Math.ceil(leftMs / 1000));
      return held.answer;
    },
    stats: () => ({ ...counts, entries: names.size }),
    clear: () => names.clear(),
  };
}

/** Lets go of names of which no answer lives any more; looks when their number has doubled, so that it costs little a name. */
function sweeperOf(names: LRUCache<DomainName, HeldByType>, now: () => number): () => void {
  let sweepAt = MIN_SWEPT;
  return () => {
    if (names.size < sweepAt) return;
    const nowMs = now();
    for (const [name, byType] of [...names.entries()]) {
      if (Object.values(byType).every((held) => held === null || held.expiresAtMs <= nowMs)) names.delete(name);
    }
    sweepAt = Math.max(MIN_SWEPT, 2 * names.size);
  };
}

/** Not by copying: an object with a computed key is built by the slow way through the engine. */
function hold<T extends RrType>(byType: { [K in T]: Held<K> | null }, type: T, held: Held<T>): void {
  byType[type] = held;
}

function nothingHeld(): HeldByType {
  return { A: null, AAAA: null, MX: null, TXT: null, NS: null, PTR: null, CNAME: null };
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
