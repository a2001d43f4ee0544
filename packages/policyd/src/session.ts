import type { Duplex } from 'node:stream';
import type { Answerer } from './answerer.ts';
import type { Decision } from './decision.ts';
import { formatAction, takeRequest } from './protocol.ts';
import type { PolicyRequest } from './request.ts';

/** Hears of everything that happens; none of it may throw. */
export type PolicyEvents = {
  /** `ms` is the time from the whole request to its answer. */
  onDecision(request: PolicyRequest, decision: Decision, ms: number): void;
  /** A connection that was closed because of what it sent. */
  onMalformed(why: string): void;
};

export type SessionOptions = {
  readonly answer: Answerer;
  readonly events: PolicyEvents;
  /** Milliseconds, monotonic. */
  readonly clock: () => number;
};

/**
 * Speaks the protocol on one stream: requests in, one answer each, in their order.
 *
 * The next request is not looked at before the last was answered, so a client that sends ahead meets back-pressure
 * instead of filling memory.
 */
export class Session {
  readonly #stream: Duplex;
  readonly #options: SessionOptions;
  #pending = EMPTY;
  /** Up to where `#pending` holds no end of a request. */
  #scanned = 0;
  #isBusy = false;
  #isEnded = false;
  /** When it last sent or was sent anything, by the clock of the options. */
  #activeMs: number;

  /** Whoever reads from `stream` calls `take`. */
  constructor(stream: Duplex, options: SessionOptions) {
    this.#stream = stream;
    this.#options = options;
    this.#activeMs = options.clock();
    stream.on('end', () => this.finish());
  }

  get activeMs(): number {
    return this.#activeMs;
  }

  /** What was read. The chunk is the caller's again afterwards: what is left of it is copied. */
  take(chunk: Buffer): void {
    this.#activeMs = this.#options.clock();
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    this.#pump();
    if (this.#pending.length > 0 && this.#pending.buffer === chunk.buffer) this.#pending = Buffer.from(this.#pending);
  }

  /** Answers what was read already, then closes. */
  finish(): void {
    this.#isEnded = true;
    if (!this.#isBusy) this.#pump();
  }

  #pump(): void {
    while (!this.#isBusy) {
      const taken = takeRequest(this.#pending, 0, this.#scanned);
      if (taken.kind === 'malformed') {
        this.#refuse(taken.why);
        return;
      }
      if (taken.kind === 'need-more') {
        this.#scanned = this.#pending.length;
        // Everything was answered; once that is handed over, a client that lingers is not waited for.
        if (this.#isEnded) this.#stream.end(() => this.#stream.destroy());
        return;
      }
      this.#pending = taken.length === this.#pending.length ? EMPTY : this.#pending.subarray(taken.length);
      this.#scanned = 0;
      this.#answer(taken.request);
    }
  }

  #refuse(why: string): void {
    this.#stream.destroy();
    this.#options.events.onMalformed(why);
  }

  #answer(request: PolicyRequest): void {
    const startedMs = this.#options.clock();
    const decision = this.#options.answer(request);
    if (!(decision instanceof Promise)) {
      this.#reply(request, decision, startedMs);
      return;
    }
    this.#wait();
    void decision.then((known) => {
      this.#isBusy = false;
      this.#reply(request, known, startedMs);
      if (!this.#isBusy) this.#goOn();
    });
  }

  #reply(request: PolicyRequest, decision: Decision, startedMs: number): void {
    if (!this.#send(decision)) {
      this.#wait();
      this.#stream.once('drain', () => this.#goOn());
    }
    this.#activeMs = this.#options.clock();
    this.#options.events.onDecision(request, decision, this.#activeMs - startedMs);
  }

  /** Writes an answer; false when the client does not read what it was sent. All is ASCII: Latin-1 needs no encoder. */
  #send({ action }: Decision): boolean {
    return this.#stream.destroyed || this.#stream.write(formatAction(action), 'latin1');
  }

  /** Until `#goOn` nothing more is read. */
  #wait(): void {
    this.#isBusy = true;
    this.#stream.pause();
  }

  #goOn(): void {
    this.#isBusy = false;
    if (!this.#isEnded) this.#stream.resume();
    this.#pump();
  }
}

const EMPTY: Buffer = Buffer.alloc(0);

/** A session on a stream of any kind, which it reads from. */
export function servePolicy(stream: Duplex, options: SessionOptions): Session {
  const session = new Session(stream, options);
  stream.on('data', (chunk: Buffer) => session.take(chunk));
  return session;
}
