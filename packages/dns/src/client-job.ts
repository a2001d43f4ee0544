import type { Deadline } from './client-deadlines.ts';
import type { Attempt, Line } from './client-line.ts';
import type { KnownServer } from './client-server.ts';
import type { FailedAnswer } from './resolver.ts';
import type { WireQuestion } from './wire.ts';

/** The rcode for a name that does not exist. */
export const NXDOMAIN = 3;

/** Anything but a failure settles the question. */
export type Result = { readonly kind: string };

/** Who wants to know. One of `settle` and `reject` is called, once. */
export interface Asker<R extends Result = Result> {
  /** What a response says. A failure, or an exception, sends the question on to the next server. */
  read(message: Buffer): R | FailedAnswer;
  settle(result: R | FailedAnswer): void;
  /** The question was aborted. */
  reject(reason: unknown): void;
}

/** A question until it is settled. */
export type Job = {
  readonly question: WireQuestion;
  readonly asker: Asker;
  /** Servers to ask, in turn; `next` is the index of the next one. */
  plan: readonly KnownServer[];
  next: number;
  attempt: Try | null;
  /** Tries that took too long. An answer to one of them still counts: a slow server is slow at each. */
  late: readonly Try[];
  /** Why there is no answer so far. */
  failure: FailedAnswer;
  /** Ends waiting for the asker's signal. */
  stopListening: (() => void) | null;
};

export type Transport = 'udp' | 'tcp';

/** Hears how a try ends. */
export interface TryEvents {
  onAnswer(one: Try, message: Buffer): void;
  onFailure(one: Try, detail: string): void;
  onTimeout(one: Try): void;
}

/** One question to one server, and its place in the list of deadlines. A class: one is made for each question. */
export class Try implements Attempt, Deadline {
  readonly job: Job;
  readonly server: KnownServer;
  readonly transport: Transport;
  readonly query: Buffer;
  readonly #events: TryEvents;
  line: Line | null = null;
  dueMs = 0;
  earlier: Deadline | null = null;
  later: Deadline | null = null;

  constructor(job: Job, server: KnownServer, transport: Transport, query: Buffer, events: TryEvents) {
    this.job = job;
    this.server = server;
    this.transport = transport;
    this.query = query;
    this.#events = events;
  }

  answered(message: Buffer): void {
    this.#events.onAnswer(this, message);
  }

  failed(detail: string): void {
    this.#events.onFailure(this, detail);
  }

  expire(): void {
    this.#events.onTimeout(this);
  }
}

// Shared, since nearly every question is answered at the first try.
const NONE: readonly never[] = [];
const NOBODY_ASKED = unreachable('nobody was asked');

export function newJob(question: WireQuestion, asker: Asker): Job {
  return {
    question,
    asker,
    plan: NONE,
    next: 0,
    attempt: null,
    late: NONE,
    failure: NOBODY_ASKED,
    stopListening: null,
  };
}

export function forget(attempt: Try | null): void {
  attempt?.line?.forget(attempt);
}

/** Settles the question with a response and returns null, or says why the response does not settle it. */
export function take({ asker }: Job, message: Buffer): FailedAnswer | null {
  const result = readSafely(asker, message);
  if (isFailure(result)) return result;
  asker.settle(result);
  return null;
}

/**
 * Takes an answer to a try that took too long: it settles the question when it can; for less, the try that is under
 * way is not given up. True when it is settled.
 */
export function takeLate(job: Job, message: Buffer): boolean {
  const rcode = (message[3] ?? 0) & 15;
  const isTruncated = ((message[2] ?? 0) & 2) !== 0;
  return !isTruncated && (rcode === 0 || rcode === NXDOMAIN) && take(job, message) === null;
}

/** Readers throw on octets that are no DNS message; to us that is one more kind of answer. */
function readSafely(asker: Asker, message: Buffer): Result | FailedAnswer {
  try {
    return asker.read(message);
  } catch (error) {
    return { kind: 'failure', cause: 'malformed', detail: error instanceof Error ? error.message : String(error) };
  }
}

function isFailure(result: Result): result is FailedAnswer {
  return result.kind === 'failure';
}

export function unreachable(detail: string): FailedAnswer {
  return { kind: 'failure', cause: 'unreachable', detail };
}
