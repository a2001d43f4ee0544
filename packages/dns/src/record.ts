import type { IpText } from './ip.ts';
import type { DomainName } from './name.ts';

/** Record data by type, provider-neutral and plain JSON. */
export type Rdata = {
  A: IpText;
  AAAA: IpText;
  /** `'.'` is the null MX of RFC 7505. */
  MX: { readonly preference: number; readonly exchange: DomainName | '.' };
  /**
   * Character-strings as published, so that undo is exact; joined without a space for reading (RFC 7208 §3.3).
   * One character is one octet (U+0000–U+00FF): DNS knows no character set, and UTF-8 decoding would lose octets.
   */
  TXT: readonly string[];
  NS: DomainName;
  PTR: DomainName;
  CNAME: DomainName;
};

export type RrType = keyof Rdata;

/** One resource record, of any type or of one. The union keeps type and data in step. */
export type DnsRecord<T extends RrType = RrType> = {
  readonly [K in T]: {
    readonly name: DomainName;
    readonly type: K;
    readonly data: Rdata[K];
    readonly ttlSeconds: number;
  };
}[T];

/** The types whose data this package understands, in the order in which zone text lists them. */
export const RR_TYPES: readonly RrType[] = ['NS', 'A', 'AAAA', 'MX', 'TXT', 'CNAME', 'PTR'];

/** True if `type` is one of the types whose data this package understands. */
export function isRrType(type: string): type is RrType {
  return (RR_TYPES as readonly string[]).includes(type);
}

/** True if both say the same: name, type and data. TTLs belong to the set of records, not to one (RFC 2181 §5.2). */
export function sameRecord(a: DnsRecord, b: DnsRecord): boolean {
  return a.type === b.type && a.name === b.name && rdataText(a) === rdataText(b);
}

/** A text that two records share exactly if `sameRecord` holds; for sets and maps. */
export function recordKey(record: DnsRecord): string {
  return `${record.name} ${record.type} ${rdataText(record)}`;
}

/** The data of a record as a zone file has it, names absolute: `10 mail.example.com.`, `"v=spf1 -all"`. */
export function rdataText(record: DnsRecord): string {
  switch (record.type) {
    case 'A':
    case 'AAAA':
      return record.data;
    case 'MX':
      return `${record.data.preference} ${absolute(record.data.exchange)}`;
    case 'TXT':
      return record.data.flatMap(cutCharacterString).map(quoteCharacterString).join(' ');
    default:
      return absolute(record.data);
  }
}

/** Joins the character-strings of a TXT record for reading (RFC 7208 §3.3: without a space). */
export function joinTxt(data: readonly string[]): string {
  const [first = ''] = data;
  return data.length <= 1 ? first : data.join('');
}

/** A character-string in quotes (RFC 1035 §5.1); octets that are not printable ASCII become `\\ddd`. */
export function quoteCharacterString(text: string): string {
  let quoted = '';
  for (const byte of octetsOf(text)) {
    if (byte === 0x22 || byte === 0x5c) quoted += `\\${String.fromCharCode(byte)}`;
    else if (byte >= 0x20 && byte < 0x7f) quoted += String.fromCharCode(byte);
    else quoted += `\\${String(byte).padStart(3, '0')}`;
  }
  return `"${quoted}"`;
}

/** A string over 255 octets cannot be published in one piece; readers join the pieces again (RFC 7208 §3.3). */
function cutCharacterString(text: string): readonly string[] {
  return text.length <= 255 ? [text] : (text.match(/.{1,255}/gs) ?? []);
}

/** The octets of a character-string. Text that never came from DNS and holds more than U+00FF is taken as UTF-8. */
function octetsOf(text: string): Uint8Array {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0xff) return Buffer.from(text, 'utf8');
  return Buffer.from(text, 'latin1');
}

function absolute(name: DomainName | '.'): string {
  return name === '.' ? '.' : `${name}.`;
}
