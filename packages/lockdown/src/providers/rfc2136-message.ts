import { type DomainName, parseIp, typeNumber, UnsentError } from '@unsent/dns';
import { caaOctets } from '../caa.ts';
import type { SetChange } from '../sets.ts';
import { isModelled, type WantedRecord } from '../zone.ts';

const CLASS_IN = 1;
const CLASS_NONE = 254;
const CLASS_ANY = 255;
const TYPE_SOA = 6;
const TYPE_ANY = 255;
const TYPE_AXFR = 252;
const OPCODE_UPDATE = 5;

/** A question that a primary answers about itself: its SOA, or the whole zone (RFC 5936). */
export function encodeQuestion(id: number, name: DomainName, type: 'SOA' | 'AXFR'): Buffer {
  const question = fixed(name, type === 'SOA' ? TYPE_SOA : TYPE_AXFR, CLASS_IN);
  return Buffer.concat([header(id, 0, [1, 0, 0, 0]), question]);
}

/**
 * One UPDATE message (RFC 2136): each set of `sets` becomes what it should be, on condition that it still is what it
 * was and that names that were free are free (§2.4): compare-and-swap, all or nothing.
 */
export function encodeUpdate(
  id: number,
  zone: DomainName,
  sets: readonly SetChange[],
  freeNames: ReadonlySet<DomainName>,
): Buffer {
  const prerequisites = [...freeNames].map(nameIsFree).concat(sets.flatMap((set) => setIsAsBefore(set, freeNames)));
  const updates = sets.flatMap(setBecomes);
  return Buffer.concat([
    header(id, OPCODE_UPDATE, [1, prerequisites.length, updates.length, 0]),
    fixed(zone, TYPE_SOA, CLASS_IN),
    ...prerequisites,
    ...updates,
  ]);
}

/** A name without compression (RFC 1035 §3.1); '.' is the root. */
export function encodeName(name: DomainName | '.'): Buffer {
  if (name === '.') return Buffer.of(0);
  const labels = name.split('.').map((label) => Buffer.from(label, 'latin1'));
  return Buffer.concat([...labels.flatMap((label) => [Buffer.of(label.length), label]), Buffer.of(0)]);
}

/** RFC 2136 §2.4.5: name is not in use. Otherwise a record added beside a new CNAME would be dropped in silence (§3.4.2.2). */
function nameIsFree(name: DomainName): Buffer {
  return resource(name, TYPE_ANY, CLASS_NONE, 0, Buffer.alloc(0));
}

/** RFC 2136 §2.4.2 and §2.4.3: the set holds exactly these data, or does not exist. */
function setIsAsBefore({ name, type, before }: SetChange, freeNames: ReadonlySet<DomainName>): readonly Buffer[] {
  if (freeNames.has(name)) return [];
  const number = numberOf(type);
  if (before.length === 0) return [resource(name, number, CLASS_NONE, 0, Buffer.alloc(0))];
  return before.map((record) => resource(name, number, CLASS_IN, 0, encodeData(record)));
}

/** RFC 2136 §2.5.2 and §2.5.1: away with the set, and here is the new one, in the same transaction. */
function setBecomes({ name, type, after }: SetChange): readonly Buffer[] {
  const number = numberOf(type);
  const away = resource(name, number, CLASS_ANY, 0, Buffer.alloc(0));
  return [away, ...after.map((record) => resource(name, number, CLASS_IN, record.ttlSeconds, encodeData(record)))];
}

function encodeData(record: WantedRecord): Buffer {
  if (!isModelled(record)) return encodeOpaque(record.type, record.text);
  switch (record.type) {
    case 'A':
    case 'AAAA':
      return encodeAddress(record.data);
    case 'MX':
      return Buffer.concat([uint16(record.data.preference), encodeName(record.data.exchange)]);
    case 'TXT':
      return Buffer.concat(
        record.data.map((text) => Buffer.concat([Buffer.of(text.length), Buffer.from(text, 'latin1')])),
      );
    case 'NS':
    case 'PTR':
    case 'CNAME':
      return encodeName(record.data);
  }
}

function encodeAddress(text: string): Buffer {
  const ip = parseIp(text);
  if (ip === null) throw new RangeError(`no address: ${text}`);
  const octets = Buffer.alloc(16);
  for (const [i, word] of [ip.w0, ip.w1, ip.w2, ip.w3].entries()) octets.writeUInt32BE(word >>> 0, i * 4);
  return octets.subarray(0, ip.family === 4 ? 4 : 16);
}

/** CAA is the one type of its kind that a plan touches; others are taken in the form of RFC 3597 §5. */
function encodeOpaque(type: string, text: string): Buffer {
  const octets = type === 'CAA' ? caaOctets(text) : null;
  if (octets !== null) return Buffer.from(octets);
  const hex = /^\\# \d+ ?([0-9a-f ]*)$/i.exec(text)?.[1];
  if (hex !== undefined) return Buffer.from(hex.replaceAll(' ', ''), 'hex');
  throw new UnsentError('record-unsupported', { message: `A record of type ${type} cannot be written: ${text}` });
}

function resource(name: DomainName, type: number, of: number, ttlSeconds: number, data: Buffer): Buffer {
  const ttl = Buffer.alloc(4);
  ttl.writeUInt32BE(ttlSeconds);
  return Buffer.concat([fixed(name, type, of), ttl, uint16(data.length), data]);
}

function fixed(name: DomainName, type: number, of: number): Buffer {
  return Buffer.concat([encodeName(name), uint16(type), uint16(of)]);
}

function header(id: number, opcode: number, counts: readonly [number, number, number, number]): Buffer {
  return Buffer.concat([uint16(id), uint16(opcode << 11), ...counts.map(uint16)]);
}

function numberOf(type: string): number {
  const number = typeNumber(type);
  if (number === null)
    throw new UnsentError('record-unsupported', { message: `Records of type ${type} cannot be written.` });
  return number;
}

/** Two octets, network order. */
export function uint16(value: number): Buffer {
  const octets = Buffer.alloc(2);
  octets.writeUInt16BE(value);
  return octets;
}
