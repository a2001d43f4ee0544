import { type DnsRecord, parseIp, quoteCharacterString, recordFromText, UnsentError } from '@unsent/dns';
import type { BatchPutParam, RecordBatchParams, RecordResponse } from 'cloudflare/resources/dns/records';
import { formatCaa, parseCaa } from '../caa.ts';
import { isModelled, type OpaqueRecord, type RecordMeta, type WantedRecord, type ZoneRecord } from '../zone.ts';
import { isUnheldData, parseApiName } from './api-name.ts';

/** A record as a batch creates it. */
export type CloudflarePost = NonNullable<RecordBatchParams['posts']>[number];

/** TXT strings hold 255 octets each (RFC 1035 §3.3.14). */
const MAX_STRING = 255;

/** A record as the API lists it, in our terms. Null for names that no DomainName holds. */
export function readCloudflareRecord(record: RecordResponse): ZoneRecord | null {
  const name = parseApiName(record.name);
  if (name === null || isUnheldData(record.type, record.content ?? '')) return null;
  const settings = JSON.stringify(record.settings ?? {});
  const meta: RecordMeta = {
    comment: record.comment === undefined || record.comment === null || record.comment === '' ? null : record.comment,
    tags: [...(record.tags ?? [])].sort(),
    proxied: record.proxied ?? false,
    settings: settings === '{}' ? null : settings,
  };
  return { ...contentOfApi(record, name), ...meta, id: record.id };
}

/** A record that `readCloudflareRecord` gives null for, as a line of zone text. */
export function cloudflareLine(record: RecordResponse): string {
  const { name, ttl, type, content = '' } = record;
  const data = type === 'PTR' ? absolute(withoutSpaces(content)) : priorityText(record) + content;
  return `${absolute(withoutSpaces(name))} ${ttl} IN ${type} ${data}`;
}

function withoutSpaces(name: string): string {
  return name.replaceAll(' ', '\\032');
}

/** True if the provider handles this record by itself and refuses changes (Email Routing). */
export function isLocked(record: RecordResponse): boolean {
  const meta: Readonly<Record<string, unknown>> = { ...record.meta };
  return meta['email_routing'] === true || meta['read_only'] === true;
}

/** A record as a batch creates it. What is not sent is reset, which is what we want of comment and tags. */
export function cloudflarePost(record: WantedRecord): CloudflarePost {
  const { name, ttlSeconds: ttl, comment, tags, proxied, settings } = record;
  const beside = {
    name,
    ttl,
    ...(comment === null ? {} : { comment }),
    ...(tags.length === 0 ? {} : { tags: [...tags] }),
    ...(settings === null ? {} : { settings: JSON.parse(settings) }),
  };
  if (!isModelled(record)) return { ...beside, ...caaBody(record) };
  switch (record.type) {
    case 'A':
      return { ...beside, type: 'A', content: record.data, proxied };
    case 'AAAA':
      return { ...beside, type: 'AAAA', content: record.data, proxied };
    case 'CNAME':
      return { ...beside, type: 'CNAME', content: record.data, proxied };
    case 'MX':
      return { ...beside, type: 'MX', content: record.data.exchange, priority: record.data.preference };
    case 'TXT':
      // Unquoted content is taken too, and may be cut and quoted by the server as it likes.
      return { ...beside, type: 'TXT', content: record.data.map(quoteCharacterString).join(' ') };
    case 'NS':
      return { ...beside, type: 'NS', content: record.data };
    case 'PTR':
      return { ...beside, type: 'PTR', content: record.data };
  }
}

/** A record as a batch overwrites it: the same with the id of what it replaces. */
export function cloudflarePut(id: string, record: WantedRecord): BatchPutParam {
  return { ...cloudflarePost(record), id };
}

function contentOfApi(record: RecordResponse, name: WantedRecord['name']): DnsRecord | OpaqueRecord {
  const { type, ttl: ttlSeconds } = record;
  const content = record.content ?? '';
  switch (record.type) {
    case 'A':
    case 'AAAA': {
      const ip = parseIp(content);
      if (ip === null) break;
      return record.type === 'A'
        ? { name, type: 'A', data: ip.text, ttlSeconds }
        : { name, type: 'AAAA', data: ip.text, ttlSeconds };
    }
    case 'MX':
      return recordFromText(name, 'MX', ttlSeconds, `${record.priority ?? 0} ${absolute(content)}`);
    case 'TXT':
      return { name, type: 'TXT', data: textStrings(name, content), ttlSeconds };
    case 'CNAME':
    case 'NS':
    case 'PTR':
      return recordFromText(name, record.type, ttlSeconds, absolute(content));
    case 'CAA': {
      const parts = parseCaa(content);
      return { name, type, text: parts === null ? content : formatCaa(parts), ttlSeconds };
    }
    default:
  }
  return { name, type, text: priorityText(record) + content, ttlSeconds };
}

/** In front of the data of an MX and of others that have one beside their content. */
function priorityText(record: RecordResponse): string {
  return 'priority' in record && record.priority !== undefined ? `${record.priority} ` : '';
}

/** Quoted strings as they are cut; a bare text, which the API takes too, as one cut at 255. */
function textStrings(name: WantedRecord['name'], content: string): readonly string[] {
  if (content.startsWith('"')) {
    const record = recordFromText(name, 'TXT', 1, content);
    if ('data' in record && record.type === 'TXT') return record.data;
  }
  const octets = Buffer.from(content, 'utf8').toString('latin1');
  const strings: string[] = [];
  for (let i = 0; i < octets.length; i += MAX_STRING) strings.push(octets.slice(i, i + MAX_STRING));
  return strings.length === 0 ? [''] : strings;
}

function caaBody({ type, text }: OpaqueRecord) {
  const data = type === 'CAA' ? parseCaa(text) : null;
  if (data === null) {
    throw new UnsentError('record-unsupported', {
      message: `A record of type ${type} cannot be written at Cloudflare.`,
    });
  }
  return { type: 'CAA' as const, data: { ...data } };
}

function absolute(name: string): string {
  return name === '.' || name === '' ? '.' : name.endsWith('.') ? name : `${name}.`;
}
