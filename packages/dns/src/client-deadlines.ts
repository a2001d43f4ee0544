/** What a list of deadlines keeps in the things on it. */
export type Deadline = { dueMs: number; earlier: Deadline | null; later: Deadline | null; expire(): void };

/** A timer may fire a little before the clock says so. */
const EARLY_MS = 1;

/**
 * Ends what takes too long, where all of it may take the same time: the first that was added is the first that is due,
 * so that one timer serves them all. Nearly everything is done in time; adding and taking out are a few assignments.
 */
export class Deadlines {
  readonly #timeoutMs: number;
  #first: Deadline | null = null;
  #last: Deadline | null = null;
  /** Runs for the first one, or for one that was first and is done. It keeps the process alive while there is any. */
  #timer: NodeJS.Timeout | null = null;

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  add(deadline: Deadline, nowMs: number): void {
    deadline.dueMs = nowMs + this.#timeoutMs;
    deadline.earlier = this.#last;
    deadline.later = null;
    if (this.#last === null) this.#first = deadline;
    else this.#last.later = deadline;
    this.#last = deadline;
    if (this.#timer === null) this.#timer = setTimeout(this.#onTimer, this.#timeoutMs);
    else if (this.#first === deadline) this.#timer.ref();
  }

  /** Takes it out; does nothing when it is not there. */
  remove(deadline: Deadline): void {
    const { earlier, later } = deadline;
    if (earlier !== null) earlier.later = later;
    else if (this.#first === deadline) this.#first = later;
    else return;
    if (later !== null) later.earlier = earlier;
    else this.#last = earlier;
    deadline.earlier = null;
    deadline.later = null;
    if (this.#first === null) this.#timer?.unref();
  }

  readonly #onTimer = (): void => {
    this.#timer = null;
    const nowMs = performance.now();
    for (let due = this.#first; due !== null && due.dueMs <= nowMs + EARLY_MS; due = this.#first) {
      this.remove(due);
      due.expire();
    }
    if (this.#first === null || this.#timer !== null) return;
    this.#timer = setTimeout(this.#onTimer, Math.max(1, this.#first.dueMs - nowMs));
  };
}
