import { expect, test } from 'vitest';
import { once } from '../src/once.ts';

test('computes at the first question and never again', () => {
  let asked = 0;
  const value = once(() => {
    asked += 1;
    return undefined;
  });
  expect(asked).toBe(0);
  value();
  value();
  expect(asked).toBe(1);
});
