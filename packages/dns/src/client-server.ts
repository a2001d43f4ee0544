import type { ClientCounts } from './client-line.ts';
import { TcpPool } from './client-tcp.ts';
import { UdpPool } from './client-udp.ts';
import { type DnsServer, formatDnsServer } from './server.ts';

/** A server, its sockets, and what we have learned about it. */
export type KnownServer = {
  readonly text: string;
  readonly udp: UdpPool;
  readonly tcp: TcpPool;
  /** False once it has rejected EDNS (RFC 6891 §7). */
  hasEdns: boolean;
  timeoutsInRow: number;
  /** Until then it is asked last. 0: it has not failed since it last answered. */
  deadUntilMs: number;
};

/** Packets get lost; two in a row are no accident. */
const TIMEOUTS_TO_DIE = 2;
const DEAD_MS = 30_000;
/** While one question tries a server that was dead, the others go elsewhere. */
const PROBE_MS = 5_000;

export function knowServer(server: DnsServer, counts: ClientCounts): KnownServer {
  return {
    text: formatDnsServer(server),
    udp: new UdpPool(server, counts),
    tcp: new TcpPool(server, counts),
    hasEdns: true,
    timeoutsInRow: 0,
    deadUntilMs: 0,
  };
}

/** The servers as a new question should try them: as given, dead ones last. */
export function inOrder(servers: readonly KnownServer[]): readonly KnownServer[] {
  if (servers.every(hasNotFailed)) return servers;
  const nowMs = performance.now();
  const alive: KnownServer[] = [];
  const dead: KnownServer[] = [];
  for (const server of servers) {
    if (server.deadUntilMs > nowMs) dead.push(server);
    else {
      if (server.deadUntilMs > 0) server.deadUntilMs = nowMs + PROBE_MS;
      alive.push(server);
    }
  }
  return dead.length === 0 ? alive : [...alive, ...dead];
}

function hasNotFailed(server: KnownServer): boolean {
  return server.deadUntilMs === 0;
}

/** It answered, whatever it said. */
export function noteAnswer(server: KnownServer): void {
  server.timeoutsInRow = 0;
  server.deadUntilMs = 0;
}

export function noteTimeout(server: KnownServer, nowMs: number): void {
  server.timeoutsInRow++;
  if (server.timeoutsInRow >= TIMEOUTS_TO_DIE) server.deadUntilMs = nowMs + DEAD_MS;
}

export function noteUnreachable(server: KnownServer, nowMs: number): void {
  server.deadUntilMs = nowMs + DEAD_MS;
}
