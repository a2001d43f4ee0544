import { createServer, type ListenOptions, type Server, type Socket } from 'node:net';
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

export type PolicyServerOptions = {
  readonly answer: Answerer;
  readonly events: PolicyEvents;
  /** Milliseconds, monotonic. */
  readonly clock: () => number;
  /** A connection that is silent for longer is closed. Default 305 s: above Postfix's smtpd_policy_service_max_idle. */
  readonly idleTimeoutMs?: number;
  /** Default 1,000. */
  readonly maxConnections?: number;
  /** Who may connect, by the peer's address; null is a UNIX socket. Default: everybody who can. */
  readonly mayConnect?: (address: string | null) => boolean;
};

/** A running server for any number of listening addresses. */
export type PolicyServer = {
  /** Resolves when it listens; rejects with the system's error. */
  listen(where: ListenOptions | { readonly fd: number }): Promise<Server>;
  /** Takes no more requests, finishes what is in flight, resolves when all connections are closed. */
  close(): Promise<void>;
  connections(): number;
};

const DEFAULT_IDLE_MS = 305_000;
const DEFAULT_MAX_CONNECTIONS = 1_000;
const BACKLOG = 1_024;

/** Serves the Postfix policy protocol on sockets. */
export function createPolicyServer(options: PolicyServerOptions): PolicyServer {
  const servers: Server[] = [];
  const sessions = new Map<Socket, Session>();
  const accept = (socket: Socket): void => {
    if (options.mayConnect?.(socket.remoteAddress ?? null) === false) {
      options.events.onMalformed(`client ${socket.remoteAddress} is not in the networks that may connect`);
      socket.destroy();
      return;
    }
    socket.setNoDelay(true);
    socket.setTimeout(options.idleTimeoutMs ?? DEFAULT_IDLE_MS, () => socket.destroy());
    socket.on('error', () => socket.destroy());
    sessions.set(socket, servePolicy(socket, options));
    socket.on('close', () => sessions.delete(socket));
  };
  return {
    listen: (where) =>
      new Promise((resolve, reject) => {
        const server = createServer({ allowHalfOpen: true }, accept);
        server.maxConnections = options.maxConnections ?? DEFAULT_MAX_CONNECTIONS;
        server.once('error', reject);
        const listening = (): void => {
          server.off('error', reject);
          server.on('error', (error) => options.events.onMalformed(`listener: ${error.message}`));
          servers.push(server);
          resolve(server);
        };
        // A descriptor that systemd opened has its own backlog.
        if ('fd' in where) server.listen(where, listening);
        else server.listen({ backlog: BACKLOG, ...where }, listening);
      }),
    close: async () => {
      const closed = servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
      for (const session of sessions.values()) session.finish();
      await Promise.all(closed);
    },
    connections: () => sessions.size,
  };
}

export type Session = {
  /** Answers what was read already, then closes. */
  finish(): void;
};

/**
 * Speaks the protocol on one stream: requests in, one answer each, in their order.
 *
 * The next request is not looked at before the last was answered, so a client that sends ahead meets back-pressure
 * instead of filling memory.
 */
export function servePolicy(stream: Duplex, options: PolicyServerOptions): Session {
  const session = { pending: EMPTY, scanned: 0, isBusy: false, isEnded: false };
  /** Until `goOn` nothing more is read. */
  const wait = (): void => {
    session.isBusy = true;
    stream.pause();
  };
  const goOn = (): void => {
    session.isBusy = false;
    if (!session.isEnded) stream.resume();
    pump();
  };
  const reply = (request: PolicyRequest, decision: Decision, startedMs: number): void => {
    if (!send(stream, decision)) {
      wait();
      stream.once('drain', goOn);
    }
    options.events.onDecision(request, decision, options.clock() - startedMs);
  };
  const pump = (): void => {
    while (!session.isBusy) {
      const taken = takeRequest(session.pending, 0, session.scanned);
      if (taken.kind === 'malformed') {
        stream.destroy();
        options.events.onMalformed(taken.why);
        return;
      }
      if (taken.kind === 'need-more') {
        session.scanned = session.pending.length;
        // Everything was answered; once that is handed over, a client that lingers is not waited for.
        if (session.isEnded) stream.end(() => stream.destroy());
        return;
      }
      session.pending = taken.length === session.pending.length ? EMPTY : session.pending.subarray(taken.length);
      session.scanned = 0;
      const startedMs = options.clock();
      const decision = options.answer(taken.request);
      if (decision instanceof Promise) {
        wait();
        return void decision.then((known) => {
          session.isBusy = false;
          reply(taken.request, known, startedMs);
          if (!session.isBusy) goOn();
        });
      }
      reply(taken.request, decision, startedMs);
    }
  };
  stream.on('data', (chunk: Buffer) => {
    session.pending = session.pending.length === 0 ? chunk : Buffer.concat([session.pending, chunk]);
    pump();
  });
  const finish = (): void => {
    session.isEnded = true;
    if (!session.isBusy) pump();
  };
  stream.on('end', finish);
  return { finish };
}

/** Writes an answer; false when the client does not read what it was sent. All is ASCII: Latin-1 needs no encoder. */
function send(stream: Duplex, decision: Decision): boolean {
  return stream.destroyed || stream.write(formatAction(decision.action), 'latin1');
}

const EMPTY: Buffer = Buffer.alloc(0);
