import { describe, expect, test } from 'vitest';
import type { DkimResult } from '../src/dkim/verify.ts';
import { judge } from '../src/judge.ts';
import { gatherEvidence, RULES } from '../src/rules.ts';
import { AT, type CaseChange, caseFacts, domain, hop, own, path, sentLogFacts } from './support/case.ts';

const RETURNED = 'the Received lines of the returned message';
const OWN_LINES = 'our own Received lines';
const CONFIGURATION = 'the configuration';
const SENT_LOG = 'the sent log';
const TAG = 'the address it was sent to';
const DAY_BEFORE = new Date(AT.getTime() - 86_400_000);
const GUESSED = { at: AT, isObserved: false };

const DKIM: DkimResult = {
  domain: domain('example.com'),
  selector: 's1',
  status: 'verified',
  body: 'matches',
  signedAt: AT,
  detail: 'its header hash differs',
};
const stranger = (spf: 'pass' | 'fail' | 'softfail' | 'neutral'): CaseChange => ({
  path: path(hop('203.0.113.9', { spf, spfTerm: '~all', name: 'spam.example' })),
});
const ours = hop('192.0.2.7', { outbound: 'host' });
const batv = (status: 'valid' | 'expired' | 'invalid'): CaseChange => ({
  batv: { status, address: 'prvs=1=a@example.com' },
});

