import { type DnsRecord, type DomainName, type IpText, isRrType, parseIp } from '@unsent/dns';
import { name } from '../../../../test/support/names.ts';
import { type MemoryOptions, type MemoryProvider, memoryProvider } from '../../src/providers/memory.ts';
import { NO_META, type RecordMeta, snapshotOf, type WantedRecord, type ZoneSnapshot } from '../../src/zone.ts';

export { name };

export const NOW: Date = new Date('2026-11-23T12:00:00Z');

/**
 * Records of `example.com` (or `zone`) from lines such as `@ 300 MX 10 mail.example.net` or `_dmarc 300 TXT v=DMARC1; p=none`.
 *
 * TXT takes the rest of the line; a `|` cuts it into strings. Names end in a dot when they are absolute.
 */
export function records(lines: string, zone = 'example.com', meta: Partial<RecordMeta> = {}): WantedRecord[] {
  return lines
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => ({ ...record(line, zone), ...NO_META, ...meta }));
}

function record(line: string, zone: string): WantedRecord {
  const [owner = '', ttl = '', type = '', ...rest] = line.split(/ +/);
  const base = { name: absolute(owner, zone), ttlSeconds: Number(ttl), ...NO_META };
  const text = rest.join(' ');
  if (!isRrType(type)) return { ...base, type, text };
  switch (type) {
    case 'A':
      return { ...base, type, data: ipText(text) };
    case 'AAAA':
      return { ...base, type, data: ipText(text) };
    case 'MX': {
      const [preference = '', exchange = ''] = rest;
      const target = exchange === '.' ? '.' : absolute(exchange, zone);
      return { ...base, type, data: { preference: Number(preference), exchange: target } };
    }
    case 'TXT':
      return { ...base, type, data: text.split('|') };
    case 'CNAME':
      return { ...base, type, data: absolute(text, zone) };
    case 'NS':
      return { ...base, type, data: absolute(text, zone) };
    case 'PTR':
      return { ...base, type, data: absolute(text, zone) };
  }
}

function ipText(text: string): IpText {
  const ip = parseIp(text);
  if (ip === null) throw new RangeError(`no address: ${text}`);
  return ip.text;
}

function absolute(text: string, zone: string): DomainName {
  return name(text === '@' ? zone : text.endsWith('.') ? text : `${text}.${zone}`);
}

export function snapshot(lines: string, zone = 'example.com'): ZoneSnapshot {
  const withIds = records(lines, zone).map((one, i) => ({ ...one, id: `id-${i}` }));
  return snapshotOf(name(zone), 'memory', NOW, withIds);
}

export function memory(lines: string, options: Partial<MemoryOptions> = {}): MemoryProvider {
  return memoryProvider([{ name: name('example.com'), records: records(lines) }], { now: () => NOW, ...options });
}

/** Records as lines, for comparing at a glance: `@ MX 0 loopback.example.com`. */
export function lines(list: readonly (WantedRecord | DnsRecord)[], zone = 'example.com'): string[] {
  return list
    .map((one) => {
      const owner = one.name === zone ? '@' : one.name.replace(`.${zone}`, '');
      return `${owner} ${one.type} ${dataOf(one)}`;
    })
    .sort();
}

function dataOf(one: WantedRecord | DnsRecord): string {
  if (!('data' in one)) return one.text;
  if (one.type === 'MX') return `${one.data.preference} ${one.data.exchange}`;
  return one.type === 'TXT' ? one.data.join('|') : one.data;
}
