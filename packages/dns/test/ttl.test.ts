import { expect, test } from 'vitest';
import { parseTtl } from '../src/index.ts';

test.each([
  ['0', 0],
  ['3600', 3600],
  ['1h', 3600],
  ['1H30m', 5400],
  ['1w2d3h4m5s', 788_645],
  ['1h5', 3605],
  ['2147483647', 2_147_483_647],
  ['2147483648', null],
  ['99999999w', null],
  ['', null],
  ['h', null],
  ['-1', null],
  ['1x', null],
  ['1.5', null],
])('%s is %s seconds', (text, expected) => {
  expect(parseTtl(text)).toBe(expected);
});
