/** One with answers to hand over. Neither call may throw. */
export interface Answering {
  /** Hands the answers to the system. */
  send(): void;
  /** Does what can wait until they are on their way: the log, the counts. `nowMs` is when they were handed over. */
  tell(nowMs: number): void;
}

/** Hands over answers together. */
export interface Outbox {
  /** `answering` has answers. To be told once; from then on until `send`, more of them need no further word. */
  add(answering: Answering): void;
  /** Milliseconds, monotonic; one and the same for all that came in together. */
  now(): number;
}

/**
 * An outbox that hands over after everything was looked at that came in at the same time. `clock` tells milliseconds.
 *
 * Under load that is several requests. Writing between them wakes the clients' side each time only for it to find one
 * answer and sleep again, and what an answer leaves to do would hold up the answers after it.
 */
export function createOutbox(clock: () => number): Outbox {
  let waiting: Answering[] = [];
  let nowMs: number | null = null;
  const handOver = (): void => {
    const all = waiting;
    waiting = [];
    nowMs = null;
    for (const one of all) one.send();
    const sentMs = clock();
    for (const one of all) one.tell(sentMs);
  };
  const now = (): number => {
    if (nowMs === null) {
      nowMs = clock();
      setImmediate(handOver);
    }
    return nowMs;
  };
  return {
    add: (answering) => {
      now();
      waiting.push(answering);
    },
    now,
  };
}
