import { describe, expect, test } from 'vitest';
import type { DkimResult } from '../src/dkim/verify.ts';
import { gatherEvidence } from '../src/rules.ts';
import { AT, type CaseChange, caseFacts, domain, hop, own, path, sentLogFacts } from './support/case.ts';

function spoken(change: CaseChange): string[] {
  return gatherEvidence(caseFacts(change))
    .filter(({ rule }) => /^(dkim|sent|batv)/.test(rule))
    .map((one) => `${one.strength} ${one.rule} ${one.points}`);
}

function dkim(change: Partial<DkimResult>): CaseChange {
  const base: DkimResult = {
    domain: domain('example.com'),
    selector: 's1',
    status: 'verified',
    body: 'matches',
    signedAt: AT,
    detail: '',
  };
  return { dkim: [{ ...base, ...change }] };
}

describe('DKIM', () => {
  test.each<[string, CaseChange, string[]]>([
    ['headers and body', dkim({}), ['decisive dkim-verified genuine']],
    ['headers alone', dkim({ body: 'absent' }), ['decisive dkim-verified genuine']],
    ['a body longer than l=', dkim({ body: 'partly' }), ['decisive dkim-verified genuine']],
    ['another body', dkim({ body: 'differs' }), ['strong dkim-body-differs genuine']],
    ['signed a month ago', dkim({ signedAt: new Date('2026-02-01T00:00:00Z') }), ['strong dkim-stale genuine']],
    ['without t=', dkim({ signedAt: null }), ['decisive dkim-verified genuine']],
    ['a changed header', dkim({ status: 'bad-signature' }), ['weak dkim-failed backscatter']],
    [
      'a changed header, and another body',
      dkim({ status: 'bad-signature', body: 'differs' }),
      ['weak dkim-failed backscatter'],
    ],
    [
      'signed exactly two weeks ago',
      dkim({ signedAt: new Date(AT.getTime() - 14 * 86_400_000) }),
      ['decisive dkim-verified genuine'],
    ],
    ['no key', dkim({ status: 'no-key' }), []],
    ['expired', dkim({ status: 'expired' }), []],
    ['DNS failure', dkim({ status: 'dns-failure' }), []],
  ])('%s', (_title, change, expected) => expect(spoken(change)).toEqual(expected));

  test('says which of the two was verified', () => {
    const facts = ['absent', 'matches', 'partly'] as const;
    const texts = facts.map((body) => gatherEvidence(caseFacts(dkim({ body })))[0]?.fact ?? '');
    expect(texts[0]).toContain('headers alone');
    expect(texts[1]).toContain('headers and body');
    expect(texts[2]).toContain('l=');
  });
});

describe('the sent log', () => {
  const missing = (change: Parameters<typeof sentLogFacts>[0] = {}): CaseChange => ({ sentLog: sentLogFacts(change) });
  test.each<[string, CaseChange, string[]]>([
    ['found', missing({ foundAt: AT }), ['decisive sent-log-found genuine']],
    ['found by its queue id', missing({ queueIdFound: '4F2A' }), ['strong sent-log-queue-id genuine']],
    ['not found, an id of our own kind', missing(), ['decisive sent-log-missing backscatter']],
    [
      'not found, an id of another service',
      missing({ isIdOurs: false }),
      ['strong sent-log-missing-other-id backscatter'],
    ],
    ['not found, time not covered', missing({ isCovered: false }), []],
    ['no id to look for', missing({ messageId: null }), []],
    ['somebody else’s mail returned', missing({ claimsUs: false }), []],
    [
      'not found, but our host handed it over: the log has a hole',
      { ...missing(), path: path(hop('192.0.2.7', { spf: 'pass' })) },
      ['strong sent-log-missing-other-id backscatter'],
    ],
    ...(['unclear', 'submitted'] as const).map((ownReport): [string, CaseChange, string[]] => [
      `not found, but our own host reports on it (${ownReport}): the log has a hole`,
      { ...missing(), ownReport },
      ['strong sent-log-missing-other-id backscatter'],
    ]),
    [
      'not found, and our own host relayed it for a stranger',
      { ...missing(), ownReport: 'relayed' },
      ['decisive sent-log-missing backscatter'],
    ],
    ['nothing imported', {}, []],
  ])('%s', (_title, change, expected) => expect(spoken(change)).toEqual(expected));
});

describe('BATV', () => {
  const tag = (status: 'valid' | 'expired' | 'invalid' | 'unknown-key'): CaseChange => ({
    batv: { status, address: 'prvs=0512aadfdf=anna@example.com' },
    own: own({ batvSignsAll: true }),
  });
  test.each<[string, CaseChange, string[]]>([
    ['valid', tag('valid'), ['decisive batv-valid genuine']],
    ['expired', tag('expired'), ['weak batv-expired genuine']],
    ['invalid', tag('invalid'), ['strong batv-invalid backscatter']],
    ['of a key we do not know', tag('unknown-key'), []],
    ['absent where all mail is tagged', { own: own({ batvSignsAll: true }) }, ['strong batv-missing backscatter']],
    ['absent in an answer', { own: own({ batvSignsAll: true }), kind: 'auto-reply' }, []],
    ['absent elsewhere', {}, []],
  ])('%s', (_title, change, expected) => expect(spoken(change)).toEqual(expected));
});
