import { type DomainName, rdataText } from '@unsent/dns';
import { isModelled, type WantedRecord, type ZoneSnapshot } from './zone.ts';

/**
 * A snapshot as a zone file (RFC 1035 §5), sorted, with what only a provider keeps in comments.
 *
 * Meant for the day when the database is gone: `named-checkzone` takes it once an SOA record is put in front.
 */
export function snapshotText(snapshot: ZoneSnapshot): string {
  const head = [
    `; ${snapshot.zone} at ${snapshot.provider}, as read at ${snapshot.takenAt}`,
    '; The SOA record and DNSSEC data are left out.',
    `$ORIGIN ${snapshot.zone}.`,
  ];
  return `${[...head, ...zoneLines(snapshot.zone, snapshot.records), ...snapshot.unheld].join('\n')}\n`;
}

/** One line for each record, apex first, then by name and type. */
export function zoneLines(zone: DomainName, records: readonly WantedRecord[]): readonly string[] {
  return [...records]
    .sort((a, b) => rank(zone, a) - rank(zone, b) || compare(a.name, b.name) || compare(a.type, b.type))
    .map(zoneLine);
}

/** `name. TTL IN TYPE data`, and a comment with what a zone file has no place for. */
export function zoneLine(record: WantedRecord): string {
  // A type with a space in it is a provider's own thing: a disabled record of PowerDNS.
  const isServed = !record.type.includes(' ');
  return `${isServed ? '' : '; '}${record.name}. ${record.ttlSeconds} IN ${record.type} ${dataText(record)}${metaComment(record)}`;
}

/** The data of a record in zone-file form; names in it are absolute. */
export function dataText(record: WantedRecord): string {
  return isModelled(record) ? rdataText(record) : record.text;
}

function rank(zone: DomainName, { name }: WantedRecord): number {
  return name === zone ? 0 : 1;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function metaComment({ comment, tags, proxied, settings }: WantedRecord): string {
  const parts = [
    ...(comment === null ? [] : [JSON.stringify(comment)]),
    ...tags.map((tag) => `tag ${JSON.stringify(tag)}`),
    ...(proxied ? ['proxied'] : []),
    ...(settings === null ? [] : [`settings ${settings}`]),
  ];
  return parts.length === 0 ? '' : ` ; ${parts.join(', ')}`;
}
