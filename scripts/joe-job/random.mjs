// A seeded source of chance: the same seed gives the same mailbox on every machine.

/** mulberry32: small, fast, good enough for a story. */
export function makeRandom(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const between = (low, high) => low + Math.floor(next() * (high - low + 1));
  const pick = (list) => list[Math.floor(next() * list.length)];
  const letters = (alphabet, length) => Array.from({ length }, () => pick(alphabet)).join('');
  return {
    next,
    between,
    pick,
    chance: (share) => next() < share,
    /** A Postfix-like queue id. */
    queueId: () => letters('0123456789ABCDEF', 10),
    hex: (length) => letters('0123456789abcdef', length),
    word: (length) => letters('abcdefghijklmnopqrstuvwxyz', length),
    letters,
  };
}
