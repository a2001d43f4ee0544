import { contains, type IpAddress, type IpPrefix, parsePrefix } from '@unsent/dns';

/** Addresses that say nothing about who sent: private, shared, link-local and loopback networks. */
const PRIVATE_NETWORKS: readonly IpPrefix[] = [
  '10.0.0.0/8', // RFC 1918 §3
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10', // RFC 6598 §7
  '169.254.0.0/16', // RFC 3927 §2.1
  '127.0.0.0/8', // RFC 1122 §3.2.1.3
  'fc00::/7', // RFC 4193 §3.1
  'fe80::/10', // RFC 4291 §2.5.6
  '::1/128',
].flatMap((text) => parsePrefix(text) ?? []);

/** True for a client that NAT, a container bridge or this host itself stands before. */
export function isPrivateIp(ip: IpAddress): boolean {
  return PRIVATE_NETWORKS.some((network) => contains(network, ip));
}
