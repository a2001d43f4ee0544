import { describe, expect, test } from 'vitest';
import { checkSender, heloSubject, subjectOf } from '../src/check-sender.ts';
import { query, zone } from './support/check.ts';

describe('whom a check is about', () => {
  test.each([
    ['alice@example.com', 'mail.example.net', 'mailfrom', 'example.com', 'alice@example.com'],
    ['', 'mail.example.net', 'helo', 'mail.example.net', 'postmaster@mail.example.net'], // a bounce
    ['<>', 'mail.example.net', 'helo', 'mail.example.net', 'postmaster@mail.example.net'],
    ['"a@b"@example.com', 'x', 'mailfrom', 'example.com', '"a@b"@example.com'],
    ['example.com', 'x', 'mailfrom', 'example.com', 'example.com'],
  ])('%j, HELO %s: %s %s as %s', (sender, helo, identity, domain, checkedAs) => {
    expect(subjectOf(sender, helo)).toEqual({ identity, domain, sender: checkedAs });
  });

  test('the HELO identity on its own', () => {
    expect(heloSubject('h.example.com')).toMatchObject({ identity: 'helo', sender: 'postmaster@h.example.com' });
  });
});

describe('a null sender', () => {
  const resolver = zone('out TXT "v=spf1 exists:%{l}.%{o} -all"\npostmaster.out A 127.0.0.2');
  test.each([
    ['out.example.com', 'pass'],
    ['nowhere.example.com', 'none'],
    ['[192.0.2.1]', 'none'],
    ['[IPv6:2001:db8::1]', 'none'],
    ['localhost', 'none'],
    ['', 'none'],
    ['a b', 'none'],
    ['x\r\nRCPT', 'none'],
  ])('HELO %j → %s', (helo, result) => {
    expect(checkSender({ ...query(), sender: '', helo }, resolver)).toMatchObject({ result });
  });
});
