/** The entries that were added last; what is older is forgotten. */
export interface Recent<V> {
  get(key: string): V | undefined;
  set(key: string, value: V): void;
}

/**
 * Keeps the newest `size` entries at least, and never more than twice as many.
 *
 * Two generations: when the young one is full it becomes the old one, so that forgetting costs nothing. A single Map
 * with its oldest entry deleted at each step is slow: every look for the oldest walks over the holes of those before.
 */
export function createRecent<V>(size: number): Recent<V> {
  let young = new Map<string, V>();
  let old = new Map<string, V>();
  return {
    get: (key) => young.get(key) ?? old.get(key),
    set: (key, value) => {
      if (young.size >= size) {
        old = young;
        young = new Map();
      }
      young.set(key, value);
    },
  };
}

/** Of how many a second use is waited for: as many as a busy server has messages under way. */
const FRESH = 128;

/**
 * The same for what holds until a moment: nothing is found after its `untilMs`, milliseconds of the clock `nowMs`.
 *
 * For long only from its second use on, since most domains write once: until then it is one of the newest few.
 */
export function createRecentlyKnown<V extends { readonly untilMs: number }>(
  size: number,
  nowMs: () => number,
): Recent<V> {
  const kept = createRecent<V>(size);
  const fresh = createRecent<V>(FRESH);
  return {
    get: (key) => {
      const known = kept.get(key);
      if (known !== undefined && nowMs() < known.untilMs) return known;
      const once = fresh.get(key);
      if (once === undefined || nowMs() >= once.untilMs) return undefined;
      kept.set(key, once);
      return once;
    },
    set: (key, value) => {
      if (nowMs() < value.untilMs) fresh.set(key, value);
    },
  };
}
