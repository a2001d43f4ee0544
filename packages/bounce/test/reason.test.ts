import { describe, expect, test } from 'vitest';
import { reasonOf } from '../src/reason.ts';
import { REASON_PHRASES } from '../src/reason-phrases.ts';

describe('why a delivery failed', () => {
  test.each([
    ['5.1.1', '550', 'anything', 'userunknown'],
    ['5.2.2', '552', null, 'mailboxfull'],
    [null, '550', 'no such user here', 'userunknown'],
    [null, '552', null, 'mailboxfull'],
    [null, '452', 'quota exceeded', 'mailboxfull'],
    ['5.7.1', '550', 'relaying denied', 'norelaying'],
    ['5.7.1', '550', 'cannot find your reverse hostname', 'requireptr'],
    ['5.7.1', '554', 'blocked using list.example', 'blocked'],
    ['5.7.1', '554', 'message looks like spam', 'spamdetected'],
    ['5.7.26', '550', 'blocked', 'authfailure'],
    [null, null, 'host or domain name not found', 'hostunknown'],
    [null, null, 'connection timed out', 'expired'],
    [null, '421', 'too many connections', 'toomanyconn'],
    ['5.4.6', '554', 'hop count exceeded - possible mail loop', 'networkerror'],
    ['5.3.4', '552', null, 'mesgtoobig'],
    [null, '500', 'what?', 'syntaxerror'],
    ['5.0.0', '550', 'unknown user (in reply to end of data command)', 'filtered'],
    ['5.7.1', '550', 'zzz', 'policyviolation'],
    [null, null, 'zzz', 'undefined'],
    [null, null, null, 'undefined'],
  ])('%s %s %s → %s', (status, replyCode, diagnostic, expected) => {
    expect(reasonOf({ status, replyCode, diagnostic })).toBe(expected);
  });

  test('phrases are in lower case and at least three chars long, or the index misses them', () => {
    for (const [, phrases] of REASON_PHRASES) {
      for (const phrase of phrases) expect([phrase, phrase.length > 2]).toEqual([phrase.toLowerCase(), true]);
    }
  });
});
