import { describe, expect, test } from 'vitest';
import { canonicalBody, canonicalField, signatureField, signedFields, splitFields } from '../../src/dkim/canonical.ts';

describe('the example of RFC 6376 §3.4.5', () => {
  const fields = splitFields('A: X\r\nB : Y\t\r\n\tZ  ');
  const body = ' C \r\nD \t E\r\n\r\n\r\n';

  test('headers relaxed', () => {
    expect(fields.map((field) => canonicalField(field, 'relaxed'))).toEqual(['a:X', 'b:Y Z']);
  });
  test('headers simple', () => {
    expect(fields.map((field) => canonicalField(field, 'simple'))).toEqual(['A: X', 'B : Y\t\r\n\tZ  ']);
  });
  test('body relaxed', () => expect(canonicalBody(body, 'relaxed')).toBe(' C\r\nD E\r\n'));
  test('body simple', () => expect(canonicalBody(body, 'simple')).toBe(' C \r\nD \t E\r\n'));
});

test.each([
  ['', '\r\n', ''],
  ['\n\n\n', '\r\n', ''],
  ['a', 'a\r\n', 'a\r\n'],
  ['a\n \n', 'a\r\n \r\n', 'a\r\n'], // a line of spaces is empty only when relaxed
  [' a', ' a\r\n', ' a\r\n'],
  ['a\t\t b\n', 'a\t\t b\r\n', 'a b\r\n'],
])('body %j → simple %j, relaxed %j', (body, simple, relaxed) => {
  expect(canonicalBody(body, 'simple')).toBe(simple);
  expect(canonicalBody(body, 'relaxed')).toBe(relaxed);
});

test('repeated names are taken from the bottom upwards and a missing one adds nothing (§5.4.2)', () => {
  const fields = splitFields('X: 1\nFrom: a\nX: 2\n');
  expect(signedFields(fields, ['x', 'from', 'x', 'x', 'subject'], 'relaxed')).toBe('x:2\r\nfrom:a\r\nx:1\r\n');
});

test.each([
  ['DKIM-Signature: v=1; bh=abc; b=secret', 'dkim-signature:v=1; bh=abc; b='],
  ['DKIM-Signature: b=sec\r\n\tret; bh=abc=', 'dkim-signature:b=; bh=abc='],
  ['DKIM-Signature: v=1;\r\n\tb\t=\r\n ab cd ; d=x', 'dkim-signature:v=1; b =; d=x'],
])('the value of b= is taken out of %j', (text, expected) => {
  expect(signatureField({ name: 'dkim-signature', text }, 'relaxed')).toBe(expected);
});

test('lines that are no field are left out', () => {
  expect(splitFields('From someone Mon Mar  2\nFrom: a\n b\nnonsense\n').map((field) => field.text)).toEqual([
    'From: a\r\n b',
  ]);
});

test('a long run of spaces costs linear time', () => {
  const body = `${' '.repeat(2_000_000)}x\n`;
  expect(canonicalBody(body, 'relaxed')).toBe(' x\r\n');
});
