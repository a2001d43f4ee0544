import { connect } from 'node:net';
import { WARM_UP_KINDS, warmUpDomain, warmUpRequest } from './warm-up-mail.ts';

/** As many as a small mail server keeps open. */
const CONNECTIONS = 8;
/** Of each kind so many domains come again and again, and every so often one that nobody has asked about. */
const KNOWN_DOMAINS = 4;
const NEW_EVERY = 4;
/** From memory or a name server on this host an answer takes no time; one that does not come is not waited for. */
const ANSWER_WITHIN_MS = 500;
/** How long to wait when real requests come. */
const STEP_ASIDE_MS = 50;
/** Every so many messages go to two recipients. */
const SECOND_RECIPIENT_EVERY = 4;

export type AskLimits = {
  readonly requests: number;
  /** By `performance.now()`. */
  readonly untilMs: number;
  readonly signal: AbortSignal;
  /** True while the made-up requests should wait. */
  readonly isBusy: () => boolean;
};

/** Asks the service at `port` about all kinds of mail, over and over; resolves to the number of requests. */
export async function askAllKinds(port: number, limits: AskLimits): Promise<number> {
  const requests = requestsUpTo(limits.requests);
  const asked = await Promise.all(Array.from({ length: CONNECTIONS }, () => askOver(port, requests, limits)));
  return asked.reduce((sum, one) => sum + one, 0);
}

/** One message after the other. */
function* requestsUpTo(most: number): Generator<readonly string[], undefined> {
  let left = most;
  for (let message = 0; left > 0; message++) {
    const texts = requestsOf(message);
    left -= texts.length;
    yield texts;
  }
}

/** The requests of a message: one for each of its recipients. Two in a row are alike, so that they ask DNS the same at once. */
function requestsOf(message: number): readonly string[] {
  const pair = Math.floor(message / 2);
  const index = pair % WARM_UP_KINDS.length;
  const kind = WARM_UP_KINDS[index];
  if (kind === undefined) return [];
  const round = Math.floor(pair / WARM_UP_KINDS.length);
  const domain = warmUpDomain(index, round % NEW_EVERY === 0 ? KNOWN_DOMAINS + round : round % KNOWN_DOMAINS);
  const first = warmUpRequest(kind, domain, message, 0);
  return message % SECOND_RECIPIENT_EVERY === 0 ? [first, warmUpRequest(kind, domain, message, 1)] : [first];
}

/** Asks over one connection, each request after the answer to the last. */
function askOver(
  port: number,
  messages: Iterator<readonly string[], undefined>,
  { untilMs, signal, isBusy }: AskLimits,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    socket.setNoDelay(true);
    let isAside = false;
    socket.setTimeout(ANSWER_WITHIN_MS, () => isAside || socket.destroy());
    let waiting: readonly string[] = [];
    let asked = 0;
    const ask = (): void => {
      if (signal.aborted || performance.now() >= untilMs) return void socket.end();
      isAside = isBusy();
      if (isAside) return void setTimeout(ask, STEP_ASIDE_MS);
      if (waiting.length === 0) waiting = messages.next().value ?? [];
      const [text, ...rest] = waiting;
      waiting = rest;
      if (text === undefined) return void socket.end();
      asked++;
      socket.write(text, 'latin1');
    };
    socket.once('error', reject);
    socket.once('close', () => resolve(asked));
    // An answer is short: it comes in one piece.
    socket.on('data', ask);
    ask();
  });
}
