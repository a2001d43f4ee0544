import { isIP } from 'node:net';
import { UnsentError } from '@unsent/dns';

/** Where a daemon listens, as written on the command line or in the configuration. */
export type ListenAddress =
  | { readonly kind: 'inet'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

/** Where the daemon listens when nobody says otherwise. */
export const DEFAULT_LISTEN = 'inet:127.0.0.1:10040';

/** Reads an address as `readListenAddress` does; throws the error `listen-address`, exit code 2, for anything else. */
export function parseListenAddress(text: string): ListenAddress {
  const address = readListenAddress(text);
  if (address !== null) return address;
  throw new UnsentError('listen-address', {
    message: `"${text}" is no address of a service.`,
    hint: 'Write inet:127.0.0.1:10040 or unix:/run/unsent/policy.sock.',
    exitCode: 2,
  });
}

/**
 * Reads `inet:HOST:PORT`, `HOST:PORT` or `unix:PATH`, the way main.cf spells them; an IPv6 address stands in brackets.
 *
 * Null for anything else.
 */
export function readListenAddress(text: string): ListenAddress | null {
  if (text.startsWith('unix:')) {
    const path = text.slice('unix:'.length);
    return path === '' ? null : { kind: 'unix', path };
  }
  const match = /^(?:inet:)?(?:\[([^\]]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || !(port >= 1 && port <= 65_535)) return null;
  const host = match[1] ?? match[2] ?? '';
  if (match[1] !== undefined && isIP(match[1]) !== 6) return null;
  return { kind: 'inet', host: host === '' ? '127.0.0.1' : host, port };
}

/** True for an address that only this host can reach. */
export function isLocal(address: ListenAddress): boolean {
  if (address.kind === 'unix') return true;
  return address.host === 'localhost' || address.host === '::1' || /^127(\.\d{1,3}){3}$/.test(address.host);
}

export function listenAddressText(address: ListenAddress): string {
  if (address.kind === 'unix') return `unix:${address.path}`;
  return `inet:${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`;
}
