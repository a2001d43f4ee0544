import { describe, expect, test } from 'vitest';
import {
  type DnsRecord,
  isRrType,
  joinTxt,
  quoteCharacterString,
  rdataText,
  recordKey,
  sameRecord,
} from '../src/index.ts';
import { ipText, name } from './support/names.ts';

const owner = name('example.com');
const txt = (...data: string[]): DnsRecord => ({ name: owner, type: 'TXT', data, ttlSeconds: 60 });
const mx = (preference: number, exchange: string): DnsRecord => ({
  name: owner,
  type: 'MX',
  data: { preference, exchange: exchange === '.' ? '.' : name(exchange) },
  ttlSeconds: 60,
});

describe('rdataText', () => {
  const rows: readonly (readonly [DnsRecord, string])[] = [
    [{ name: owner, type: 'A', data: ipText('192.0.2.1'), ttlSeconds: 60 }, '192.0.2.1'],
    [{ name: owner, type: 'AAAA', data: ipText('2001:db8::1'), ttlSeconds: 60 }, '2001:db8::1'],
    [{ name: owner, type: 'NS', data: name('ns.example.net'), ttlSeconds: 60 }, 'ns.example.net.'],
    [mx(10, 'mail.example.com'), '10 mail.example.com.'],
    [mx(0, '.'), '0 .'],
    [txt('v=spf1 -all'), '"v=spf1 -all"'],
    [txt('one', 'two'), '"one" "two"'],
    [txt('say "hi" \\ \x01 \xfc'), '"say \\"hi\\" \\\\ \\001 \\252"'],
    [txt(''), '""'],
    [txt('a'.repeat(300)), `"${'a'.repeat(255)}" "${'a'.repeat(45)}"`],
  ];
  test.each(rows)('%j is written as %s', (record, expected) => {
    expect(rdataText(record)).toBe(expected);
  });
});

test('text beyond one octet a character is taken as UTF-8', () => {
  expect(quoteCharacterString('€')).toBe('"\\226\\130\\172"');
});

describe('sameRecord and recordKey', () => {
  const rows: readonly (readonly [string, DnsRecord, DnsRecord, boolean])[] = [
    ['another TTL', txt('a'), { ...txt('a'), ttlSeconds: 5 }, true],
    ['other text', txt('a'), txt('b'), false],
    ['the same text cut differently', txt('ab'), txt('a', 'b'), false],
    ['quotes that look like a cut', txt('a" "b'), txt('a', 'b'), false],
    ['another name', txt('a'), { ...txt('a'), name: name('example.net') }, false],
    ['another type', { ...txt('a'), type: 'NS', data: owner }, { ...txt('a'), type: 'PTR', data: owner }, false],
    ['another preference', mx(1, 'a.example'), mx(2, 'a.example'), false],
    ['null MX', mx(0, '.'), mx(0, '.'), true],
  ];
  test.each(rows)('%s', (_what, a, b, expected) => {
    expect(sameRecord(a, b)).toBe(expected);
    expect(recordKey(a) === recordKey(b)).toBe(expected);
  });
});

test('character-strings are joined without a space', () => {
  expect(joinTxt(['v=spf1', ' -all'])).toBe('v=spf1 -all');
  expect(joinTxt([])).toBe('');
});

test('isRrType knows the modelled types and nothing that objects inherit', () => {
  expect(['A', 'TXT', 'SOA', 'constructor', 'a'].filter(isRrType)).toEqual(['A', 'TXT']);
});
