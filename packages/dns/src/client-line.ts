import { randomId } from './client-random.ts';
import { answersQuery, idOf } from './wire.ts';

/** One question on its way to one server. */
export type Attempt = {
  /** As `encodeQuery` made it; whoever sends it sets the id. */
  readonly query: Buffer;
  /** Where it was sent, so that it can be forgotten there; null before. */
  line: Line | null;
  /** A response to this very question has come. */
  answered(message: Buffer): void;
  /** There will be none: the socket broke. */
  failed(detail: string): void;
};

/** A socket with questions in flight. */
export interface Line {
  /** Gives up on an attempt: a late answer is then ignored. */
  forget(attempt: Attempt): void;
}

/** Numbers that every part of a client counts in. */
export type ClientCounts = {
  questions: number;
  /** Packets sent, and messages sent over TCP. */
  sentUdp: number;
  sentTcp: number;
  /** Questions sent once more or to another server. */
  retries: number;
  timeouts: number;
  /** Responses that did not fit UDP. */
  truncated: number;
  /** Messages that answered no question in flight: late, damaged or forged. */
  ignored: number;
  socketsOpened: number;
};

/**
 * The questions in flight on one socket, by id. No id is given twice at the same time (RFC 5452 §9.2): an answer could
 * not be told from the other question's.
 */
export class InFlight {
  readonly #byId = new Map<number, Attempt>();

  get size(): number {
    return this.#byId.size;
  }

  /** Keeps the attempt under a random id, which it returns. The caller keeps the number in flight far below 65,536. */
  add(attempt: Attempt): number {
    let id = randomId();
    while (this.#byId.has(id)) id = randomId();
    this.#byId.set(id, attempt);
    return id;
  }

  /** Takes out the attempt that `message` answers; null if none does, and then nothing changes. */
  take(message: Buffer): Attempt | null {
    if (message.length < 12) return null;
    const id = idOf(message);
    const attempt = this.#byId.get(id);
    if (attempt === undefined || !answersQuery(message, attempt.query)) return null;
    this.#byId.delete(id);
    return attempt;
  }

  /** Takes out one attempt; its query still holds the id that it was sent with. */
  remove(attempt: Attempt): void {
    const id = idOf(attempt.query);
    if (this.#byId.get(id) === attempt) this.#byId.delete(id);
  }

  has(attempt: Attempt): boolean {
    return this.#byId.get(idOf(attempt.query)) === attempt;
  }

  /** Takes out all. */
  drain(): readonly Attempt[] {
    const attempts = [...this.#byId.values()];
    this.#byId.clear();
    return attempts;
  }
}
