import { rcodeFailure } from './answer.ts';
import { Deadlines } from './client-deadlines.ts';
import {
  type Asker,
  forget,
  type Job,
  NXDOMAIN,
  newJob,
  type Transport,
  Try,
  type TryEvents,
  take,
  takeLate,
  unreachable,
} from './client-job.ts';
import type { ClientCounts } from './client-line.ts';
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

const FORMERR = 1;
const NOTIMP = 4;
const TRUNCATED: FailedAnswer = { kind: 'failure', cause: 'malformed', detail: 'the response is cut off over TCP too' };

/** Sends questions to servers until one gives an answer worth having. */
export class Exchange implements TryEvents {
  readonly #options: ExchangeOptions;
  readonly #counts: ClientCounts;
  readonly #servers: readonly KnownServer[];
  readonly #running = new Set<Job>();
  readonly #waiting = new Set<Job>();
  readonly #deadlines: Deadlines;
  #closed: FailedAnswer | null = null;

  constructor(options: ExchangeOptions, counts: ClientCounts) {
    this.#options = options;
    this.#counts = counts;
    this.#servers = options.servers.map((server) => knowServer(server, counts));
    this.#deadlines = new Deadlines(options.timeoutMs);
    if (this.#servers.length === 0) this.#closed = unreachable('no DNS server is named');
  }

  /**
   * Hands the response to the asker. When it reads a failure the question goes on to the next server; when none is
   * left, the last failure is the answer.
   */
  ask(question: WireQuestion, asker: Asker, signal?: AbortSignal): void {
    if (signal?.aborted === true) {
      asker.reject(signal.reason);
      return;
    }
    if (this.#closed !== null) {
      asker.settle(this.#closed);
      return;
    }
    this.#counts.questions++;
    const job = newJob(question, asker);
    if (signal !== undefined) this.#listen(job, signal);
    if (this.#running.size < this.#options.maxInFlight) this.#start(job);
    else this.#waiting.add(job);
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
    for (const job of [...this.#running, ...this.#waiting]) this.#fail(job, why);
    for (const server of this.#servers) {
      server.udp.close();
      server.tcp.close();
    }
  }

  #listen(job: Job, signal: AbortSignal): void {
    const onAbort = (): void => {
      this.#leave(job);
      job.asker.reject(signal.reason);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    job.stopListening = () => signal.removeEventListener('abort', onAbort);
  }

  #start(job: Job): void {
    this.#running.add(job);
    job.plan = inOrder(this.#servers);
    this.#askNext(job);
  }

  #fail(job: Job, failure: FailedAnswer): void {
    this.#leave(job);
    job.asker.settle(failure);
  }

  /** The job is settled: stops what it has under way, and lets the next one in. */
  #leave(job: Job): void {
    job.stopListening?.();
    if (job.attempt !== null) {
      this.#deadlines.remove(job.attempt);
      forget(job.attempt);
      job.attempt = null;
    }
    for (const attempt of job.late) forget(attempt);
    if (this.#waiting.size > 0) this.#waiting.delete(job);
    if (!this.#running.delete(job) || this.#closed !== null || this.#waiting.size === 0) return;
    const [next] = this.#waiting;
    if (next === undefined) return;
    this.#waiting.delete(next);
    this.#start(next);
  }

  #askNext(job: Job): void {
    const server = job.plan[job.next];
    if (server === undefined) this.#fail(job, job.failure);
    else {
      if (job.next > 0) this.#counts.retries++;
      job.next++;
      this.#askServer(job, server, 'udp');
    }
  }

  #askServer(job: Job, server: KnownServer, transport: Transport): void {
    const attempt = new Try(job, server, transport, encodeQuery(job.question, server.hasEdns), this);
    job.attempt = attempt;
    const nowMs = performance.now();
    this.#deadlines.add(attempt, nowMs);
    try {
      server[transport].send(attempt, nowMs);
    } catch (error) {
      // An address that the system refuses outright. Not at once, or a long queue would fail in one deep call.
      queueMicrotask(() => {
        if (job.attempt === attempt) attempt.failed(error instanceof Error ? error.message : String(error));
      });
    }
  }

  onAnswer(attempt: Try, message: Buffer): void {
    const { job, server } = attempt;
    noteAnswer(server);
    if (job.attempt === attempt) {
      this.#end(attempt);
      this.#consider(attempt, message);
    } else if (takeLate(job, message)) this.#leave(job);
  }

  onFailure(attempt: Try, detail: string): void {
    const { job, server, transport } = attempt;
    if (job.attempt !== attempt) return;
    this.#end(attempt);
    // TCP alone says little: most questions never need it.
    if (transport === 'udp') noteUnreachable(server, performance.now());
    job.failure = unreachable(`${server.text}: ${detail}`);
    this.#askAgainLater(attempt);
  }

  onTimeout(attempt: Try): void {
    const { job, server, transport } = attempt;
    this.#counts.timeouts++;
    if (transport === 'tcp') forget(attempt);
    else {
      job.late = [...job.late, attempt];
      noteTimeout(server, performance.now());
    }
    job.attempt = null;
    const detail = `${server.text}: no answer within ${this.#options.timeoutMs} ms`;
    job.failure = { kind: 'failure', cause: 'timeout', detail };
    this.#askAgainLater(attempt);
  }

  #end(attempt: Try): void {
    this.#deadlines.remove(attempt);
    attempt.job.attempt = null;
  }

  /** Silence may be a lost packet: the server comes again after the others, `tries` times in all. */
  #askAgainLater({ job, server }: Try): void {
    if (job.plan.filter((planned) => planned === server).length < this.#options.tries) job.plan = [...job.plan, server];
    this.#askNext(job);
  }

  #consider({ job, server, transport, query }: Try, message: Buffer): void {
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
      const failure = isTruncated ? TRUNCATED : isAnswer ? take(job, message) : rcodeFailure(rcode);
      if (failure === null) this.#leave(job);
      else {
        job.failure = { ...failure, detail: `${server.text}: ${failure.detail}` };
        this.#askNext(job);
      }
    }
  }
}
