import { isIP } from 'node:net';
import { UnsentError } from '@unsent/dns';

/** Where a daemon listens, as written on the command line or in the configuration. */
export type ListenAddress =
  | { readonly kind: 'inet'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

/** Where the daemon listens when nobody says otherwise. */
export const DEFAULT_LISTEN = 'inet:127.0.0.1:10040';

/**
 * Reads `inet:HOST:PORT`, `HOST:PORT` or `unix:PATH`, the way main.cf spells them; an IPv6 address stands in brackets.
 *
 * Throws the error `listen-address`, exit code 2, for anything else.
 */
export function parseListenAddress(text: string): ListenAddress {
  if (text.startsWith('unix:')) {
    const path = text.slice('unix:'.length);
    if (path === '') throw addressError(text);
    return { kind: 'unix', path };
  }
  const match = /^(?:inet:)?(?:\[([^\]]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || !(port >= 1 && port <= 65_535)) throw addressError(text);
  const host = match[1] ?? match[2] ?? '';
  if (match[1] !== undefined && isIP(match[1]) !== 6) throw addressError(text);
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

function addressError(text: string): UnsentError {
  return new UnsentError('listen-address', {
    message: `cannot listen at "${text}".`,
    hint: 'Write inet:127.0.0.1:10040 or unix:/run/unsent/policy.sock.',
    exitCode: 2,
  });
}
