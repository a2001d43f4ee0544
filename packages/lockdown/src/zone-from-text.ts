import { type DomainName, isSubdomainOf, parseZoneText, UnsentError } from '@unsent/dns';
import type { MemoryZone } from './providers/memory.ts';
import { NO_META, SERVER_MAINTAINED_TYPES, type WantedRecord } from './zone.ts';

/**
 * Reads zone text into the records of a zone, for `memoryProvider`.
 *
 * Throws `zone-text` for what cannot be read, and `zone-mismatch` when a record lies outside `zone`.
 */
export function zoneFromText(text: string, zone: DomainName): MemoryZone {
  const { records, others } = parseZoneText(text, { origin: zone });
  const all = [...records, ...others.filter(({ type }) => !SERVER_MAINTAINED_TYPES.has(type))];
  const foreign = all.find(({ name }) => !isSubdomainOf(name, zone));
  if (foreign !== undefined) {
    throw new UnsentError('zone-mismatch', {
      message: `The zone text holds ${foreign.type} ${foreign.name}, which is not in ${zone}.`,
      hint: 'Name the domain that the zone text is about.',
      exitCode: 2,
    });
  }
  return { name: zone, records: all.map((record): WantedRecord => ({ ...record, ...NO_META })) };
}
