/**
 * `now`, read once in a turn of the event loop: what comes in together has the same time.
 *
 * A date for every look at the clock is a twentieth of what a request from memory costs.
 */
export function oncePerTurn(now: () => Date): () => Date {
  let known: Date | null = null;
  const forget = (): void => {
    known = null;
  };
  return () => {
    if (known === null) {
      known = now();
      setImmediate(forget);
    }
    return known;
  };
}
