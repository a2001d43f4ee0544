/** One with answers to hand over. Neither call may throw. */
export interface Answering {
  /** Hands the answers to the system. */
  send(): void;
  /** Does what can wait until they are on their way: the log, the counts. */
  tell(): void;
}

/** Hands over answers together. */
export interface Outbox {
  /** `answering` has answers. To be told once; from then on until `send`, more of them need no further word. */
  add(answering: Answering): void;
}

/**
 * An outbox that hands over after everything was looked at that came in at the same time.
 *
 * Under load that is several requests. Writing between them wakes the clients' side each time only for it to find one
 * answer and sleep again, and what an answer leaves to do would hold up the answers after it.
 */
export function createOutbox(): Outbox {
  let waiting: Answering[] = [];
  const handOver = (): void => {
    const all = waiting;
    waiting = [];
    for (const one of all) one.send();
    for (const one of all) one.tell();
  };
  return {
    add: (answering) => {
      if (waiting.push(answering) === 1) setImmediate(handOver);
    },
  };
}
