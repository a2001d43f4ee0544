import { parseCaa } from '../caa.ts';
import { isModelled, type WantedRecord } from '../zone.ts';
import { dataText } from '../zone-text.ts';
import type { Exported, RecordSet } from './exported.ts';
import { absoluteName, relativeName } from './names.ts';

/** YAML for the zone's file. octoDNS wants whole sets, so records that stay beside a new one are there too. */
export function exportOctodns({ zone, remove, sets }: Exported): string {
  const labels = [...new Set(sets.map(({ name }) => relativeName(name, zone, '')))];
  return [
    `# ${zone}.yaml: these sets replace those of the same name and type.`,
    ...remove.map((record) => `# take out: ${relativeName(record.name, zone, '@')} ${record.type} ${dataText(record)}`),
    '---',
    ...labels.flatMap((label) => [
      `${JSON.stringify(label)}:`,
      ...sets.filter(({ name }) => relativeName(name, zone, '') === label).flatMap(setLines),
    ]),
    '',
  ].join('\n');
}

function setLines({ type, records }: RecordSet): readonly string[] {
  return [
    `  - type: ${type}`,
    `    ttl: ${records[0]?.ttlSeconds ?? 3600}`,
    '    values:',
    ...records.flatMap((record) => valueLines(record).map((line, i) => `      ${i === 0 ? '- ' : '  '}${line}`)),
  ];
}

function valueLines(record: WantedRecord): readonly string[] {
  if (!isModelled(record)) {
    const caa = record.type === 'CAA' ? parseCaa(record.text) : null;
    if (caa === null) return [JSON.stringify(record.text)];
    return [`flags: ${caa.flags}`, `tag: ${caa.tag}`, `value: ${JSON.stringify(caa.value)}`];
  }
  switch (record.type) {
    case 'MX':
      return [`exchange: ${absoluteName(record.data.exchange)}`, `preference: ${record.data.preference}`];
    case 'TXT':
      // octoDNS reads TXT with every semicolon escaped.
      return [JSON.stringify(record.data.join('').replaceAll(';', '\\;'))];
    case 'A':
    case 'AAAA':
      return [record.data];
    default:
      return [absoluteName(record.data)];
  }
}
