import type { Duplex } from 'node:stream';
import type { Answerer } from './answerer.ts';
import type { Decision } from './decision.ts';
import { type Answering, createOutbox, type Outbox } from './outbox.ts';
import { formatAction, takeRequest } from './protocol.ts';
import type { PolicyRequest } from './request.ts';

/** Hears of everything that happens; none of it may throw. */
export type PolicyEvents = {
  /** Once its answer was handed over; `ms` is the time from the whole request to that. */
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

type Answered = { readonly request: PolicyRequest; readonly decision: Decision; readonly startedMs: number };

/** Answers that wait together; a client that sends many requests at once gets them in pieces of this size. */
const MAX_UNSENT_CHARACTERS = 16_384;

/**
 * Speaks the protocol on one stream: requests in, one answer each, in their order.
 *
 * The next request is not looked at while the last one is being decided or the client does not read its answers, so a
 * client that sends ahead meets back-pressure instead of filling memory.
 */
export class Session implements Answering {
  readonly #stream: Duplex;
  readonly #options: SessionOptions;
  readonly #outbox: Outbox;
  #pending = EMPTY;
  /** Up to where `#pending` holds no end of a request. */
  #scanned = 0;
  #isDeciding = false;
  #isFull = false;
  #isEnded = false;
  #unsent = '';
  #answered = noneAnswered();
  /** When it last sent or was sent anything, by the clock of the options. */
  #activeMs: number;

  /** Whoever reads from `stream` calls `take`. */
  constructor(stream: Duplex, options: SessionOptions, outbox: Outbox) {
    this.#stream = stream;
    this.#options = options;
    this.#outbox = outbox;
    this.#activeMs = options.clock();
    stream.on('end', () => this.finish());
    // Whoever hears of the end may count on having heard of every decision.
    stream.once('close', () => this.#handOver());
  }

  get activeMs(): number {
    return this.#activeMs;
  }

  /** What was read. The chunk is the caller's again afterwards: what is left of it is copied. */
  take(chunk: Buffer): void {
    this.#activeMs = this.#outbox.now();
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    // Only who sends ahead is made to wait, and Postfix never does: to stop reading and to go on are system calls.
    if (this.#isDeciding || this.#isFull) this.#stream.pause();
    else this.#pump(this.#activeMs);
    if (this.#pending.length > 0 && this.#pending.buffer === chunk.buffer) this.#pending = Buffer.from(this.#pending);
  }

  /** Answers what was read already, then closes. */
  finish(): void {
    this.#isEnded = true;
    this.#pump(this.#outbox.now());
  }

  /** Writes the answers. All is ASCII: Latin-1 needs no encoder. */
  send(): void {
    const text = this.#unsent;
    this.#unsent = '';
    if (text === '' || this.#stream.destroyed || this.#stream.write(text, 'latin1')) return;
    this.#isFull = true;
    this.#stream.once('drain', () => {
      this.#isFull = false;
      this.#goOn();
    });
  }

  tell(nowMs: number): void {
    this.#activeMs = nowMs;
    const answered = this.#answered;
    this.#answered = noneAnswered();
    const { events } = this.#options;
    for (const { request, decision, startedMs } of answered) {
      events.onDecision(request, decision, nowMs - startedMs);
    }
  }

  #handOver(): void {
    this.send();
    this.tell(this.#options.clock());
  }

  #pump(nowMs: number): void {
    while (!(this.#isDeciding || this.#isFull)) {
      const taken = takeRequest(this.#pending, 0, this.#scanned);
      if (taken.kind === 'malformed') {
        this.#refuse(taken.why);
        return;
      }
      if (taken.kind === 'need-more') {
        this.#scanned = this.#pending.length;
        if (this.#isEnded) this.#end();
        return;
      }
      this.#pending = taken.length === this.#pending.length ? EMPTY : this.#pending.subarray(taken.length);
      this.#scanned = 0;
      this.#answer(taken.request, nowMs);
    }
  }

  #refuse(why: string): void {
    this.#handOver();
    this.#stream.destroy();
    this.#options.events.onMalformed(why);
  }

  /** Everything was answered; once that is handed over, a client that lingers is not waited for. */
  #end(): void {
    this.#handOver();
    this.#stream.end(() => this.#stream.destroy());
  }

  #answer(request: PolicyRequest, startedMs: number): void {
    const decision = this.#options.answer(request);
    if (!(decision instanceof Promise)) {
      this.#reply({ request, decision, startedMs });
      return;
    }
    this.#isDeciding = true;
    void decision.then((known) => {
      this.#isDeciding = false;
      this.#reply({ request, decision: known, startedMs });
      this.#goOn();
    });
  }

  #reply(answered: Answered): void {
    this.#unsent += formatAction(answered.decision.action);
    if (this.#answered.push(answered) === 1) this.#outbox.add(this);
    if (this.#unsent.length > MAX_UNSENT_CHARACTERS) this.#handOver();
  }

  #goOn(): void {
    if (this.#isDeciding || this.#isFull) return;
    if (!this.#isEnded && this.#stream.isPaused()) this.#stream.resume();
    this.#pump(this.#outbox.now());
  }
}

const EMPTY: Buffer = Buffer.alloc(0);
/** Made in one place: V8 takes a list without a history for one of numbers, and throws away what it compiled for others. */
const noneAnswered = (): Answered[] => [];

/** A session on a stream of any kind, which it reads from. */
export function servePolicy(stream: Duplex, options: SessionOptions): Session {
  const session = new Session(stream, options, createOutbox(options.clock));
  stream.on('data', (chunk: Buffer) => session.take(chunk));
  return session;
}
