import { createHash } from 'node:crypto';
import type { DnsRecord, DomainName, Rdata, RrType } from '@unsent/dns';

/** Types we do not model (CAA, SRV, …) are kept as text, so that a snapshot is whole and an undo exact. */
export type OpaqueRecord = {
  readonly name: DomainName;
  readonly type: string;
  /** Record data in zone-file form; names in it are absolute, with their trailing dot. */
  readonly text: string;
  readonly ttlSeconds: number;
};

/** What a provider keeps beside the DNS data. A provider without a feature says null, [] or false. */
export type RecordMeta = {
  readonly comment: string | null;
  readonly tags: readonly string[];
  readonly proxied: boolean;
  /** What else the provider has switched for the record, as JSON; null for nothing. Kept, never looked into. */
  readonly settings: string | null;
};

/** Content and metadata: everything an undo has to bring back. */
export type WantedRecord = (DnsRecord | OpaqueRecord) & RecordMeta;

/** A record as the provider holds it. `id` is the provider's own and means nothing elsewhere. */
export type ZoneRecord = WantedRecord & { readonly id: string };

/**
 * The records people publish in a zone, as read at one moment.
 *
 * The SOA and what a server generates for DNSSEC are left out: they change by themselves and nobody restores them.
 */
export type ZoneSnapshot = {
  readonly zone: DomainName;
  readonly provider: string;
  /** ISO 8601, UTC. */
  readonly takenAt: string;
  readonly records: readonly ZoneRecord[];
  readonly fingerprint: string;
  /**
   * Records with a name, their own or one in their data, that no DomainName holds (a space in it: RFC 6763 §4.1.1), as
   * lines of zone text. They are kept for people; nothing plans for them, writes them, or has them in the fingerprint.
   */
  readonly unheld: readonly string[];
  /** True when the provider handles mail for the zone by itself (Cloudflare Email Routing) and owns those records. */
  readonly emailRouting: boolean;
};

/** No comment, no tags, not proxied, nothing else. */
export const NO_META: RecordMeta = { comment: null, tags: [], proxied: false, settings: null };

/** Types that a server maintains itself; they are no part of a snapshot. */
export const SERVER_MAINTAINED_TYPES: ReadonlySet<string> = new Set([
  'SOA',
  'RRSIG',
  'NSEC',
  'NSEC3',
  'NSEC3PARAM',
  'DNSKEY',
  'CDS',
  'CDNSKEY',
  'TYPE65534',
]);

/** Puts a snapshot together and fingerprints it. */
export function snapshotOf(
  zone: DomainName,
  provider: string,
  takenAt: Date,
  records: readonly ZoneRecord[],
  { emailRouting = false, unheld = [] }: Partial<Pick<ZoneSnapshot, 'emailRouting' | 'unheld'>> = {},
): ZoneSnapshot {
  const common = { zone, provider, takenAt: takenAt.toISOString() };
  return { ...common, records, fingerprint: fingerprint(records), unheld, emailRouting };
}

/**
 * SHA-256 over content and metadata of all records, whatever their order and ids: two zones with the same fingerprint
 * hold the same. An undo is exact when it brings the fingerprint back.
 */
export function fingerprint(records: readonly WantedRecord[]): string {
  const lines = records.map(identityOf).sort();
  return createHash('sha256').update(lines.join('\n')).digest('hex');
}

/** Content, TTL and metadata as one text: equal texts are equal records. */
export function identityOf(record: WantedRecord): string {
  return JSON.stringify([
    contentOf(record),
    record.ttlSeconds,
    record.comment,
    [...record.tags].sort(),
    record.proxied,
    record.settings,
  ]);
}

/** Name, type and data as one text, without TTL and metadata. TXT is compared as it was cut. */
export function contentOf(record: DnsRecord | OpaqueRecord): string {
  return JSON.stringify([record.name, record.type, isModelled(record) ? rdataKey(record) : record.text]);
}

/** Like `contentOf`, but TXT strings are joined as readers join them (RFC 7208 §3.3): how they are cut means nothing. */
export function meaningOf(record: WantedRecord): string {
  const text = txtOf(record);
  return text === null ? contentOf(record) : JSON.stringify([record.name, 'TXT', text]);
}

/** True for the types whose data we understand. */
export function isModelled<R extends DnsRecord | OpaqueRecord>(record: R): record is R & DnsRecord {
  return 'data' in record;
}

/** Narrows to one type; opaque records never match. */
export function isType<T extends RrType>(
  record: WantedRecord,
  type: T,
): record is WantedRecord & { readonly type: T; readonly data: Rdata[T] } {
  return isModelled(record) && record.type === type;
}

/** The text of a TXT record as readers join it (RFC 7208 §3.3), or null for another type. */
export function txtOf(record: WantedRecord): string | null {
  return isType(record, 'TXT') ? record.data.join('') : null;
}

function rdataKey(record: DnsRecord): unknown {
  return record.type === 'MX' ? [record.data.preference, record.data.exchange] : record.data;
}
