import { describe, expect, test } from 'vitest';
import { gatherEvidence } from '../src/rules.ts';
import { AT, type CaseChange, caseFacts, domain, own } from './support/case.ts';

const DAY = 86_400_000;

function days(count: number): Date {
  return new Date(AT.getTime() + count * DAY);
}

function spoken(change: CaseChange): string[] {
  return gatherEvidence(caseFacts(change)).map((one) => `${one.strength} ${one.rule} ${one.points}`);
}

describe('a domain that never sends', () => {
  const observed = { at: AT, isObserved: true };
  const guessed = { at: AT, isObserved: false };
  test.each<[string, CaseChange, string[]]>([
    ['unused since ever', { own: own({ use: 'unused' }) }, ['decisive domain-unused backscatter']],
    ['receiving since ever', { own: own({ use: 'receiving' }) }, ['decisive domain-receiving backscatter']],
    [
      'unused before the message',
      { own: own({ use: 'unused', since: days(-1) }), sent: observed },
      ['decisive domain-unused backscatter'],
    ],
    ['unused after the message', { own: own({ use: 'unused', since: days(1) }), sent: observed }, []],
    [
      'unused since yesterday, and nothing says when the message was handed over',
      { own: own({ use: 'unused', since: days(-1) }), sent: guessed },
      ['strong domain-idle-lately backscatter'],
    ],
    [
      'unused for a week, and nothing says when the message was handed over',
      { own: own({ use: 'receiving', since: days(-7) }), sent: guessed },
      ['decisive domain-receiving backscatter'],
    ],
    ['locked before the message', { own: own({ lockedAt: days(-1) }) }, ['decisive domain-locked backscatter']],
    ['locked after the message', { own: own({ lockedAt: days(1) }) }, []],
    [
      'locked yesterday, unknown when handed over',
      { own: own({ lockedAt: days(-1) }), sent: guessed },
      ['strong domain-idle-lately backscatter'],
    ],
    [
      'unused since the very moment of the message',
      { own: own({ use: 'unused', since: AT }), sent: observed },
      ['decisive domain-unused backscatter'],
    ],
    [
      'unused for exactly as long as a bounce may be late',
      { own: own({ use: 'unused', since: days(-5) }), sent: guessed },
      ['decisive domain-unused backscatter'],
    ],
    ['sending, with a date that means nothing there', { own: own({ since: days(-1) }), sent: guessed }, []],
    ['sending', {}, []],
    ['nobody declared it', { own: null }, []],
  ])('%s', (_title, change, expected) => expect(spoken(change)).toEqual(expected));
});

test('a domain nobody declared whose DNS says that it never sends is strong, not decisive', () => {
  expect(spoken({ own: null, dnsNeverSends: true })).toEqual(['strong dns-never-sends backscatter']);
});

test.each([
  ['anna', ['anna'], []],
  ['anna+shop', ['anna'], []],
  ['xkqvz', ['anna'], ['strong address-unknown backscatter']],
  ['xkqvz', [], ['strong address-unknown backscatter']],
  ['xkqvz', null, []],
  [null, ['anna'], []],
  ['postmaster', ['anna'], []], // RFC 5321 §4.5.1
  ['srs0=ab=cd=example.org=x', ['anna'], []], // made by software
])('local part %s, known %j → %j', (localPart, localParts, expected) => {
  const facts = caseFacts({ own: own({ localParts }) });
  const subject = { ...facts.subject, localPart, address: `${localPart}@example.com`, domain: domain('example.com') };
  expect(gatherEvidence({ ...facts, subject }).map((one) => `${one.strength} ${one.rule} ${one.points}`)).toEqual(
    expected,
  );
});
