import type { Tally } from '@unsent/policyd';

const DROP_EVERY_MS = 60_000;

/** Without a database nobody takes the counts away: here they go, once the meter has added them up. Returns what ends it. */
export function dropCounts(tally: Tally): () => void {
  const timer = setInterval(() => tally.drain(), DROP_EVERY_MS).unref();
  return () => clearInterval(timer);
}
