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
