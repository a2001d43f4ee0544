import type { Attempt } from './client-line.ts';
import type { KnownServer } from './client-server.ts';
import type { FailedAnswer } from './resolver.ts';
import type { WireQuestion } from './wire.ts';

/** The rcode for a name that does not exist. */
export const NXDOMAIN = 3;

/** Anything but a failure settles the question. */
export type Result = { readonly kind: string };

/** A question until it is settled. */
export type Job = {
  readonly question: WireQuestion;
  /** Servers to ask, in turn; `next` is the index of the next one. */
  plan: KnownServer[];
  next: number;
  attempt: Attempt | null;
  /** Tries that took too long. An answer to one of them still counts: a slow server is slow at each. */
  readonly late: Attempt[];
  timer: NodeJS.Timeout | undefined;
  /** Why there is no answer so far. */
  failure: FailedAnswer;
  /** Settles the question and returns null, or says why the response does not. */
  take(message: Buffer): FailedAnswer | null;
  fail(failure: FailedAnswer): void;
};

export function newJob<R extends Result>(
  question: WireQuestion,
  read: (message: Buffer) => R | FailedAnswer,
  settle: (result: R | FailedAnswer) => void,
): Job {
  return {
    question,
    plan: [],
    next: 0,
    attempt: null,
    late: [],
    timer: undefined,
    failure: unreachable('nobody was asked'),
    take(message) {
      const result = readSafely(read, message);
      if (isFailure(result)) return result;
      settle(result);
      return null;
    },
    fail: settle,
  };
}

export function forget(attempt: Attempt | null): void {
  attempt?.line?.forget(attempt);
}

/** Takes an answer to a try that took too long: it settles the question when it can; for less, the try that is under way is not given up. */
export function takeLate(job: Job, message: Buffer): void {
  const rcode = (message[3] ?? 0) & 15;
  const isTruncated = ((message[2] ?? 0) & 2) !== 0;
  if (!isTruncated && (rcode === 0 || rcode === NXDOMAIN)) job.take(message);
}

export function endAttempt(job: Job): void {
  clearTimeout(job.timer);
  job.attempt = null;
}

/** Readers throw on octets that are no DNS message; to us that is one more kind of answer. */
function readSafely<R extends Result>(read: (message: Buffer) => R | FailedAnswer, message: Buffer): R | FailedAnswer {
  try {
    return read(message);
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
