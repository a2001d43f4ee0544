import { type IpAddress, parseIp6Words, parseQuad } from '@unsent/dns';
import type { NetworkMechanism } from './ast.ts';

/** Four 32-bit words; signed or not, bit operators take both. An IPv4 address lives in `w0`. */
type Words = Pick<NetworkMechanism, 'w0' | 'w1' | 'w2' | 'w3'>;

/** RFC 7208 §5.6. An IPv4-mapped client is IPv4 and matches no `ip6` (RFC 7208 §5). */
export function matchNetwork(ip: IpAddress, network: NetworkMechanism): boolean {
  return ip.family === (network.name === 'ip4' ? 4 : 6) && sharesPrefix(ip, network, network.prefix);
}

/** Do the first `prefix` bits of the client's address and of `network` agree? Both are of the same family. */
function sharesPrefix(ip: IpAddress, network: Words, prefix: number): boolean {
  if (prefix === 0) return true;
  if (prefix <= 32) return (ip.w0 ^ network.w0) >>> (32 - prefix) === 0;
  if ((ip.w0 ^ network.w0) !== 0) return false;
  if (prefix <= 64) return (ip.w1 ^ network.w1) >>> (64 - prefix) === 0;
  if ((ip.w1 ^ network.w1) !== 0) return false;
  if (prefix <= 96) return (ip.w2 ^ network.w2) >>> (96 - prefix) === 0;
  if ((ip.w2 ^ network.w2) !== 0) return false;
  return (ip.w3 ^ network.w3) >>> (128 - prefix) === 0;
}

/** The first `prefix` bits of a word, 0 to 32 of them: a shift by 32 would be a shift by nothing. */
export function maskOf(prefix: number): number {
  return prefix === 0 ? 0 : -1 << (32 - prefix);
}

/**
 * True if the address written in `text`, as an A or AAAA record holds it, shares the first `prefix` bits with `ip`.
 *
 * A text that is no address of the client's family shares nothing, not even a prefix of 0 bits.
 */
export function textSharesPrefix(ip: IpAddress, text: string, prefix: number): boolean {
  if (ip.family === 4) {
    const w0 = parseQuad(text, 0, text.length);
    return w0 !== -1 && (prefix === 0 || (ip.w0 ^ w0) >>> (32 - prefix) === 0);
  }
  const words = parseIp6Words(text);
  if (words === null) return false;
  const [w0, w1, w2, w3] = words;
  return sharesPrefix(ip, { w0, w1, w2, w3 }, prefix);
}
