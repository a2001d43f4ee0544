import { contains, type IpAddress, type IpPrefix, parsePrefix } from './ip.ts';

// The special-purpose registries of IANA (RFC 6890 §2.2), as far as they say where a host is not. Documentation
// networks are left out: they stand for public addresses in examples and tests.

/** 127.0.0.0/8 (RFC 1122 §3.2.1.3) and ::1 (RFC 4291 §2.5.3): the host that asks, whoever asks. */
const LOOPBACK = networks('127.0.0.0/8', '::1/128');

/** 0.0.0.0/8 (RFC 1122 §3.2.1.3) and :: (RFC 4291 §2.5.2). Most systems connect to themselves when told to use them. */
const THIS_HOST = networks('0.0.0.0/8', '::/128');

/** Sites of their own: RFC 1918 §3, RFC 6598 §7 (shared by a carrier's customers), RFC 4193 §3.1; a link: RFC 3927 §2.1, RFC 4291 §2.5.6. */
const SITES = networks(
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  'fc00::/7',
  '169.254.0.0/16',
  'fe80::/10',
);

/** What `isPrivate` is true for: none of them is routed on the Internet. */
export const PRIVATE_NETWORKS: readonly IpPrefix[] = [...SITES, ...LOOPBACK, ...THIS_HOST];

/** True for an address of the host itself; see `isThisHost` for 0.0.0.0. */
export function isLoopback(ip: IpAddress): boolean {
  return isIn(LOOPBACK, ip);
}

/** True where a connection ends at the host that makes it: loopback, and 0.0.0.0 and :: as most systems have it. */
export function isThisHost(ip: IpAddress): boolean {
  return isIn(LOOPBACK, ip) || isIn(THIS_HOST, ip);
}

/** True for an address that never crosses the Internet: it says nothing about a host elsewhere. */
export function isPrivate(ip: IpAddress): boolean {
  return isIn(PRIVATE_NETWORKS, ip);
}

function isIn(those: readonly IpPrefix[], ip: IpAddress): boolean {
  return those.some((network) => contains(network, ip));
}

function networks(...texts: readonly string[]): readonly IpPrefix[] {
  return texts.flatMap((text) => parsePrefix(text) ?? []);
}
