import type { DomainName } from '@unsent/dns';
import type { SqlValue } from './sql.ts';

/** One judged message; the shape that the scanner's ledger declares. */
export type StoredEntry = {
  readonly identity: string;
  readonly source: string;
  readonly place: string;
  readonly arrivedAt: Date;
  readonly kind: string;
  readonly backscatter: string;
  readonly isDecisive: boolean;
  readonly domain: DomainName | null;
  readonly localPart: string | null;
  readonly reporter: string | null;
  readonly originIp: string | null;
  readonly originNetwork: string | null;
  readonly originSpf: string | null;
  readonly evidence: readonly string[];
  readonly messageId: string | null;
  readonly subject: string | null;
  readonly error: string | null;
};

/** Identities of one look-up. */
export const VALUES_PER_LOOKUP = 500;

/** The columns of `event` but for its number. */
export const EVENT_COLUMNS = [
  'run',
  'arrived_at',
  'kind',
  'backscatter',
  'decisive',
  'domain',
  'local_part',
  'reporter',
  'origin_ip',
  'network',
  'origin_spf',
  'evidence',
  'identity',
  'source',
  'place',
  'message_id',
  'subject',
  'error',
] as const;

/** An entry as a row of `event`, in the order of `EVENT_COLUMNS`. */
export function eventRow(run: number, entry: StoredEntry): readonly SqlValue[] {
  const row: readonly SqlValue[] = [
    run,
    entry.arrivedAt.getTime(),
    entry.kind,
    entry.backscatter,
    entry.isDecisive ? 1 : 0,
    entry.domain ?? '',
    entry.localPart,
    entry.reporter,
    entry.originIp,
    entry.originNetwork,
    entry.originSpf,
    entry.evidence.join(' '),
    fromHex(entry.identity),
    entry.source,
    entry.place,
    entry.messageId,
    entry.subject,
    entry.error,
  ];
  return row.map((value) => (typeof value === 'string' ? withoutNul(value) : value));
}

/** Mail may hold a NUL anywhere; no database takes one in text. */
function withoutNul(value: string): string {
  return value.includes('\0') ? value.replaceAll('\0', '\ufffd') : value;
}

/** Identities are 32 hex digits outside and 16 bytes in the database. */
export function fromHex(identity: string): Uint8Array {
  return Buffer.from(identity, 'hex');
}

/** The other way. */
export function toHex(identity: Uint8Array): string {
  return Buffer.from(identity.buffer, identity.byteOffset, identity.byteLength).toString('hex');
}
