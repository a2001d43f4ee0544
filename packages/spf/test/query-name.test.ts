import { expect, test } from 'vitest';
import { queryName } from '../src/query-name.ts';

const label63 = 'a'.repeat(63);
const name253 = `${label63}.${label63}.${label63}.${'b'.repeat(61)}`;

test.each([
  ['mail.example.com', 'mail.example.com'],
  ['mail.example.com.', 'mail.example.com'],
  ['a b.example.com', 'a b.example.com'], // %_ puts spaces into names
  ['$&x.example.com', '$&x.example.com'],
  ['', null],
  ['.', null],
  ['..', null],
  ['a..example.com', null],
  ['.example.com', null],
  [`${label63}.example.com`, `${label63}.example.com`],
  [`${label63}a.example.com`, null],
  [name253, name253],
  [`${name253}.`, name253],
  [`c${name253}`, null],
  [`${name253}b`, null], // no label is too long, all together are
  [`example.${label63}`, `example.${label63}`],
  [`example.${label63}a`, null],
  ['example.com..', null],
  ['a~b.example.com', 'a~b.example.com'],
  ['b\u00fccher.example', null],
  ['tab\there.example', null],
])('%j → %j', (text, expected) => {
  expect(queryName(text)).toBe(expected);
});
