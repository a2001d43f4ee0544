import { describe, expect, test } from 'vitest';
import { hostOf, isRecipientGroup, readFieldGroups, recipientOf } from '../../src/forms/dsn-fields.ts';

const groups = (text: string): Record<string, string>[] =>
  readFieldGroups(text).map((group) => Object.fromEntries(group));

describe('blocks of fields', () => {
  test.each([
    [
      'one block a recipient',
      'Reporting-MTA: dns; m\n\nFinal-Recipient: rfc822; a@x\nAction: failed\n\nFinal-Recipient: rfc822; b@x\nAction: failed\n',
      3,
    ],
    ['no line between recipients', 'Final-Recipient: a@x\nAction: failed\nFinal-Recipient: b@x\nAction: failed\n', 2],
    ['a line within a recipient', 'Final-Recipient: a@x\n\nAction: failed\nStatus: 5.1.1\n', 1],
    ['action first', 'Action: failed\nFinal-Recipient: a@x\nStatus: 5.1.1\n', 1],
    ['text around', 'Hello there\n\nFinal-Recipient: a@x\nAction: failed\n', 1],
    ['nothing', '', 0],
  ])('%s', (_name, text, count) => expect(readFieldGroups(text)).toHaveLength(count));

  test('fold, and the first of two equal fields counts', () => {
    expect(groups('Diagnostic-Code: smtp; 550\n  no such\n\tuser\nX-A: 1\nX-A: 2\n')).toEqual([
      { 'diagnostic-code': 'smtp; 550 no such user', 'x-a': '1' },
    ]);
  });

  test('about a recipient are told from the one about the message', () => {
    const [about, recipient] = readFieldGroups('Reporting-MTA: dns; m\n\nFinal-Recipient: a@x\nAction: failed\n');
    expect([about, recipient].map((group) => group !== undefined && isRecipientGroup(group))).toEqual([false, true]);
  });
});

test.each([
  ['rfc822; bob@example.net', 'bob@example.net'],
  ['RFC822;<bob@example.net>', 'bob@example.net'],
  ['bob@example.net', 'bob@example.net'],
  ['utf-8; j\\x{F6}rg@example.net', 'jörg@example.net'],
  ['utf-8; jörg@example.net', 'jörg@example.net'],
  ['rfc822; @a.example,@b.example:bob@inner', null],
  ['X-Unix; |/bin/false', null],
  ['unknown; \\x{FFFFFF}', null],
  [undefined, null],
])('the recipient in %j is %j', (field, expected) => expect(recipientOf(field)).toBe(expected));

test.each([
  ['dns; mx.example.net (192.0.2.1)', 'mx.example.net'],
  ['DNS;mx.example.net.', 'mx.example.net'],
  ['<mx.example.net>', 'mx.example.net'],
  ['dns; [192.0.2.1]', '192.0.2.1'],
  ['dns;', null],
  [undefined, null],
])('the host in %j is %j', (field, expected) => expect(hostOf(field)).toBe(expected));
