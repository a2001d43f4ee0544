import { caaOctets } from '../caa.ts';
import { isModelled, type WantedRecord } from '../zone.ts';
import { dataText } from '../zone-text.ts';
import type { Exported } from './exported.ts';

/** Lines for tinydns-data: `@` MX, `+` A, `'` TXT, `:` anything else by number. */
export function exportTinydns({ zone, remove, add }: Exported): string {
  return [
    `# ${zone}`,
    ...remove.map((record) => `# take out: ${record.name} ${record.type} ${dataText(record)}`),
    ...add.map(tinydnsLine),
    '',
  ].join('\n');
}

function tinydnsLine(record: WantedRecord): string {
  const { name, ttlSeconds } = record;
  if (!isModelled(record)) {
    const octets = record.type === 'CAA' ? caaOctets(record.text) : null;
    if (octets === null) return `# by hand: ${name} ${record.type} ${record.text}`;
    return `:${name}:257:${escapeOctets(octets)}:${ttlSeconds}`;
  }
  switch (record.type) {
    case 'MX':
      // The address is left out: the host has its own line. A dot in `x` makes it a whole name, "." the root.
      return `@${name}::${record.data.exchange}:${record.data.preference}:${ttlSeconds}`;
    case 'A':
      return `+${name}:${record.data}:${ttlSeconds}`;
    case 'TXT':
      return `'${name}:${escapeOctets(Buffer.from(record.data.join(''), 'latin1'))}:${ttlSeconds}`;
    case 'CNAME':
      return `C${name}:${record.data}:${ttlSeconds}`;
    default:
      return `# by hand: ${name} ${record.type} ${dataText(record)}`;
  }
}

/** `\ooo` for what is not plain text, and for the colon that separates fields. */
function escapeOctets(octets: Uint8Array): string {
  let text = '';
  for (const octet of octets) {
    const isPlain = octet >= 0x20 && octet < 0x7f && octet !== 0x3a && octet !== 0x5c;
    text += isPlain ? String.fromCharCode(octet) : `\\${octet.toString(8).padStart(3, '0')}`;
  }
  return text;
}
