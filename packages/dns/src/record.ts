import type { IpText } from './ip.ts';
import type { DomainName } from './name.ts';

/** Record data by type, provider-neutral and plain JSON. */
export type Rdata = {
  A: IpText;
  AAAA: IpText;
  /** `'.'` is the null MX of RFC 7505. */
  MX: { readonly preference: number; readonly exchange: DomainName | '.' };
  /** Character-strings as published, so that undo is exact; joined without a space for reading (RFC 7208 §3.3). */
  TXT: readonly string[];
  NS: DomainName;
  PTR: DomainName;
  CNAME: DomainName;
};

export type RrType = keyof Rdata;

/** One resource record. The union keeps type and data in step. */
export type DnsRecord = {
  readonly [T in RrType]: {
    readonly name: DomainName;
    readonly type: T;
    readonly data: Rdata[T];
    readonly ttlSeconds: number;
  };
}[RrType];
