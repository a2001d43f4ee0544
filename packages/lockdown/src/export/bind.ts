import { zoneLine, zoneLines } from '../zone-text.ts';
import type { Exported } from './exported.ts';

/** Lines for a zone file (RFC 1035 §5); all names are absolute, so that they can stand anywhere in it. */
export function exportBind({ zone, remove, add }: Exported): string {
  return [
    `; ${zone}: raise the serial of the SOA record when you change the zone.`,
    ...remove.map((record) => `; take out: ${zoneLine(record)}`),
    ...zoneLines(
      zone,
      add.map((record) => ({ ...record, comment: null })),
    ),
    '',
  ].join('\n');
}
