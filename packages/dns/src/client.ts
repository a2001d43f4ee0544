import { readFileSync } from 'node:fs';
import { type Reading, readAnswer } from './answer.ts';
import { Exchange } from './client-exchange.ts';
import type { Asker, Result } from './client-job.ts';
import type { ClientCounts } from './client-line.ts';
import { type DnsMessage, readMessage } from './message.ts';
import type { DomainName } from './name.ts';
import type { RrType } from './record.ts';
import { type Answer, type FailedAnswer, lowerTtl, MAX_CNAMES, type Resolver } from './resolver.ts';
import { type DnsServer, serversFromResolvConf } from './server.ts';
import { numberOfType, typeNumber } from './wire-rdata.ts';

export type DnsClientOptions = {
  /** Asked in this order; one that does not answer is asked last for a while. */
  readonly servers: readonly DnsServer[];
  /** For one try at one server. Default 2000. */
  readonly timeoutMs?: number;
  /** How often a silent server is asked the same question. Default 2. */
  readonly tries?: number;
  /** Questions on their way at the same time; others wait for their turn. Default 1000. */
  readonly maxInFlight?: number;
  /** False to ask authoritative servers, which do not recurse. Default true. */
  readonly isRecursive?: boolean;
};

export type ClientStats = Readonly<ClientCounts> & {
  readonly inFlight: number;
  readonly waiting: number;
  readonly deadServers: number;
};

/** A resolver over UDP and TCP. Never throws; `resolve` and `query` reject only when their signal aborts. */
export interface DnsClient extends Resolver {
  resolve<T extends RrType>(name: DomainName, type: T, signal?: AbortSignal): Promise<Answer<T>>;
  /**
   * Asks for any type (`SOA`, `DS`, `TYPE65`) and returns the response as it is: one server's, CNAMEs not followed.
   * Records of types that are not modelled are text, as in a zone file.
   */
  query(name: DomainName, type: string, signal?: AbortSignal): Promise<DnsMessage | FailedAnswer>;
  stats(): ClientStats;
  /** Fails what is under way and closes every socket. Idle sockets do not keep a process alive. */
  close(): void;
}

const REFERRED: FailedAnswer = {
  kind: 'failure',
  cause: 'servfail',
  detail: 'a referral to other servers instead of an answer',
};

/**
 * A DNS client: UDP, and TCP for what does not fit; several servers; random ids and changing ports (RFC 5452).
 */
export function dnsClient(options: DnsClientOptions): DnsClient {
  const { ask, query, stats, close } = openClient(options);
  return {
    query,
    stats,
    close,
    resolve: (name, type, signal) =>
      new Promise((resolve, reject) => {
        ask(name, type, new Lookup(name, type, resolve, reject, ask, signal), signal);
      }),
  };
}

/** A question of `dnsClient`, followed through CNAMEs to its answer. A class: one is made for each question. */
class Lookup<T extends RrType> implements Asker<Answered<T>> {
  readonly #name: DomainName;
  readonly #type: T;
  readonly #resolve: (answer: Answer<T>) => void;
  readonly reject: (reason: unknown) => void;
  readonly #ask: OpenClient['ask'];
  readonly #signal: AbortSignal | undefined;
  #asked: DomainName;
  #ttlSeconds = Number.POSITIVE_INFINITY;
  #stepsLeft = MAX_CNAMES;

  constructor(
    name: DomainName,
    type: T,
    resolve: (answer: Answer<T>) => void,
    reject: (reason: unknown) => void,
    ask: OpenClient['ask'],
    signal: AbortSignal | undefined,
  ) {
    this.#name = name;
    this.#type = type;
    this.#resolve = resolve;
    this.reject = reject;
    this.#ask = ask;
    this.#signal = signal;
    this.#asked = name;
  }

  read(message: Buffer): Answered<T> | FailedAnswer {
    return answersOnly(readAnswer(message, this.#asked, this.#type));
  }

  settle(reading: Answered<T> | FailedAnswer): void {
    if (reading.kind === 'failure') this.#resolve(reading);
    else if (reading.kind === 'answer') this.#resolve(lowerTtl(reading.answer, this.#ttlSeconds));
    else if (this.#stepsLeft === 0) this.#resolve(tooManyCnames(this.#name));
    else {
      this.#stepsLeft--;
      this.#asked = reading.target;
      this.#ttlSeconds = Math.min(this.#ttlSeconds, reading.ttlSeconds);
      this.#ask(reading.target, this.#type, this, this.#signal);
    }
  }
}

function tooManyCnames(name: DomainName): FailedAnswer {
  return { kind: 'failure', cause: 'servfail', detail: `more than ${MAX_CNAMES} CNAMEs from ${name}` };
}

/** The client without a policy for CNAMEs that lead out of a response. */
export type OpenClient = Pick<DnsClient, 'query' | 'stats' | 'close'> & {
  ask(name: DomainName, type: RrType, asker: Asker, signal?: AbortSignal): void;
  /** What one server's response says. */
  read<T extends RrType>(name: DomainName, type: T, signal?: AbortSignal): Promise<Reading<T> | FailedAnswer>;
};

export function openClient(options: DnsClientOptions): OpenClient {
  const { servers, timeoutMs = 2_000, tries = 2, maxInFlight = 1_000, isRecursive = true } = options;
  const counts = noCounts();
  const exchange = new Exchange({ servers, timeoutMs, tries, maxInFlight }, counts);
  const ask = (name: DomainName, type: number, asker: Asker, signal?: AbortSignal): void =>
    exchange.ask({ name, type, isRecursive }, asker, signal);
  const promised = <R extends Result>(
    name: DomainName,
    type: number,
    read: (message: Buffer) => R | FailedAnswer,
    signal?: AbortSignal,
  ): Promise<R | FailedAnswer> =>
    new Promise((settle, reject) => {
      const asker: Asker<R> = { read, settle, reject };
      ask(name, type, asker, signal);
    });
  return {
    ask: (name, type, asker, signal) => ask(name, numberOfType(type), asker, signal),
    read: (name, type, signal) =>
      promised(name, numberOfType(type), (message) => readAnswer(message, name, type), signal),
    query: async (name, type, signal) => {
      const number = typeNumber(type);
      if (number === null) return { kind: 'failure', cause: 'malformed', detail: `"${type}" is no record type` };
      return promised<DnsMessage>(name, number, readMessage, signal);
    },
    stats: () => ({ ...counts, ...exchange.load() }),
    close: () => exchange.close(),
  };
}

/** The servers of resolv.conf(5); the local host when the file is missing or names none. */
export function systemServers(path = '/etc/resolv.conf'): readonly DnsServer[] {
  try {
    return serversFromResolvConf(readFileSync(path, 'utf8'));
  } catch {
    // resolv.conf(5): without the file, the name server on the local machine is asked.
    return serversFromResolvConf('');
  }
}

/** A reading that is not a referral. */
type Answered<T extends RrType> = Exclude<Reading<T>, { readonly kind: 'referral' }>;

/** A referral is no answer: the next server may do better. So is an answer that reports a failure. */
function answersOnly<T extends RrType>(reading: Reading<T>): Answered<T> | FailedAnswer {
  if (reading.kind === 'referral') return REFERRED;
  return reading.kind === 'answer' && reading.answer.kind === 'failure' ? reading.answer : reading;
}

function noCounts(): ClientCounts {
  return {
    questions: 0,
    sentUdp: 0,
    sentTcp: 0,
    retries: 0,
    timeouts: 0,
    truncated: 0,
    ignored: 0,
    socketsOpened: 0,
  };
}
