import type { CaseFacts } from './case.ts';
import type { DkimResult } from './dkim/verify.ts';
import { isOurs } from './path.ts';
import { type Rule, type Sighting, timeText } from './rule.ts';

const SENT_LOG = 'the sent log';

/** What proves, or disproves, that this very message is ours. */
export const PROOF_RULES: readonly Rule[] = [
  {
    id: 'dkim-verified',
    sentence:
      'A DKIM signature of our domain verifies over the returned headers (and over the body, where it was returned). A signed message can be sent again by others, but the message is ours.',
    strength: 'decisive',
    points: 'genuine',
    test: ({ dkim, sent }) => dkimSighting(dkim.find((one) => isSound(one) && !isStale(one, sent.at))),
  },
  {
    id: 'dkim-stale',
    sentence:
      'A DKIM signature of our domain verifies, but it was made more than two weeks before the message was handed over: somebody may have sent an old message of ours again.',
    strength: 'strong',
    points: 'genuine',
    test: ({ dkim, sent }) => dkimSighting(dkim.find((one) => isSound(one) && isStale(one, sent.at))),
  },
  {
    id: 'dkim-body-differs',
    sentence:
      'A DKIM signature of our domain verifies over the returned headers, but not over the returned body: cut by the reporter, or our headers on top of somebody else’s text.',
    strength: 'strong',
    points: 'genuine',
    test: ({ dkim }) => dkimSighting(dkim.find((one) => one.status === 'verified' && one.body === 'differs')),
  },
  {
    id: 'dkim-failed',
    sentence:
      'A DKIM signature that names our domain does not verify. Not counted, because reporters and lists change headers too.',
    strength: 'weak',
    points: 'backscatter',
    test: ({ dkim }) => {
      const failed = dkim.find((one) => one.status === 'bad-signature');
      if (failed === undefined) return null;
      return { fact: `a signature claims ${failed.domain}, and ${failed.detail}`, seenIn: 'DKIM-Signature' };
    },
  },
  {
    id: 'sent-log-found',
    sentence: 'The Message-ID that was returned or answered is in our sent log.',
    strength: 'decisive',
    points: 'genuine',
    test: ({ sentLog }) =>
      sentLog === null || sentLog.foundAt === null
        ? null
        : { fact: `<${sentLog.messageId}> was sent at ${timeText(sentLog.foundAt)}`, seenIn: SENT_LOG },
  },
  {
    id: 'sent-log-queue-id',
    sentence: 'A returned Received line carries a queue id that our host used in those days.',
    strength: 'strong',
    points: 'genuine',
    test: ({ sentLog }) =>
      sentLog === null || sentLog.queueIdFound === null
        ? null
        : { fact: `queue id ${sentLog.queueIdFound} is ours`, seenIn: SENT_LOG },
  },
  {
    id: 'sent-log-missing',
    sentence:
      'The sent log covers every host of the domain for that time, the Message-ID claims to be made by our own systems, and it is not in the log. Silent where a host of ours handed the message over: then the log has a hole.',
    strength: 'decisive',
    points: 'backscatter',
    test: (facts) => (isMissing(facts) && facts.sentLog?.isIdOurs === true && !leftUs(facts) ? missing(facts) : null),
  },
  {
    id: 'sent-log-missing-other-id',
    sentence:
      'The sent log covers every host of the domain for that time and does not hold the Message-ID; but the id was made by a system that the log does not know, so a service that is not logged may have sent it.',
    strength: 'strong',
    points: 'backscatter',
    test: (facts) => (isMissing(facts) && (facts.sentLog?.isIdOurs !== true || leftUs(facts)) ? missing(facts) : null),
  },
  {
    id: 'batv-valid',
    sentence: 'The address carries a BATV tag that only a holder of our key can have made, and it is of these days.',
    strength: 'decisive',
    points: 'genuine',
    test: (facts) => batv(facts, 'valid', 'carries a valid tag of ours'),
  },
  {
    id: 'batv-expired',
    sentence:
      'The BATV tag was made with our key, but not in these days: a late bounce, or an address collected earlier.',
    strength: 'weak',
    points: 'genuine',
    test: (facts) => batv(facts, 'expired', 'carries a tag of ours that has expired'),
  },
  {
    id: 'batv-invalid',
    sentence: 'The BATV tag names a key of ours, and that key did not make it. Not decisive, because keys get changed.',
    strength: 'strong',
    points: 'backscatter',
    test: (facts) => batv(facts, 'invalid', 'carries a tag that our key did not make'),
  },
  {
    id: 'batv-missing',
    sentence:
      'Every mail of the domain leaves with a BATV tag, and this bounce came to an address without one. Not for automatic answers, which may go to the address in From.',
    strength: 'strong',
    points: 'backscatter',
    test: ({ batv: tag, subject, kind }) => {
      if (tag.status !== 'absent' || kind !== 'bounce' || subject.own?.batvSignsAll !== true) return null;
      return {
        fact: `${subject.address} carries no tag, and ${subject.own.name} tags all mail`,
        seenIn: subject.seenIn,
      };
    },
  },
];

function isSound(one: DkimResult): boolean {
  return one.status === 'verified' && one.body !== 'differs';
}

const STALE_MS = 14 * 86_400_000;

function isStale(one: DkimResult, sentAt: Date): boolean {
  return one.signedAt !== null && sentAt.getTime() - one.signedAt.getTime() > STALE_MS;
}

const BODY_TEXT: Readonly<Record<DkimResult['body'], string>> = {
  matches: 'headers and body verified',
  partly: 'headers and the first part of the body verified (l=)',
  differs: 'headers verified, the body differs',
  absent: 'headers alone verified, the body was not returned',
};

function dkimSighting(one: DkimResult | undefined): Sighting | null {
  if (one === undefined) return null;
  return {
    fact: `signed by ${one.domain}, selector ${one.selector}: ${BODY_TEXT[one.body]}`,
    seenIn: 'DKIM-Signature',
  };
}

function isMissing({ sentLog }: CaseFacts): boolean {
  if (sentLog === null || sentLog.messageId === null || !sentLog.isCovered || !sentLog.claimsUs) return false;
  return sentLog.foundAt === null && sentLog.queueIdFound === null;
}

function leftUs({ path, ownReport }: CaseFacts): boolean {
  return ownReport === 'unclear' || ownReport === 'submitted' || (path !== null && isOurs(path.injection));
}

function missing({ sentLog }: CaseFacts): Sighting {
  return {
    fact: `<${sentLog?.messageId}> (${sentLog?.seenIn}) is not in the log, which covers that time`,
    seenIn: SENT_LOG,
  };
}

function batv({ batv: tag }: CaseFacts, status: CaseFacts['batv']['status'], what: string): Sighting | null {
  return tag.status === status ? { fact: `${tag.address} ${what}`, seenIn: 'the address it was sent to' } : null;
}