/** What each rule says that it saw, and where. */
const SAID: readonly (readonly [rule: string, change: CaseChange, fact: string, seenIn: string])[] = [
  ['domain-unused', { own: own({ use: 'unused' }) }, 'example.com is declared unused', CONFIGURATION],
  [
    'domain-unused',
    { own: own({ use: 'unused', since: DAY_BEFORE }) },
    'example.com is declared unused since 2026-03-01 10:00 UTC',
    CONFIGURATION,
  ],
  ['domain-receiving', { own: own({ use: 'receiving' }) }, 'example.com is declared receiving only', CONFIGURATION],
  [
    'domain-locked',
    { own: own({ lockedAt: DAY_BEFORE }) },
    'example.com is locked since 2026-03-01 10:00 UTC',
    'our own journal',
  ],
  [
    'domain-idle-lately',
    { own: own({ use: 'unused', since: DAY_BEFORE }), sent: GUESSED },
    'example.com does not send since 2026-03-01 10:00 UTC',
    CONFIGURATION,
  ],
  ['dns-never-sends', { own: null, dnsNeverSends: true }, 'example.com publishes v=spf1 -all and nothing else', 'DNS'],
  ['address-unknown', { own: own({ localParts: [] }) }, 'anna@example.com is no address of example.com', CONFIGURATION],
  ['outbound-host', { path: path(ours) }, '192.0.2.7 is one of our outbound hosts', RETURNED],
  [
    'outbound-network',
    { path: path(hop('192.0.2.7', { outbound: 'network', name: '[192.0.2.7]' })) },
    '192.0.2.7 lies among our outbound addresses',
    RETURNED,
  ],
  [
    'spf-pass',
    { path: path(hop('203.0.113.9', { spf: 'pass', name: '203.0.113.9' })) },
    '203.0.113.9 handed the message over: SPF pass',
    RETURNED,
  ],
  ['spf-fail', stranger('fail'), '203.0.113.9 (spam.example) handed the message over: SPF fail (~all)', RETURNED],
  [
    'spf-softfail',
    { path: path(hop('203.0.113.9', { spf: 'softfail' }), { isSubmission: true }) },
    '203.0.113.9 reports on mail of a user who logged in there: SPF softfail',
    RETURNED,
  ],
  [
    'spf-softfail-alone',
    { ...stranger('softfail'), own: own({ outbound: [] }) },
    '203.0.113.9 (spam.example) handed the message over: SPF softfail (~all)',
    RETURNED,
  ],
  ['no-own-host', stranger('fail'), 'the only host on the way is not ours', RETURNED],
  [
    'no-own-host',
    { path: path(hop('203.0.113.9'), { below: [hop('203.0.113.10'), hop('203.0.113.11')] }) },
    'none of 3 hosts on the way is ours',
    RETURNED,
  ],
  [
    'own-host-below',
    { path: path(hop('203.0.113.9'), { below: [ours] }) },
    '192.0.2.7 is ours and stands further down the way',
    RETURNED,
  ],
  [
    'own-host-unjoined',
    { path: path(hop('203.0.113.9'), { unjoined: ours }) },
    '192.0.2.7 is ours, but its line does not join the one above',
    RETURNED,
  ],
  ['own-report-submitted', { ownReport: 'submitted' }, 'our own host took the message and reports on it', OWN_LINES],
  ['own-report', { ownReport: 'unclear' }, 'our own host wrote the report', OWN_LINES],
  [
    'dkim-verified',
    { dkim: [DKIM] },
    'signed by example.com, selector s1: headers and body verified',
    'DKIM-Signature',
  ],
  [
    'dkim-stale',
    { dkim: [{ ...DKIM, body: 'absent', signedAt: new Date(0) }] },
    'signed by example.com, selector s1: headers alone verified, the body was not returned',
    'DKIM-Signature',
  ],
  [
    'dkim-body-differs',
    { dkim: [{ ...DKIM, body: 'differs' }] },
    'signed by example.com, selector s1: headers verified, the body differs',
    'DKIM-Signature',
  ],
  [
    'dkim-failed',
    { dkim: [{ ...DKIM, status: 'bad-signature' }] },
    'a signature claims example.com, and its header hash differs',
    'DKIM-Signature',
  ],
  [
    'sent-log-found',
    { sentLog: sentLogFacts({ foundAt: AT }) },
    '<one@example.com> was sent at 2026-03-02 10:00 UTC',
    SENT_LOG,
  ],
  [
    'sent-log-found',
    { sentLog: sentLogFacts({ foundAt: new Date(Number.NaN) }) },
    '<one@example.com> was sent at an unknown time',
    SENT_LOG,
  ],
  ['sent-log-queue-id', { sentLog: sentLogFacts({ queueIdFound: '4F2A' }) }, 'queue id 4F2A is ours', SENT_LOG],
  [
    'sent-log-missing',
    { sentLog: sentLogFacts() },
    '<one@example.com> (returned Message-ID) is not in the log, which covers that time',
    SENT_LOG,
  ],
  [
    'sent-log-missing-other-id',
    { sentLog: sentLogFacts({ isIdOurs: false }) },
    '<one@example.com> (returned Message-ID) is not in the log, which covers that time',
    SENT_LOG,
  ],
  ['batv-valid', batv('valid'), 'prvs=1=a@example.com carries a valid tag of ours', TAG],
  ['batv-expired', batv('expired'), 'prvs=1=a@example.com carries a tag of ours that has expired', TAG],
  ['batv-invalid', batv('invalid'), 'prvs=1=a@example.com carries a tag that our key did not make', TAG],
  [
    'batv-missing',
    { own: own({ batvSignsAll: true }) },
    'anna@example.com carries no tag, and example.com tags all mail',
    'To',
  ],
];

describe('each rule says what it saw and where', () => {
  test.each(SAID)('%s', (rule, change, fact, seenIn) => {
    const { fact: said, seenIn: place } = gatherEvidence(caseFacts(change)).find((one) => one.rule === rule) ?? {};
    expect({ said, place }).toEqual({ said: fact, place: seenIn });
  });

  test('none is left out', () => {
    expect(RULES.map(({ id }) => id).filter((id) => !SAID.some(([rule]) => rule === id))).toEqual([]);
  });
});

test('what is no bounce says of what kind it is', () => {
  expect(judge(caseFacts({ kind: 'mdn' }))).toEqual({ kind: 'not-a-bounce', why: 'it is of the kind mdn' });
});
