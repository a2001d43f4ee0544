import { expect, test } from 'vitest';
import { anyOf } from '../../src/forms/words.ts';

test('alternatives are separated by " | ", inner ones stay', () => {
  const words = anyOf(String.raw`one | two (?:a|b) |
    three\b`);
  expect(['one', 'two a', 'two b', 'three', 'two', 'threefold'].map((text) => words.test(text))).toEqual([
    true,
    true,
    true,
    true,
    false,
    false,
  ]);
});
