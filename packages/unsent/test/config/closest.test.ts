import { expect, test } from 'vitest';
import { closestOf } from '../../src/config/closest.ts';

const known = ['unused', 'receiving', 'sending', 'mx'];

test.each([
  ['unusd', 'unused'],
  ['Unused', 'unused'],
  ['unsued', 'unused'], // neighbours swapped count as one edit
  ['recieving', 'receiving'],
  ['sendin', 'sending'],
  ['mz', 'mx'],
  ['outbound', null],
  ['', null],
])('%j was meant to be %j', (word, meant) => {
  expect(closestOf(word, known)).toBe(meant);
});
