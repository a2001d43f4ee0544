import { type IpText, ipFromBytes } from './ip.ts';
import type { DomainName } from './name.ts';
import { type DnsRecord, quoteCharacterString, type Rdata, type RrType } from './record.ts';
import type { WireRecord } from './wire.ts';
import { heldName, malformed, readName, skipName } from './wire-name.ts';
import type { ZoneLine } from './zone-rdata.ts';

/** Numbers of the record types that have a name here (IANA, "Domain Name System Parameters"). */
const TYPE_NUMBERS = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  HINFO: 13,
  MX: 15,
  TXT: 16,
  RP: 17,
  AFSDB: 18,
  AAAA: 28,
  LOC: 29,
  SRV: 33,
  NAPTR: 35,
  DNAME: 39,
  DS: 43,
  SSHFP: 44,
  RRSIG: 46,
  NSEC: 47,
  DNSKEY: 48,
  NSEC3: 50,
  NSEC3PARAM: 51,
  TLSA: 52,
  CDS: 59,
  CDNSKEY: 60,
  SVCB: 64,
  HTTPS: 65,
  SPF: 99,
  CAA: 257,
} as const;

const TYPE_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(TYPE_NUMBERS).map(([name, number]) => [number, name]),
);

/** The number of a modelled type. */
export function numberOfType(type: RrType): number {
  return TYPE_NUMBERS[type];
}

/** The number of any type by name, `TYPE257` too (RFC 3597 §5); null if there is no such name. */
export function typeNumber(name: string): number | null {
  const upper = name.toUpperCase();
  for (const [known, number] of Object.entries(TYPE_NUMBERS)) if (known === upper) return number;
  const generic = /^TYPE([0-9]{1,5})$/.exec(upper);
  const number = Number(generic?.[1] ?? 65_536);
  return number <= 65_535 ? number : null;
}

/** `CAA`, or `TYPE257` for a number without a name here. */
export function typeName(number: number): string {
  return TYPE_NAMES.get(number) ?? `TYPE${number}`;
}

/** A name for use as a DomainName; null for the root and for names with octets that no DomainName holds. */
function nameAt(message: Buffer, offset: number, end: number): DomainName | null {
  if (skipName(message, offset) > end) throw malformed('a name leaves its record');
  return heldName(readName(message, offset));
}

type RdataReader<T extends RrType> = (message: Buffer, start: number, end: number) => Rdata[T] | null;

const READERS: { readonly [T in RrType]: RdataReader<T> } = {
  A: (message, start, end) => address(message, start, end, 4),
  AAAA: (message, start, end) => address(message, start, end, 16),
  MX: readMx,
  TXT: readStrings,
  NS: nameAt,
  PTR: nameAt,
  CNAME: nameAt,
};

/**
 * The data of a record of a modelled type, or null when it names what nobody can look up (an MX or PTR with a dot
 * inside a label, say). Throws on malformed data.
 */
export function readData<T extends RrType>(message: Buffer, record: WireRecord, type: T): Rdata[T] | null {
  return READERS[type](message, record.start, record.end);
}

/** Any record: modelled types with their data, all others as text. Null when the owner or a name cannot be held. */
export function readRecord(message: Buffer, record: WireRecord): DnsRecord | ZoneLine | null {
  const name = heldName(readName(message, record.ownerAt));
  if (name === null) return null;
  const { ttlSeconds } = record;
  const type = typeName(record.type);
  switch (type) {
    case 'A':
    case 'AAAA':
    case 'MX':
    case 'TXT':
    case 'NS':
    case 'PTR':
    case 'CNAME':
      return modelled(message, record, name, type);
    default:
      return { name, type, ttlSeconds, text: dataText(message, record, type) };
  }
}

function modelled<T extends RrType>(
  message: Buffer,
  record: WireRecord,
  name: DomainName,
  type: T,
): DnsRecord<T> | null {
  const data = readData(message, record, type);
  return data === null ? null : { name, type, data, ttlSeconds: record.ttlSeconds };
}

/**
 * A record as a line of zone text (RFC 1035 §5.1), also where `readRecord` gives null: names that no DomainName holds are
 * written with escapes. Throws on malformed data.
 */
export function recordLine(message: Buffer, record: WireRecord): string {
  const type = typeName(record.type);
  const owner = readName(message, record.ownerAt);
  return `${absolute(owner)} ${record.ttlSeconds} IN ${type} ${lineData(message, record, type)}`;
}

