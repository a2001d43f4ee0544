import { createServer, type ListenOptions, type Server, type Socket } from 'node:net';
import { createOutbox } from './outbox.ts';
import { readShared } from './server-read.ts';
import { Session, type SessionOptions } from './session.ts';

export type PolicyServerOptions = SessionOptions & {
  /** A connection that is silent for longer is closed. Default 305 s: above Postfix's smtpd_policy_service_max_idle. */
  readonly idleTimeoutMs?: number;
  /** Over all listening addresses together. Default 1,000. */
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
/** How often connections are looked at for silence: a timer for each would be set again at every read and write. */
const IDLE_LOOKS = 10;

/** Serves the Postfix policy protocol on sockets. */
export function createPolicyServer(options: PolicyServerOptions): PolicyServer {
  const servers: Server[] = [];
  const sessions = new Map<Socket, Session>();
  const outbox = createOutbox(options.clock);
  const idleMs = options.idleTimeoutMs ?? DEFAULT_IDLE_MS;
  const looking = setInterval(() => closeSilent(sessions, options.clock() - idleMs), idleMs / IDLE_LOOKS).unref();
  let allClosed = (): void => {};
  const accept = (accepted: Socket): void => {
    if (!isWelcome(accepted, sessions.size, options)) return void accepted.destroy();
    const shared = readShared(accepted, (chunk) => session.take(chunk));
    const socket = shared ?? accepted;
    const session = new Session(socket, options, outbox);
    if (shared === null) socket.on('data', (chunk: Buffer) => session.take(chunk));
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      sessions.delete(socket);
      if (sessions.size === 0) allClosed();
    });
    sessions.set(socket, session);
    socket.resume();
  };
  return {
    listen: (where) =>
      new Promise((resolve, reject) => {
        const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, accept);
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
      const left = new Promise<void>((resolve) => {
        allClosed = resolve;
      });
      for (const session of sessions.values()) session.finish();
      if (sessions.size > 0) await left;
      await Promise.all(closed);
      clearInterval(looking);
    },
    connections: () => sessions.size,
  };
}

/** Over the limit nobody is told: with a log line for each, whoever knocks would fill the disk. */
function isWelcome(
  socket: Socket,
  connections: number,
  { events, maxConnections, mayConnect }: PolicyServerOptions,
): boolean {
  if (connections >= (maxConnections ?? DEFAULT_MAX_CONNECTIONS)) return false;
  if (mayConnect?.(socket.remoteAddress ?? null) !== false) return true;
  events.onMalformed(`client ${socket.remoteAddress} is not in the networks that may connect`);
  return false;
}

function closeSilent(sessions: ReadonlyMap<Socket, Session>, activeBeforeMs: number): void {
  for (const [socket, session] of sessions) if (session.activeMs < activeBeforeMs) socket.destroy();
}
