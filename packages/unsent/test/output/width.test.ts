import { expect, test } from 'vitest';
import { displayWidth, fitToWidth } from '../../src/output/width.ts';

test.each([
  ['', 0],
  ['abc', 3],
  ['Köln', 4],
  ['Ko\u0308ln', 4], // a combining mark takes no column
  ['見積書', 6],
  ['ﾊﾝｶｸ', 4], // halfwidth
  ['ＡＢ', 4], // fullwidth
  ['한국어', 6],
  ['🎉', 2],
  ['👩‍👩‍👧', 2], // one character made of five
  ['❤️', 2],
  ['🇨🇭', 2],
])('%s takes %i columns', (text, columns) => {
  expect(displayWidth(text)).toBe(columns);
});

test.each([
  ['abcdef', 6, 'abcdef'],
  ['abcdef', 4, 'abc…'],
  ['見積書', 5, '見積…'],
  ['見積書', 4, '見…'], // half a character is none
  ['abc', 1, '…'],
  ['abc', 0, ''],
])('%s in %i columns is %s', (text, columns, shown) => {
  expect(fitToWidth(text, columns)).toBe(shown);
});
