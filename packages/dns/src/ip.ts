/** Canonical text of an address (RFC 5952 for IPv6). Records hold this, so that plans and snapshots stay plain JSON. */
export type IpText = string & { readonly __brand: 'IpText' };

/**
 * An address ready for matching. Made only by `parseIp`; IPv4-mapped IPv6 has become IPv4 (RFC 7208 §5).
 *
 * The words are unsigned 32-bit numbers in network order. An IPv4 address lives in `w0`; the rest are 0.
 */
export type IpAddress = {
  readonly family: 4 | 6;
  readonly w0: number;
  readonly w1: number;
  readonly w2: number;
  readonly w3: number;
  readonly text: IpText;
};

/** A network: host bits are zero in `address`. `length` is in bits, 0–32 or 0–128. */
export type IpPrefix = { readonly address: IpAddress; readonly length: number };
