import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressList, findAddresses, firstAddress, mailboxOf } from '../src/address.ts';

describe('addresses in a text', () => {
  test.each([
    ['<bob@example.net>: 550', ['bob@example.net']],
    ["addressed to 'bob@example.net', failed", ['bob@example.net']],
    ["o'neil@example.net", ["o'neil@example.net"]],
    ['[SMTP:bob@example.net]', ['bob@example.net']],
    ['mailto:bob@example.net?x', ['bob@example.net']],
    ['dda:SMTP=bob@example.net; on', ['bob@example.net']],
    ['bob@example.net.', ['bob@example.net']],
    ['a@example.net,b@example.net', ['a@example.net', 'b@example.net']],
    ['"bob b"@example.net', ['"bob b"@example.net']],
    ['bob@[192.0.2.1]', ['bob@[192.0.2.1]']],
    ['jörg@exämple.net', ['jörg@exämple.net']],
    ['宛先：bob@example.jp、です', ['bob@example.jp']],
    ['prvs=0123456789=bob@example.net', ['prvs=0123456789=bob@example.net']],
    ['id 12345@192.0.2.1 is none', []],
    ['@example.net and bob@ are none', []],
    ['a@@b', []],
  ])('%s', (text, expected) => expect(findAddresses(text).map((one) => one.address)).toEqual(expected));

  test('each lies where it is said to lie', () =>
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '.', '@', '<', '"', ' ', 'é', '[', ':', "'") }), (text) => {
        for (const { address, start, end } of findAddresses(text)) expect(text.slice(start, end)).toBe(address);
      }),
    ));
});

describe('the mailbox of a header', () => {
  test.each([
    ['Bob <bob@example.net>', 'bob@example.net'],
    ['"a@b" <bob@example.net>', 'bob@example.net'],
    ['bob@example.net (Bob)', 'bob@example.net'],
    ['<>', ''],
    ['MAILER-DAEMON <>', ''],
    ['<MAILER-DAEMON>', 'MAILER-DAEMON'],
    ['nobody', null],
  ])('%s → %s', (value, expected) => expect(mailboxOf(value)).toBe(expected));
});

test('the first address, and a list without repeats', () => {
  expect(firstAddress('x <a@example.net> <b@example.net>')).toBe('a@example.net');
  expect(firstAddress('none')).toBeNull();
  expect(addressList('a@example.net, A <a@example.net>, b@example.net', 5)).toEqual(['a@example.net', 'b@example.net']);
  expect(addressList('a@example.net, b@example.net', 1)).toEqual(['a@example.net']);
});
