import { expect, test } from 'vitest';
import { type Attempt, InFlight } from '../src/client-line.ts';
import { encodeQuery, setId } from '../src/wire.ts';
import { respond } from './support/messages.ts';
import { name } from './support/names.ts';

const asked = name('example.com');

function attempt(): Attempt {
  const query = encodeQuery({ name: asked, type: 1, isRecursive: true }, true);
  return { query, line: null, answered: () => {}, failed: () => {} };
}

test('20,000 questions in flight on one socket have 20,000 ids', () => {
  const flying = new InFlight();
  const ids = new Set(Array.from({ length: 20_000 }, () => flying.add(attempt())));
  expect(ids.size).toBe(20_000);
  expect(flying.size).toBe(20_000);
});

test('an answer is taken once, and not when its question was given up on', () => {
  const flying = new InFlight();
  const [first, second] = [attempt(), attempt()];
  const answers = [first, second].map((one) => {
    const id = flying.add(one);
    setId(one.query, id);
    return respond({ id, name: asked, type: 'A' });
  });
  const [toFirst = Buffer.alloc(0), toSecond = Buffer.alloc(0)] = answers;
  expect([first, second].map((one) => flying.has(one))).toEqual([true, true]);
  expect(flying.take(toFirst)).toBe(first);
  expect(flying.take(toFirst)).toBeNull();
  flying.remove(second);
  expect([first, second].map((one) => flying.has(one))).toEqual([false, false]);
  expect(flying.take(toSecond)).toBeNull();
  expect(flying.size).toBe(0);
});
