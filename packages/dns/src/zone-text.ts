import type { DomainName } from './name.ts';
import { type DnsRecord, rdataText } from './record.ts';
import { parseSoa } from './soa.ts';
import { parseTtl } from './ttl.ts';
import { readRdata, type ZoneLine, zoneName } from './zone-rdata.ts';
import { type ZoneEntry, zoneEntries, zoneTextError } from './zone-tokens.ts';

export type ZoneText = {
  readonly records: readonly DnsRecord[];
  /** Everything else, the SOA among it, in the order of the text. */
  readonly others: readonly ZoneLine[];
  /** How long a negative answer may be kept (RFC 2308 §5): the lower of the SOA's TTL and minimum; 0 without an SOA. */
  readonly negativeTtlSeconds: number;
};

export type ZoneTextOptions = {
  /** What `@` and relative names stand for until an `$ORIGIN`. */
  readonly origin: DomainName;
  /** The TTL of records that state none before any `$TTL`. Default 3600. */
  readonly ttlSeconds?: number;
};

type State = {
  /** Empty for the root. */
  origin: string;
  owner: DomainName | null;
  defaultTtlSeconds: number | null;
  lastTtlSeconds: number;
};

/**
 * Reads zone text (RFC 1035 §5): $ORIGIN, $TTL, `@`, relative names, parentheses, comments, quoted strings.
 *
 * Throws an UnsentError 'zone-text' that names the line. $INCLUDE and $GENERATE are refused: nothing is read from disk.
 */
export function parseZoneText(text: string, options: ZoneTextOptions): ZoneText {
  const records: DnsRecord[] = [];
  const others: ZoneLine[] = [];
  const state: State = {
    origin: options.origin,
    owner: null,
    defaultTtlSeconds: null,
    lastTtlSeconds: options.ttlSeconds ?? 3600,
  };
  for (const entry of zoneEntries(text)) {
    if (takeDirective(entry, state)) continue;
    const record = readRecord(entry, state);
    if ('data' in record) records.push(record);
    else others.push(record);
  }
  return { records, others, negativeTtlSeconds: negativeTtlOf(others) };
}

/** One line a record, names absolute: `mail.example.com. 3600 IN A 192.0.2.1`. `parseZoneText` reads the same back. */
export function formatZoneText(records: Iterable<DnsRecord | ZoneLine>): string {
  let text = '';
  for (const record of records) {
    const data = 'data' in record ? rdataText(record) : record.text;
    text += `${record.name}. ${record.ttlSeconds} IN ${record.type} ${data}\n`;
  }
  return text;
}

/**
 * A record from its parts, the data as zone text with absolute names: how name servers' interfaces hand records over.
 * Throws 'zone-text' if the data does not fit the type.
 */
export function recordFromText(name: DomainName, type: string, ttlSeconds: number, text: string): DnsRecord | ZoneLine {
  const [entry, more] = zoneEntries(text);
  if (more !== undefined) throw zoneTextError(more.line, 'the data of one record goes over several lines');
  return readRdata({ line: 1, tokens: entry?.tokens ?? [] }, { name, type: type.toUpperCase(), ttlSeconds }, '');
}

/** True if the entry was a directive, which `state` now holds. */
function takeDirective(entry: ZoneEntry, state: State): boolean {
  const [first, value] = entry.tokens;
  if (first === undefined || first.quoted || !first.text.startsWith('$')) return false;
  switch (first.text.toUpperCase()) {
    case '$ORIGIN':
      state.origin = value?.text === '.' ? '' : zoneName(entry, value, state.origin);
      return true;
    case '$TTL': {
      const ttlSeconds = value === undefined ? null : parseTtl(value.text);
      if (ttlSeconds === null) throw zoneTextError(entry.line, `"${value?.text ?? ''}" is no TTL`);
      state.defaultTtlSeconds = ttlSeconds;
      return true;
    }
    default:
      throw zoneTextError(
        entry.line,
        `the directive ${first.text} is not understood`,
        'Only $ORIGIN and $TTL are; write the records out.',
      );
  }
}

function readRecord(entry: ZoneEntry, state: State): DnsRecord | ZoneLine {
  const { line, tokens } = entry;
  let at = 0;
  if (!entry.inheritsOwner) state.owner = zoneName(entry, tokens[at++], state.origin);
  const name = state.owner;
  if (name === null) throw zoneTextError(line, 'the first record has no name');
  let ttlSeconds: number | null = null;
  let hasClass = false;
  // RFC 1035 §5.1: TTL and class, both optional, in either order.
  for (; at < tokens.length; at++) {
    const word = tokens[at]?.text ?? '';
    if (!hasClass && word.toUpperCase() === 'IN') hasClass = true;
    else if (ttlSeconds === null && parseTtl(word) !== null) ttlSeconds = parseTtl(word);
    else break;
  }
  if (ttlSeconds !== null) state.lastTtlSeconds = ttlSeconds;
  const type = tokens[at]?.text.toUpperCase() ?? '';
  if (!/^[A-Z][A-Z0-9-]*$/.test(type) || type === 'CH' || type === 'HS')
    throw zoneTextError(line, `"${tokens[at]?.text ?? ''}" is no record type`, 'A line is: NAME TTL IN TYPE DATA.');
  // RFC 2308 §4: $TTL; before it, the last TTL that was stated.
  const ttl = ttlSeconds ?? state.defaultTtlSeconds ?? state.lastTtlSeconds;
  return readRdata({ line, tokens: tokens.slice(at + 1) }, { name, type, ttlSeconds: ttl }, state.origin);
}

function negativeTtlOf(lines: readonly ZoneLine[]): number {
  const line = lines.find(({ type }) => type === 'SOA');
  const soa = line === undefined ? null : parseSoa(line.text);
  return line === undefined || soa === null ? 0 : Math.min(line.ttlSeconds, soa.minimumSeconds);
}
