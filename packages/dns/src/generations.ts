/**
 * The values used last, by key: at most `maxEntries` (two at least), and about `maxOctets` by what they say of themselves.
 *
 * Two generations instead of a list of all in their order: a young one that takes what is used, and the one before it.
 * When the young one holds half of what is allowed it becomes the old one, and what was not used since is forgotten all
 * at once. A look-up is one step in a Map, two when it finds nothing.
 */
export class Generations<K, V extends { octets: number }> {
  readonly #maxEntries: number;
  readonly #maxOctets: number;
  #young = new Map<K, V>();
  #old = new Map<K, V>();
  /** What the young ones take. */
  #octets = 0;

  constructor(maxEntries: number, maxOctets: number) {
    this.#maxEntries = Math.max(1, Math.floor(maxEntries / 2));
    this.#maxOctets = maxOctets / 2;
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  get(key: K): V | undefined {
    const recent = this.#young.get(key);
    if (recent !== undefined) return recent;
    const earlier = this.#old.get(key);
    if (earlier === undefined) return undefined;
    this.#old.delete(key);
    this.add(key, earlier);
    return earlier;
  }

  /** Adds a value that is not there. */
  add(key: K, value: V): void {
    if (this.#young.size >= this.#maxEntries || this.#octets >= this.#maxOctets) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#octets = 0;
    }
    this.#young.set(key, value);
    this.#octets += value.octets;
  }

  /** A value that is there takes so much more than before, or less. */
  grow(value: V, octets: number): void {
    value.octets += octets;
    this.#octets += octets;
  }

  /** Forgets the values that `isDone` tells. */
  sweep(isDone: (value: V) => boolean): void {
    // An iterator would make an array of each entry.
    const sweepOut = (value: V, key: K, generation: Map<K, V>): void => {
      if (isDone(value)) generation.delete(key);
    };
    this.#young.forEach(sweepOut);
    this.#old.forEach(sweepOut);
  }

  clear(): void {
    this.#young = new Map();
    this.#old = new Map();
    this.#octets = 0;
  }
}
