import type { DomainName } from './name.ts';
import { malformed, skipName } from './wire-name.ts';

/**
 * DNS messages as octets (RFC 1035 §4). These functions throw a plain Error on octets that are no message: the client
 * catches it and answers 'malformed'.
 */

/** Where a record lies in its message. */
export type WireRecord = {
  /** Where its owner name begins. */
  readonly ownerAt: number;
  readonly type: number;
  readonly class: number;
  readonly ttlSeconds: number;
  /** The data is `message[start, end)`. */
  readonly start: number;
  readonly end: number;
};

/** The header of a response, and where its records begin. */
export type WireHeader = {
  readonly rcode: number;
  readonly isAuthoritative: boolean;
  readonly isTruncated: boolean;
  readonly isRecursionAvailable: boolean;
  readonly answerCount: number;
  readonly authorityCount: number;
  readonly additionalCount: number;
  readonly recordsStart: number;
};

export type WireQuestion = {
  readonly name: DomainName;
  readonly type: number;
  /** Sets RD: a recursive server is asked. */
  readonly isRecursive: boolean;
};

const HEADER_OCTETS = 12;
const OPT_OCTETS = 11;
const TYPE_OPT = 41;
const CLASS_IN = 1;
/** What fits an Ethernet frame over IPv6 without fragments: fragments can be forged and get lost (DNS flag day 2020). */
const EDNS_PAYLOAD_OCTETS = 1232;
const DOT = 0x2e;

/**
 * A query with one question; the id goes in front later, with `setId`. `hasEdns` announces EDNS (RFC 6891), which some
 * old servers cannot bear.
 */
export function encodeQuery(question: WireQuestion, hasEdns: boolean): Buffer {
  const { name } = question;
  const questionEnd = HEADER_OCTETS + name.length + 2 + 4;
  const message = Buffer.allocUnsafe(hasEdns ? questionEnd + OPT_OCTETS : questionEnd);
  message.fill(0, 0, HEADER_OCTETS);
  message[2] = question.isRecursive ? 1 : 0;
  message[5] = 1;
  message[11] = hasEdns ? 1 : 0;
  let lengthAt = HEADER_OCTETS;
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    message[HEADER_OCTETS + 1 + i] = code;
    if (code !== DOT) continue;
    message[lengthAt] = HEADER_OCTETS + i - lengthAt;
    lengthAt = HEADER_OCTETS + 1 + i;
  }
  message[lengthAt] = HEADER_OCTETS + name.length - lengthAt;
  let at = HEADER_OCTETS + name.length + 1;
  message[at] = 0;
  at = message.writeUInt16BE(question.type, at + 1);
  at = message.writeUInt16BE(CLASS_IN, at);
  if (hasEdns) {
    message.fill(0, at);
    message[at + 2] = TYPE_OPT;
    message.writeUInt16BE(EDNS_PAYLOAD_OCTETS, at + 3);
  }
  return message;
}

export function setId(message: Buffer, id: number): void {
  message[0] = id >>> 8;
  message[1] = id & 255;
}

/** The id of a message of two octets or more. */
export function idOf(message: Buffer): number {
  return ((message[0] ?? 0) << 8) | (message[1] ?? 0);
}

/**
 * True if `message` is a response to `query`: same opcode and same question, names compared without case (RFC 5452 §9.1).
 * The caller has compared the ids. A server that rejects a query may leave the question out.
 */
export function answersQuery(message: Buffer, query: Buffer): boolean {
  if (message.length < HEADER_OCTETS) return false;
  const flags = message[2] ?? 0;
  if ((flags & 0xf8) !== 0x80) return false; // QR set, opcode QUERY
  if (message[4] !== 0 || (message[5] ?? 0) > 1) return false;
  if (message[5] === 0) return isErrorRcode((message[3] ?? 0) & 15);
  const questionEnd = query.length - (query[11] === 1 ? OPT_OCTETS : 0);
  if (message.length < questionEnd) return false;
  // The lengths of labels are below 64 and letters above: folding never touches a length. Type and class: as they are.
  for (let i = HEADER_OCTETS; i < questionEnd - 4; i++) {
    const octet = message[i] ?? 0;
    const folded = octet >= 0x41 && octet <= 0x5a ? octet | 0x20 : octet;
    if (folded !== query[i]) return false;
  }
  for (let i = questionEnd - 4; i < questionEnd; i++) if (message[i] !== query[i]) return false;
  return true;
}

function isErrorRcode(rcode: number): boolean {
  return rcode !== 0 && rcode !== 3;
}

/** The header of a message that `answersQuery`. */
export function readHeader(message: Buffer): WireHeader {
  const high = message[2] ?? 0;
  const low = message[3] ?? 0;
  return {
    rcode: low & 15,
    isAuthoritative: (high & 4) !== 0,
    isTruncated: (high & 2) !== 0,
    isRecursionAvailable: (low & 0x80) !== 0,
    answerCount: message.readUInt16BE(6),
    authorityCount: message.readUInt16BE(8),
    additionalCount: message.readUInt16BE(10),
    recordsStart: message[5] === 0 ? HEADER_OCTETS : skipName(message, HEADER_OCTETS) + 4,
  };
}

/** Reads `count` records from `start`; pushes them to `records` and returns where the next section begins. */
export function readRecords(message: Buffer, start: number, count: number, records: WireRecord[]): number {
  let at = start;
  for (let i = 0; i < count; i++) {
    const fixed = skipName(message, at);
    if (fixed + 10 > message.length) throw malformed('a record is cut off');
    const dataStart = fixed + 10;
    const end = dataStart + message.readUInt16BE(fixed + 8);
    if (end > message.length) throw malformed('record data is cut off');
    const ttl = message.readUInt32BE(fixed + 4);
    records.push({
      ownerAt: at,
      type: message.readUInt16BE(fixed),
      class: message.readUInt16BE(fixed + 2),
      ttlSeconds: ttl > 0x7fffffff ? 0 : ttl, // RFC 2181 §8
      start: dataStart,
      end,
    });
    at = end;
  }
  return at;
}

/**
 * The upper eight bits of the rcode, from the OPT record among `additional` (RFC 6891 §6.1.3); 0 without one.
 * BADVERS looks like an empty good answer to whoever reads the header alone.
 */
export function extendedRcode(message: Buffer, additional: readonly WireRecord[]): number {
  const opt = additional.find((record) => record.type === TYPE_OPT);
  return opt === undefined ? 0 : (message[opt.start - 6] ?? 0);
}
