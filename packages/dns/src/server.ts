import { parseIp } from './ip.ts';

/** A name server to ask. */
export type DnsServer = {
  /** An address, never a name; a link-local one may carry its zone: `fe80::1%eth0`. */
  readonly address: string;
  readonly port: number;
};

/**
 * Reads `192.0.2.1`, `192.0.2.1:5353`, `2001:db8::1` or `[2001:db8::1]:5353`; null for anything else, names too.
 */
export function parseDnsServer(text: string, defaultPort = 53): DnsServer | null {
  const bracketed = /^\[([^\]]*)\](?::([0-9]+))?$/.exec(text);
  const withPort = /^([^:]*):([0-9]+)$/.exec(text);
  const address = bracketed?.[1] ?? withPort?.[1] ?? text;
  const port = Number(bracketed?.[2] ?? withPort?.[2] ?? defaultPort);
  if (port < 1 || port > 65_535) return null;
  const [host = '', zone, more] = address.split('%');
  const ip = parseIp(host);
  if (ip === null || more !== undefined || (bracketed !== null && ip.family === 4)) return null;
  if (zone !== undefined && (ip.family === 4 || !/^[A-Za-z0-9_.-]+$/.test(zone))) return null;
  return { address, port };
}

/** `192.0.2.1:53` or `[2001:db8::1]:53`. */
export function formatDnsServer(server: DnsServer): string {
  return server.address.includes(':') ? `[${server.address}]:${server.port}` : `${server.address}:${server.port}`;
}

/** The servers that the text of a resolv.conf(5) names, the first three as libc does; without any, the local host. */
export function serversFromResolvConf(text: string): readonly DnsServer[] {
  const servers: DnsServer[] = [];
  for (const line of text.split('\n')) {
    const [, address] = /^nameserver[ \t]+([^ \t\r]+)/.exec(line) ?? [];
    const server = address === undefined ? null : parseDnsServer(address);
    if (server !== null && servers.length < 3) servers.push(server);
  }
  return servers.length === 0 ? [{ address: '127.0.0.1', port: 53 }] : servers;
}
