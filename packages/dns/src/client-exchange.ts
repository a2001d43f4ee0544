import { rcodeFailure } from './answer.ts';
import { endAttempt, forget, type Job, NXDOMAIN, newJob, type Result, takeLate, unreachable } from './client-job.ts';
import type { Attempt, ClientCounts } from './client-line.ts';
import { inOrder, type KnownServer, knowServer, noteAnswer, noteTimeout, noteUnreachable } from './client-server.ts';
import type { FailedAnswer } from './resolver.ts';
import type { DnsServer } from './server.ts';
import { encodeQuery, type WireQuestion } from './wire.ts';

export type ExchangeOptions = {
  readonly servers: readonly DnsServer[];
  readonly timeoutMs: number;
  readonly tries: number;
  readonly maxInFlight: number;
};

type Transport = 'udp' | 'tcp';

const FORMERR = 1;
const NOTIMP = 4;
const TRUNCATED: FailedAnswer = { kind: 'failure', cause: 'malformed', detail: 'the response is cut off over TCP too' };

/** Sends questions to servers until one gives an answer worth having. */
export class Exchange {
  readonly #options: ExchangeOptions;
  readonly #counts: ClientCounts;
  readonly #servers: readonly KnownServer[];
  readonly #running = new Set<Job>();
  readonly #waiting = new Set<Job>();
  #closed: FailedAnswer | null = null;

  constructor(options: ExchangeOptions, counts: ClientCounts) {
    this.#options = options;
    this.#counts = counts;
    this.#servers = options.servers.map((server) => knowServer(server, counts));
    if (this.#servers.length === 0) this.#closed = unreachable('no DNS server is named');
  }

  /**
   * Hands the response to `read`. A failure from there, or an exception, sends the question on to the next server; when
   * none is left, the last failure is the answer. Rejects only when `signal` aborts.
   */
  ask<R extends Result>(
    question: WireQuestion,
    read: (message: Buffer) => R | FailedAnswer,
    signal?: AbortSignal,
  ): Promise<R | FailedAnswer> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(signal.reason);
      if (this.#closed !== null) return resolve(this.#closed);
      this.#counts.questions++;
      const settle = (result: R | FailedAnswer): void => {
        signal?.removeEventListener('abort', onAbort);
        this.#leave(job);
        resolve(result);
      };
      const job = newJob(question, read, settle);
      const onAbort = (): void => {
        this.#leave(job);
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      if (this.#running.size < this.#options.maxInFlight) this.#start(job);
      else this.#waiting.add(job);
    });
  }

  /** Questions on their way, questions that wait for their turn, and servers that are asked last. */
  load(): { readonly inFlight: number; readonly waiting: number; readonly deadServers: number } {
    const now = performance.now();
    const deadServers = this.#servers.filter((server) => server.deadUntilMs > now).length;
    return { inFlight: this.#running.size, waiting: this.#waiting.size, deadServers };
  }

  /** Fails what is under way and closes every socket. */
  close(): void {
    const why = unreachable('the DNS client is closed');
    this.#closed = why;
    for (const job of [...this.#running, ...this.#waiting]) job.fail(why);
    for (const server of this.#servers) {
      server.udp.close();
      server.tcp.close();
    }
  }

  #start(job: Job): void {
    this.#running.add(job);
    job.plan = inOrder(this.#servers, performance.now());
    this.#askNext(job);
  }

  /** The job is settled: stops what it has under way, and lets the next one in. */
  #leave(job: Job): void {
    clearTimeout(job.timer);
    forget(job.attempt);
    for (const attempt of job.late) forget(attempt);
    job.attempt = null;
    if (this.#waiting.size > 0) this.#waiting.delete(job);
    if (!this.#running.delete(job) || this.#closed !== null || this.#waiting.size === 0) return;
    const [next] = this.#waiting;
    if (next === undefined) return;
    this.#waiting.delete(next);
    this.#start(next);
  }

  #askNext(job: Job): void {
    const server = job.plan[job.next];
    if (server === undefined) job.fail(job.failure);
    else {
      if (job.next > 0) this.#counts.retries++;
      job.next++;
      this.#askServer(job, server, 'udp');
    }
  }

  #askServer(job: Job, server: KnownServer, transport: Transport): void {
    const attempt: Attempt = {
      query: encodeQuery(job.question, server.hasEdns),
      line: null,
      answered: (message) => {
        noteAnswer(server);
        if (job.attempt !== attempt) return takeLate(job, message);
        endAttempt(job);
        this.#consider(job, server, transport, message, attempt.query);
      },
      failed: (detail) => {
        if (job.attempt !== attempt) return;
        endAttempt(job);
        // TCP alone says little: most questions never need it.
        if (transport === 'udp') noteUnreachable(server, performance.now());
        job.failure = unreachable(`${server.text}: ${detail}`);
        this.#askAgainLater(job, server);
      },
    };
    job.attempt = attempt;
    job.timer = setTimeout(() => this.#giveUpOn(job, server, transport, attempt), this.#options.timeoutMs);
    try {
      server[transport].send(attempt);
    } catch (error) {
      // An address that the system refuses outright. Not at once, or a long queue would fail in one deep call.
      queueMicrotask(() => {
        if (job.attempt === attempt) attempt.failed(error instanceof Error ? error.message : String(error));
      });
    }
  }

  #giveUpOn(job: Job, server: KnownServer, transport: Transport, attempt: Attempt): void {
    this.#counts.timeouts++;
    if (transport === 'tcp') forget(attempt);
    else {
      job.late.push(attempt);
      noteTimeout(server, performance.now());
    }
    job.attempt = null;
    const detail = `${server.text}: no answer within ${this.#options.timeoutMs} ms`;
    job.failure = { kind: 'failure', cause: 'timeout', detail };
    this.#askAgainLater(job, server);
  }

  /** Silence may be a lost packet: the server comes again after the others, `tries` times in all. */
  #askAgainLater(job: Job, server: KnownServer): void {
    if (job.plan.filter((planned) => planned === server).length < this.#options.tries) job.plan.push(server);
    this.#askNext(job);
  }

  #consider(job: Job, server: KnownServer, transport: Transport, message: Buffer, query: Buffer): void {
    const rcode = (message[3] ?? 0) & 15;
    const isTruncated = ((message[2] ?? 0) & 2) !== 0;
    if (isTruncated && transport === 'udp') {
      this.#counts.truncated++;
      this.#askServer(job, server, 'tcp');
    } else if ((rcode === FORMERR || rcode === NOTIMP) && query[11] === 1) {
      // RFC 6891 §7: a server of old may reject EDNS; asked without it, it may know the answer.
      server.hasEdns = false;
      this.#askServer(job, server, transport);
    } else {
      const isAnswer = rcode === 0 || rcode === NXDOMAIN;
      const failure = isTruncated ? TRUNCATED : isAnswer ? job.take(message) : rcodeFailure(rcode);
      if (failure === null) return;
      job.failure = { ...failure, detail: `${server.text}: ${failure.detail}` };
      this.#askNext(job);
    }
  }
}
