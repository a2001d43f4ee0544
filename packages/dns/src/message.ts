import { rcodeFailure } from './answer.ts';
import type { DnsRecord } from './record.ts';
import type { FailedAnswer } from './resolver.ts';
import { extendedRcode, readHeader, readRecords, type WireRecord } from './wire.ts';
import { readRecord } from './wire-rdata.ts';
import type { ZoneLine } from './zone-rdata.ts';

/** A whole response, for questions that go beyond a `Resolver`: SOA, DS, referrals, glue. */
export type DnsMessage = {
  readonly kind: 'message';
  readonly isNxdomain: boolean;
  readonly isAuthoritative: boolean;
  readonly answers: readonly (DnsRecord | ZoneLine)[];
  /** In a referral, the NS records of the child; in a negative answer, the SOA. */
  readonly authority: readonly (DnsRecord | ZoneLine)[];
  readonly additional: readonly (DnsRecord | ZoneLine)[];
};

const CLASS_IN = 1;
const TYPE_OPT = 41;

/** Reads a response with rcode 0 or 3. Throws on octets that are no DNS message. */
export function readMessage(message: Buffer): DnsMessage | FailedAnswer {
  const header = readHeader(message);
  const sections: [WireRecord[], WireRecord[], WireRecord[]] = [[], [], []];
  let at = readRecords(message, header.recordsStart, header.answerCount, sections[0]);
  at = readRecords(message, at, header.authorityCount, sections[1]);
  readRecords(message, at, header.additionalCount, sections[2]);
  const extended = extendedRcode(message, sections[2]);
  if (extended !== 0) return rcodeFailure((extended << 4) | header.rcode);
  const [answers, authority, additional] = sections.map((records) =>
    records
      .filter((record) => record.class === CLASS_IN && record.type !== TYPE_OPT)
      .map((record) => readRecord(message, record))
      .filter((record) => record !== null),
  );
  return {
    kind: 'message',
    isNxdomain: header.rcode === 3,
    isAuthoritative: header.isAuthoritative,
    answers: answers ?? [],
    authority: authority ?? [],
    additional: additional ?? [],
  };
}
