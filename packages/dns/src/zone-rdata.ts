import { parseIpText } from './ip.ts';
import { type DomainName, parseDomainName } from './name.ts';
import type { DnsRecord } from './record.ts';
import { unescapeZoneText, type ZoneToken, zoneTextError } from './zone-tokens.ts';

/** A record of a type that is not modelled, kept as text so that nothing of a zone is lost. */
export type ZoneLine = {
  readonly name: DomainName;
  /** In capitals: `CAA`, `SRV`, `TYPE65534`. */
  readonly type: string;
  readonly ttlSeconds: number;
  /** Record data in zone-file form; names in it are absolute, with their trailing dot. */
  readonly text: string;
};

/** Which words of the data are names (RFC 1035 §3.3, 2782, 6672, 3403, 9460 and older): they are made absolute. */
const NAME_POSITIONS: ReadonlyMap<string, readonly number[]> = new Map([
  ['SOA', [0, 1]],
  ['SRV', [3]],
  ['DNAME', [0]],
  ['NAPTR', [5]],
  ['SVCB', [1]],
  ['HTTPS', [1]],
  ['AFSDB', [1]],
  ['KX', [1]],
  ['RT', [1]],
  ['RP', [0, 1]],
  ['MINFO', [0, 1]],
  ['NSEC', [0]],
  ['RRSIG', [7]],
]);

/** The words of an entry, or what is left of them, and where it stands. */
type Words = { readonly line: number; readonly tokens: readonly ZoneToken[] };

type Head = { readonly name: DomainName; readonly type: string; readonly ttlSeconds: number };

/**
 * Reads the data of one record; relative names are below `origin` (empty: the root). Throws 'zone-text'.
 */
export function readRdata(words: Words, head: Head, origin: string): DnsRecord | ZoneLine {
  const { name, type, ttlSeconds } = head;
  const { line, tokens } = words;
  // The branches below look alike and are not: each narrows `type`, so that type and data stay in step.
  const [first] = tokens;
  if (first === undefined) throw zoneTextError(line, `the ${type} record has no data`);
  switch (type) {
    case 'A':
    case 'AAAA': {
      expectWords(words, type, 1);
      const data = parseIpText(first.text, type === 'A' ? 4 : 6);
      if (data === null) throw zoneTextError(line, `"${first.text}" is no IPv${type === 'A' ? 4 : 6} address`);
      return type === 'A' ? { name, type, data, ttlSeconds } : { name, type, data, ttlSeconds };
    }
    case 'MX':
      expectWords(words, type, 2);
      return { name, type, data: readMx(words, origin), ttlSeconds };
    case 'TXT':
      return { name, type, data: tokens.map((word) => characterString(line, word)), ttlSeconds };
    case 'NS':
    case 'PTR':
    case 'CNAME': {
      expectWords(words, type, 1);
      const data = zoneName(words, first, origin);
      if (type === 'NS') return { name, type, data, ttlSeconds };
      return type === 'PTR' ? { name, type, data, ttlSeconds } : { name, type, data, ttlSeconds };
    }
    default:
      return { name, type, ttlSeconds, text: opaqueText(words, type, origin) };
  }
}

/** The name that a word stands for: `@`, relative or absolute. Throws 'zone-text' for what is no name, and the root. */
export function zoneName(entry: { readonly line: number }, word: ZoneToken | undefined, origin: string): DomainName {
  if (word === undefined) throw zoneTextError(entry.line, 'a name is missing');
  const absolute = absoluteName(entry.line, word.text, origin);
  // Escapes are undone where the name can be held without them; a dot inside a label cannot.
  const hasDotInLabel = /\\(\.|046)/.test(absolute);
  const plain = absolute.includes('\\') ? unescapeZoneText(absolute) : absolute;
  const name = plain === null || hasDotInLabel ? null : parseDomainName(plain);
  if (name === null) throw zoneTextError(entry.line, `"${word.text}" is no domain name`);
  return name;
}

function expectWords(words: Words, type: string, count: number): void {
  const { length } = words.tokens;
  if (length !== count) throw zoneTextError(words.line, `${type} data has ${length} words instead of ${count}`);
}

function readMx(words: Words, origin: string): { preference: number; exchange: DomainName | '.' } {
  const [number, exchange] = words.tokens;
  const preference = /^[0-9]{1,5}$/.test(number?.text ?? '') ? Number(number?.text) : 65_536;
  if (preference > 65_535) throw zoneTextError(words.line, `"${number?.text ?? ''}" is no MX preference`);
  // RFC 7505 §3: a lone dot is the null MX.
  return { preference, exchange: exchange?.text === '.' ? '.' : zoneName(words, exchange, origin) };
}

function characterString(line: number, word: ZoneToken): string {
  const octets = unescapeZoneText(word.text);
  if (octets === null)
    throw zoneTextError(line, 'a bad escape', 'Write \\ and three digits up to 255, or \\ and a character.');
  if (octets.length > 255)
    throw zoneTextError(
      line,
      `a character-string of ${octets.length} octets; 255 is the most`,
      'Cut it: "first part" "second part". Readers join them without a space.',
    );
  return octets;
}

function opaqueText(words: Words, type: string, origin: string): string {
  const names = NAME_POSITIONS.get(type) ?? [];
  const isGeneric = words.tokens[0]?.text === '\\#'; // RFC 3597 §5
  return words.tokens
    .map(({ text, quoted }, i) => {
      if (quoted) return `"${text}"`;
      return names.includes(i) && !isGeneric ? absoluteName(words.line, text, origin) : text;
    })
    .join(' ');
}

/** As text: a name inside opaque data, the RNAME of an SOA say, may hold an escaped dot, which no DomainName can. */
function absoluteName(line: number, text: string, origin: string): string {
  if (text === '') throw zoneTextError(line, 'a name is empty');
  if (text === '@') return `${origin}.`;
  if (/(^|[^\\])(\\\\)*\.$/.test(text)) return text;
  return origin === '' ? `${text}.` : `${text}.${origin}.`;
}
