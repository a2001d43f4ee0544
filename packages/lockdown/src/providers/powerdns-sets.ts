import { type DomainName, parseDomainName, recordFromText, UnsentError } from '@unsent/dns';
import type { SetChange } from '../sets.ts';
import { SERVER_MAINTAINED_TYPES, type ZoneRecord } from '../zone.ts';
import { dataText } from '../zone-text.ts';
import { isUnheldData, parseApiName } from './api-name.ts';

/** A set as the API shows it, checked. */
export type PowerdnsSet = {
  /** Null for a name that no DomainName holds (a space in it: RFC 6763 §4.1.1). */
  readonly name: DomainName | null;
  /** As the API writes it, with its trailing dot. */
  readonly owner: string;
  readonly type: string;
  readonly ttlSeconds: number;
  readonly records: readonly { readonly content: string; readonly disabled: boolean }[];
  readonly comments: readonly Comment[];
};

type Comment = { readonly content: string; readonly account: string; readonly modified_at: number };

/** One entry of a PATCH. */
export type SetPatch = {
  readonly name: string;
  readonly type: string;
  readonly ttl: number;
  readonly changetype: 'REPLACE' | 'DELETE';
  readonly records: readonly { readonly content: string; readonly disabled: boolean }[];
  readonly comments?: readonly Comment[];
};

/** A record that is kept but not served: nobody's business but PowerDNS's, so a type of its own. */
const DISABLED = ' (disabled)';

/** Names of a zone list. */
export function readZoneNames(body: unknown): readonly DomainName[] {
  if (!Array.isArray(body)) throw unreadable();
  return body.flatMap((zone: unknown) => {
    const name = typeof zone === 'object' && zone !== null && 'name' in zone ? nameOf(zone.name) : null;
    return name === null ? [] : [name];
  });
}

/** The sets of a zone, without those the server maintains. Throws when the reply is not of the API's form. */
export function readSets(body: unknown): readonly PowerdnsSet[] {
  const sets = typeof body === 'object' && body !== null && 'rrsets' in body ? body.rrsets : null;
  if (!Array.isArray(sets)) throw unreadable();
  return sets.map(readSet).filter(({ type }) => !SERVER_MAINTAINED_TYPES.has(type));
}

/** Records with the comments of their set; the id is the place in it. */
export function setsToRecords(sets: readonly PowerdnsSet[]): readonly ZoneRecord[] {
  return sets.flatMap(({ name, type, ttlSeconds, records, comments }) =>
    records.flatMap(({ content, disabled }): readonly ZoneRecord[] => {
      if (name === null || isUnheldData(type, content)) return [];
      const comment = comments.length === 0 ? null : JSON.stringify(comments);
      const meta = { comment, tags: [], proxied: false, settings: null, id: `${name} ${type} ${content}` };
      if (disabled) return [{ name, type: type + DISABLED, text: content, ttlSeconds, ...meta }];
      return [{ ...recordFromText(name, type, ttlSeconds, content), ...meta }];
    }),
  );
}

/** Lines of zone text for the records that `setsToRecords` leaves out; nothing is ever written where they stand. */
export function unheldLines(sets: readonly PowerdnsSet[]): readonly string[] {
  return sets.flatMap(({ name, owner, type, ttlSeconds, records }) =>
    records
      .filter(({ content }) => name === null || isUnheldData(type, content))
      .map(({ content, disabled }) => `${disabled ? '; ' : ''}${owner} ${ttlSeconds} IN ${type} ${content}`),
  );
}

/** What makes one set what it should be; disabled records of the set stay in it, and so do its comments. */
export function setPatch({ name, type, after }: SetChange, sets: readonly PowerdnsSet[]): SetPatch {
  const current = sets.find((set) => set.name === name && set.type === type);
  const disabled = current?.records.filter((record) => record.disabled) ?? [];
  const [first] = after;
  const isEmpty = first === undefined && disabled.length === 0;
  const comments = current === undefined ? parseComments(first?.comment ?? null) : null;
  return {
    name: `${name}.`,
    type,
    ttl: first?.ttlSeconds ?? current?.ttlSeconds ?? 3600,
    changetype: isEmpty ? 'DELETE' : 'REPLACE',
    records: [...after.map((record) => ({ content: dataText(record), disabled: false })), ...disabled],
    // Left out, the comments of a set stay. A set that comes back brings its own.
    ...(comments === null ? {} : { comments }),
  };
}

function readSet(set: unknown): PowerdnsSet {
  const { name, type, ttl, records, comments } = objectOf(set);
  if (typeof name !== 'string' || typeof type !== 'string' || typeof ttl !== 'number' || !Array.isArray(records)) {
    throw unreadable();
  }
  return {
    name: parseApiName(name),
    owner: name,
    type,
    ttlSeconds: ttl,
    records: records.map(readRecord),
    comments: Array.isArray(comments) ? comments.map(readComment) : [],
  };
}

function readRecord(record: unknown): PowerdnsSet['records'][number] {
  const { content, disabled } = objectOf(record);
  if (typeof content !== 'string') throw unreadable();
  return { content, disabled: disabled === true };
}

function readComment(comment: unknown): Comment {
  const { content, account, modified_at } = objectOf(comment);
  if (typeof content !== 'string' || typeof account !== 'string' || typeof modified_at !== 'number') throw unreadable();
  return { content, account, modified_at };
}

/** Comments as a snapshot holds them; null when there are none or they are not ours to read. */
function parseComments(text: string | null): readonly Comment[] | null {
  if (text === null) return null;
  const parsed: unknown = JSON.parse(text);
  return Array.isArray(parsed) ? parsed.map(readComment) : null;
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) throw unreadable();
  return Object.fromEntries(Object.entries(value));
}

function nameOf(value: unknown): DomainName | null {
  return typeof value === 'string' ? parseDomainName(value) : null;
}

function unreadable(): UnsentError {
  return new UnsentError('provider-failed', {
    message: 'PowerDNS answered with something that is not its API.',
    hint: 'Does provider.url point at the API of the server?',
  });
}