function lineData(message: Buffer, record: WireRecord, type: string): string {
  const { start, end } = record;
  switch (type) {
    case 'A':
    case 'AAAA':
      return address(message, start, end, type === 'A' ? 4 : 16);
    case 'TXT':
      return readStrings(message, start, end).map(quoteCharacterString).join(' ');
    default:
      return dataText(message, record, type);
  }
}

function absolute(name: string): string {
  return name === '.' ? '.' : `${name}.`;
}

/** `min(TTL, MINIMUM)` of an SOA record (RFC 2308 §5). */
export function negativeTtl(message: Buffer, soa: WireRecord): number {
  if (soa.end - soa.start < 22) throw malformed('an SOA is cut off');
  const minimum = message.readUInt32BE(soa.end - 4);
  return Math.min(soa.ttlSeconds, minimum > 0x7fffffff ? 0 : minimum);
}

function address(message: Buffer, start: number, end: number, octets: number): IpText {
  if (end - start !== octets) throw malformed(`an address of ${end - start} octets`);
  const ip = ipFromBytes(message.subarray(start, end));
  if (ip === null) throw malformed('an address of unknown size');
  return ip.text;
}

function readMx(message: Buffer, start: number, end: number): Rdata['MX'] | null {
  if (end - start < 3) throw malformed('an MX is cut off');
  const exchange = message[start + 2] === 0 ? '.' : nameAt(message, start + 2, end);
  return exchange === null ? null : { preference: message.readUInt16BE(start), exchange };
}

function readStrings(message: Buffer, start: number, end: number): readonly string[] {
  if (start === end) return [];
  let at = endOfString(message, start, end);
  // Most records have one string. An array that grew by push has room for sixteen more, for as long as it is cached.
  const strings = [message.toString('latin1', start + 1, at)];
  while (at < end) {
    const next = endOfString(message, at, end);
    strings.push(message.toString('latin1', at + 1, next));
    at = next;
  }
  return strings;
}

function endOfString(message: Buffer, start: number, end: number): number {
  const next = start + 1 + (message[start] ?? 0);
  if (next > end) throw malformed('a character-string leaves its record');
  return next;
}

/** Letters for the parts of record data: 1, 2 and 4 octets, n a name, s a string; at the end: x hex, b base64, q text. */
const DATA_FORMS: ReadonlyMap<string, string> = new Map([
  ['NS', 'n'],
  ['PTR', 'n'],
  ['CNAME', 'n'],
  ['MX', '2n'],
  ['SOA', 'nn44444'],
  ['SRV', '222n'],
  ['NAPTR', '22sssn'],
  ['DNAME', 'n'],
  ['AFSDB', '2n'],
  ['RP', 'nn'],
  ['HINFO', 'ss'],
  ['CAA', '1tq'],
  ['DS', '211x'],
  ['CDS', '211x'],
  ['DNSKEY', '211b'],
  ['CDNSKEY', '211b'],
  ['SSHFP', '11x'],
  ['TLSA', '111x'],
]);

/** Record data in zone-file form; RFC 3597 §5 for types whose form is not known here. */
function dataText(message: Buffer, record: WireRecord, type: string): string {
  const { start, end } = record;
  const form = DATA_FORMS.get(type);
  if (form === undefined) {
    const hex = message.toString('hex', start, end);
    return hex === '' ? '\\# 0' : `\\# ${end - start} ${hex}`;
  }
  let at = start;
  const words: string[] = [];
  for (const part of form) {
    const [word, next] = dataWord(message, part, at, end);
    if (next > end) throw malformed(`${type} data is cut off`);
    words.push(word);
    at = next;
  }
  return words.join(' ');
}

function dataWord(message: Buffer, part: string, at: number, end: number): readonly [string, number] {
  switch (part) {
    case 'n':
      return [absolute(readName(message, at)), skipName(message, at)];
    case 's':
    case 't': {
      const next = at + 1 + (message[at] ?? 0);
      const text = message.toString('latin1', at + 1, Math.min(next, end));
      return [part === 's' ? quoteCharacterString(text) : text, next];
    }
    case 'q':
      return [quoteCharacterString(message.toString('latin1', at, end)), end];
    case 'x':
      return [message.toString('hex', at, end), end];
    case 'b':
      return [message.toString('base64', at, end), end];
    default: {
      const octets = Number(part);
      if (at + octets > end) throw malformed('a number is cut off');
      return [String(message.readUIntBE(at, octets)), at + octets];
    }
  }
}
