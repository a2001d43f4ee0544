import { parseCaa } from '../caa.ts';
import { isModelled, type WantedRecord } from '../zone.ts';
import { dataText } from '../zone-text.ts';
import type { Exported } from './exported.ts';
import { absoluteName, relativeName } from './names.ts';

/** Lines for dnsconfig.js: add them to the domain with D_EXTEND. */
export function exportDnscontrol({ zone, remove, add }: Exported): string {
  return [
    ...remove.map(
      (record) => `// take out: ${relativeName(record.name, zone, '@')} ${record.type} ${dataText(record)}`,
    ),
    `D_EXTEND(${JSON.stringify(zone)},`,
    ...add.map((record) => `  ${call(record, relativeName(record.name, zone, '@'))},`),
    ');',
    '',
  ].join('\n');
}

function call(record: WantedRecord, label: string): string {
  const end = `TTL(${record.ttlSeconds}))`;
  const name = JSON.stringify(label);
  if (!isModelled(record)) {
    const caa = record.type === 'CAA' ? parseCaa(record.text) : null;
    if (caa === null) return `/* by hand: ${label} ${record.type} ${record.text} */`;
    return `CAA(${name}, ${JSON.stringify(caa.tag)}, ${JSON.stringify(caa.value)}, ${end}`;
  }
  switch (record.type) {
    case 'MX': {
      const { preference, exchange } = record.data;
      return `MX(${name}, ${preference}, ${JSON.stringify(absoluteName(exchange))}, ${end}`;
    }
    case 'TXT':
      return `TXT(${name}, ${JSON.stringify(record.data.join(''))}, ${end}`;
    case 'A':
    case 'AAAA':
      return `${record.type}(${name}, ${JSON.stringify(record.data)}, ${end}`;
    default:
      return `${record.type}(${name}, ${JSON.stringify(absoluteName(record.data))}, ${end}`;
  }
}
