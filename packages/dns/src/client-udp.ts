import { createSocket, type Socket } from 'node:dgram';
import { type Attempt, type ClientCounts, InFlight, type Line } from './client-line.ts';
import { randomId } from './client-random.ts';
import { parseIp } from './ip.ts';
import type { DnsServer } from './server.ts';
import { isLoopback } from './special-addresses.ts';
import { setId } from './wire.ts';

/** Sockets that questions are spread over: whoever forges an answer must guess the port too. */
const SOCKETS = 8;
/**
 * So many questions wait on one socket before the next is used, where the server is this very host: nobody else can send
 * from its address (RFC 1122 §3.2.1.3), and answers on one socket are read together. The system's buffer holds more.
 */
const LOCAL_IN_FLIGHT = 64;
/** A socket, and with it its port, serves so many questions and so long: RFC 5452 §9.2, ports stay unpredictable. */
const MIN_QUERIES = 256;
const MAX_AGE_MS = 10_000;

/** UDP sockets connected to one server, so that the kernel drops what comes from elsewhere. They never keep a process alive. */
export class UdpPool {
  readonly #server: DnsServer;
  readonly #counts: ClientCounts;
  readonly #isLocal: boolean;
  readonly #lines: (UdpLine | null)[] = new Array<UdpLine | null>(SOCKETS).fill(null);
  /** What is sent when all that came in this turn of the event loop has been read. */
  #outbox = noAttempts();

  constructor(server: DnsServer, counts: ClientCounts) {
    this.#server = server;
    this.#counts = counts;
    const ip = parseIp(server.address);
    this.#isLocal = ip !== null && isLoopback(ip);
  }

  send(attempt: Attempt, nowMs: number): void {
    const slot = this.#isLocal ? this.#freeSlot() : randomId() % SOCKETS;
    let line = this.#lines[slot] ?? null;
    if (line === null || line.isWorn(nowMs)) {
      line?.retire();
      line = new UdpLine(this.#server, this.#counts, nowMs);
      this.#lines[slot] = line;
    }
    line.take(attempt);
    if (this.#outbox.length === 0) setImmediate(this.#flush);
    this.#outbox.push(attempt);
  }

  #freeSlot(): number {
    for (let slot = 0; slot < SOCKETS; slot++) if ((this.#lines[slot]?.inFlight ?? 0) < LOCAL_IN_FLIGHT) return slot;
    return randomId() % SOCKETS;
  }

  /**
   * All at once: a server that sleeps is woken by the first packet and finds the others when it looks for more, which
   * costs both sides less than a packet now and then.
   */
  readonly #flush = (): void => {
    const attempts = this.#outbox;
    this.#outbox = noAttempts();
    for (const attempt of attempts) if (attempt.line instanceof UdpLine) attempt.line.send(attempt);
  };

  close(): void {
    for (const line of this.#lines) line?.retire();
    this.#lines.fill(null);
  }
}

/** Made in one place, or V8 takes the first list for one of numbers and throws away what it compiled for the others. */
const noAttempts = (): Attempt[] => [];

class UdpLine implements Line {
  readonly #socket: Socket;
  readonly #counts: ClientCounts;
  readonly #inFlight = new InFlight();
  readonly #openedAt: number;
  #queriesLeft = MIN_QUERIES + (randomId() % MIN_QUERIES);
  /** What waits for the socket to be connected; null once it is. */
  #waiting: Attempt[] | null = [];
  #isRetired = false;
  #isClosed = false;
  #failure: Error | null = null;
  readonly #onSent = (error: Error | null): void => {
    if (error !== null) this.#fail(error);
  };

  /** Throws when the system gives no socket: it says so before any question could hear of it. */
  constructor(server: DnsServer, counts: ClientCounts, nowMs: number) {
    this.#counts = counts;
    this.#openedAt = nowMs;
    counts.socketsOpened++;
    const family = server.address.includes(':') ? 6 : 4;
    // The address is literal: answering at once keeps the resolver of the operating system out of it.
    this.#socket = createSocket({
      type: family === 6 ? 'udp6' : 'udp4',
      lookup: (host, _options, callback) => callback(null, host, family),
    });
    this.#socket.on('message', (message) => this.#receive(message));
    this.#socket.on('error', (error) => this.#fail(error));
    // As events, not as a callback: that would swallow the error of a connection without a route.
    this.#socket.on('connect', () => this.#connected());
    // Unbound: the kernel picks a port at random (RFC 6056).
    this.#socket.connect(server.port, server.address);
    this.#socket.unref();
    if (this.#failure !== null) throw this.#failure;
  }

  get inFlight(): number {
    return this.#inFlight.size;
  }

  /** True when the next question should leave from another port. */
  isWorn(now: number): boolean {
    return this.#isRetired || this.#queriesLeft <= 0 || now - this.#openedAt > MAX_AGE_MS;
  }

  /** Gives the question its id and its port. */
  take(attempt: Attempt): void {
    this.#queriesLeft--;
    setId(attempt.query, this.#inFlight.add(attempt));
    attempt.line = this;
  }

  /** Does nothing when the question was forgotten meanwhile. */
  send(attempt: Attempt): void {
    if (this.#waiting !== null) this.#waiting.push(attempt);
    else if (!this.#isClosed && this.#inFlight.has(attempt)) this.#transmit(attempt);
  }

  forget(attempt: Attempt): void {
    this.#inFlight.remove(attempt);
    this.#closeIfDone();
  }

  /** Takes no more questions; closes when those in flight are answered or forgotten. */
  retire(): void {
    this.#isRetired = true;
    this.#closeIfDone();
  }

  #connected(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    for (const attempt of waiting) this.send(attempt);
    this.#closeIfDone();
  }

  #transmit(attempt: Attempt): void {
    this.#counts.sentUdp++;
    this.#socket.send(attempt.query, this.#onSent);
  }

  #receive(message: Buffer): void {
    const attempt = this.#inFlight.take(message);
    if (attempt === null) this.#counts.ignored++;
    else {
      attempt.answered(message);
      this.#closeIfDone();
    }
  }

  /** ICMP says that nobody listens, or there is no route or no descriptor left: all that is in flight here has failed. */
  #fail(error: Error): void {
    this.#isRetired = true;
    this.#failure = error;
    for (const attempt of this.#inFlight.drain()) attempt.failed(error.message);
    this.#closeIfDone();
  }

  #closeIfDone(): void {
    if (!this.#isRetired || this.#isClosed || this.#inFlight.size > 0) return;
    this.#isClosed = true;
    this.#socket.close();
  }
}
