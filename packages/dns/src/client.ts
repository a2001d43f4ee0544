import { readFileSync } from 'node:fs';
import { type Reading, readAnswer } from './answer.ts';
import { Exchange } from './client-exchange.ts';
import type { Result } from './client-job.ts';
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
  const { read, ...client } = openClient(options);

  return {
    ...client,
    resolve: (name, type, signal) => {
      const follow = (asked: DomainName, ttlSeconds: number, stepsLeft: number): Promise<Answer<typeof type>> =>
        read(asked, type, answersOnly, signal).then((reading) => {
          if (reading.kind === 'failure') return reading;
          if (reading.kind === 'answer') return lowerTtl(reading.answer, ttlSeconds);
          if (stepsLeft === 0) return tooManyCnames(name);
          return follow(reading.target, Math.min(ttlSeconds, reading.ttlSeconds), stepsLeft - 1);
        });
      return follow(name, Number.POSITIVE_INFINITY, MAX_CNAMES);
    },
  };
}

function tooManyCnames(name: DomainName): FailedAnswer {
  return { kind: 'failure', cause: 'servfail', detail: `more than ${MAX_CNAMES} CNAMEs from ${name}` };
}

/** The client without a policy for CNAMEs that lead out of a response; `accept` may refuse a reading. */
export type OpenClient = Pick<DnsClient, 'query' | 'stats' | 'close'> & {
  read<T extends RrType, R extends Result>(
    name: DomainName,
    type: T,
    accept: (reading: Reading<T>) => R | FailedAnswer,
    signal?: AbortSignal,
  ): Promise<R | FailedAnswer>;
};

export function openClient(options: DnsClientOptions): OpenClient {
  const { servers, timeoutMs = 2_000, tries = 2, maxInFlight = 1_000, isRecursive = true } = options;
  const counts = noCounts();
  const exchange = new Exchange({ servers, timeoutMs, tries, maxInFlight }, counts);
  return {
    read: (name, type, accept, signal) =>
      exchange.ask(
        { name, type: numberOfType(type), isRecursive },
        (message) => accept(readAnswer(message, name, type)),
        signal,
      ),
    query: async (name, type, signal) => {
      const number = typeNumber(type);
      if (number === null) return { kind: 'failure', cause: 'malformed', detail: `"${type}" is no record type` };
      return exchange.ask<DnsMessage>({ name, type: number, isRecursive }, readMessage, signal);
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

/** A referral is no answer: the next server may do better. So is an answer that reports a failure. */
function answersOnly<T extends RrType>(
  reading: Reading<T>,
): Exclude<Reading<T>, { readonly kind: 'referral' }> | FailedAnswer {
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
