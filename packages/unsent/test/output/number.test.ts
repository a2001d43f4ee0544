import { expect, test } from 'vitest';
import { formatCount, formatPercent, plural } from '../../src/output/number.ts';

test.each([
  [0, '0'],
  [999, '999'],
  [1000, '1,000'],
  [12345678, '12,345,678'],
])('%i is written %s', (count, text) => {
  expect(formatCount(count)).toBe(text);
});

test.each([
  [0, 10, '0 %'],
  [10, 10, '100 %'],
  [1, 3, '33 %'],
  [1, 1000, '< 1 %'],
  [999, 1000, '> 99 %'],
  [0, 0, '–'],
])('%i of %i is %s', (part, whole, text) => {
  expect(formatPercent(part, whole)).toBe(text);
});

test('one is singular', () => {
  expect([plural(1, 'reply', 'replies'), plural(2, 'reply', 'replies'), plural(0, 'message')]).toEqual([
    '1 reply',
    '2 replies',
    '0 messages',
  ]);
});
