import type { DomainName } from './name.ts';
import type { Rdata, RrType } from './record.ts';
import { type Answer, type FailedAnswer, lowerTtl, MAX_CNAMES } from './resolver.ts';
import { extendedRcode, readHeader, readRecords, type WireHeader, type WireRecord } from './wire.ts';
import { nameIs } from './wire-name.ts';
import { negativeTtl, numberOfType, readData } from './wire-rdata.ts';

/** What a response says about a question. */
export type Reading<T extends RrType> =
  | { readonly kind: 'answer'; readonly answer: Answer<T> }
  /** CNAMEs lead to `target`, and the response says no more: ask on. `ttlSeconds` is the lowest of theirs. */
  | { readonly kind: 'follow'; readonly target: DomainName; readonly ttlSeconds: number }
  /** The server points to others (RFC 2308 §2.2.1): it is not authoritative, and does not recurse. */
  | { readonly kind: 'referral' };

const CNAME = 5;
const NS = 2;
const SOA = 6;
const CLASS_IN = 1;

/**
 * Reads a response with rcode 0 or 3. CNAMEs inside the answer section are followed in whatever order they stand.
 * Throws on octets that are no DNS message.
 */
export function readAnswer<T extends RrType>(message: Buffer, name: DomainName, type: T): Reading<T> {
  const header = readHeader(message);
  const answers: WireRecord[] = [];
  const authorityStart = readRecords(message, header.recordsStart, header.answerCount, answers);
  const wanted = numberOfType(type);
  let owner: DomainName = name;
  let chainTtl = Number.POSITIVE_INFINITY;
  for (let step = 0; step <= MAX_CNAMES; step++) {
    const found = recordsOf(message, answers, owner, type, wanted);
    if (found !== null) return { kind: 'answer', answer: lowerTtl(found, chainTtl) };
    const alias = answers.find((record) => owns(message, record, owner, CNAME));
    if (alias === undefined) return readNegative(message, header, authorityStart, name, owner, chainTtl);
    const target = readData(message, alias, 'CNAME');
    if (target === null) return { kind: 'answer', answer: { kind: 'nodata', ttlSeconds: 0 } };
    owner = target;
    chainTtl = Math.min(chainTtl, alias.ttlSeconds);
  }
  return {
    kind: 'answer',
    answer: { kind: 'failure', cause: 'servfail', detail: `more than ${MAX_CNAMES} CNAMEs from ${name}` },
  };
}

/** The records of `owner` with the type asked for; null when there are none. */
function recordsOf<T extends RrType>(
  message: Buffer,
  answers: readonly WireRecord[],
  owner: string,
  type: T,
  wanted: number,
): Answer<T> | null {
  let ttlSeconds = Number.POSITIVE_INFINITY;
  let data: Rdata[T][] | null = null;
  for (const record of answers) {
    if (!owns(message, record, owner, wanted)) continue;
    ttlSeconds = Math.min(ttlSeconds, record.ttlSeconds);
    const one = readData(message, record, type);
    if (one === null) continue;
    // Not by push for the first, and mostly only one: the array would have room for sixteen more.
    if (data === null) data = [one];
    else data.push(one);
  }
  if (ttlSeconds === Number.POSITIVE_INFINITY) return null;
  // Only names that nobody can look up: as good as none.
  return data === null ? { kind: 'nodata', ttlSeconds } : { kind: 'records', data, ttlSeconds };
}

function owns(message: Buffer, record: WireRecord, owner: string, type: number): boolean {
  return record.type === type && record.class === CLASS_IN && nameIs(message, record.ownerAt, owner);
}

function readNegative<T extends RrType>(
  message: Buffer,
  header: WireHeader,
  authorityStart: number,
  name: DomainName,
  owner: DomainName,
  chainTtl: number,
): Reading<T> {
  const authority: WireRecord[] = [];
  const additional: WireRecord[] = [];
  const additionalStart = readRecords(message, authorityStart, header.authorityCount, authority);
  readRecords(message, additionalStart, header.additionalCount, additional);
  const extended = extendedRcode(message, additional);
  if (extended !== 0) return { kind: 'answer', answer: rcodeFailure((extended << 4) | header.rcode) };
  const soa = authority.find((record) => record.type === SOA && record.class === CLASS_IN);
  const ttlSeconds = soa === undefined ? 0 : Math.min(negativeTtl(message, soa), chainTtl);
  // RFC 6604 §3: after CNAMEs the rcode speaks of the last name.
  if (header.rcode === 3) return { kind: 'answer', answer: { kind: 'nxdomain', ttlSeconds } };
  if (soa === undefined && owner !== name) return { kind: 'follow', target: owner, ttlSeconds: chainTtl };
  const pointsElsewhere = soa === undefined && authority.some((record) => record.type === NS);
  if (pointsElsewhere && !header.isAuthoritative && !header.isRecursionAvailable) return { kind: 'referral' };
  return { kind: 'answer', answer: { kind: 'nodata', ttlSeconds } };
}

/** What an rcode other than 0 and 3 means. */
export function rcodeFailure(rcode: number): FailedAnswer {
  return rcode === 5
    ? { kind: 'failure', cause: 'refused', detail: 'REFUSED' }
    : { kind: 'failure', cause: 'servfail', detail: RCODE_NAMES.get(rcode) ?? `rcode ${rcode}` };
}

const RCODE_NAMES: ReadonlyMap<number, string> = new Map([
  [1, 'FORMERR'],
  [2, 'SERVFAIL'],
  [4, 'NOTIMP'],
  [9, 'NOTAUTH'],
  [16, 'BADVERS'],
]);
