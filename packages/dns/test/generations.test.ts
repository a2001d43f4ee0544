import { expect, test } from 'vitest';
import { Generations } from '../src/generations.ts';

type Value = { octets: number };

function filled(count: number, maxEntries: number, maxOctets = Number.POSITIVE_INFINITY): Generations<number, Value> {
  const values = new Generations<number, Value>(maxEntries, maxOctets);
  for (let key = 0; key < count; key++) values.add(key, { octets: 10 });
  return values;
}

function kept(values: Generations<number, Value>, count: number): readonly number[] {
  return Array.from({ length: count }, (_, key) => key).filter((key) => values.get(key) !== undefined);
}

test.each([1, 2, 3, 10, 11, 1_000])('of %i entries at most, the newest half is there, and never more', (maxEntries) => {
  for (const count of [maxEntries, maxEntries + 1, 3 * maxEntries]) {
    const values = filled(count, maxEntries);
    expect(values.size).toBeLessThanOrEqual(Math.max(2, maxEntries));
    for (let key = count - Math.max(1, Math.floor(maxEntries / 2)); key < count; key++)
      expect(values.get(key)).toEqual({ octets: 10 });
  }
});

test('what is used stays, however many come', () => {
  const values = filled(1, 10);
  for (let key = 1; key < 1_000; key++) {
    values.add(key, { octets: 10 });
    expect(values.get(0)).toEqual({ octets: 10 });
    expect(values.size).toBeLessThanOrEqual(10);
  }
});

test('large values make room by what they take, those that grew too', () => {
  const values = filled(0, 1_000, 2_000);
  const first = { octets: 10 };
  values.add(0, first);
  values.grow(first, 990);
  values.add(1, { octets: 1_000 });
  expect(kept(values, 2)).toEqual([0, 1]);
  for (let key = 2; key < 100; key++) values.add(key, { octets: 1_000 });
  expect(values.size).toBeLessThanOrEqual(3);
  expect(values.get(99)).toEqual({ octets: 1_000 });
});

test('sweep forgets what it is told, in both generations', () => {
  const values = new Generations<number, Value>(8, 1_000);
  for (let key = 0; key < 7; key++) values.add(key, { octets: key });
  values.sweep(({ octets }) => octets % 2 === 1);
  expect(values.size).toBe(4);
  expect(kept(values, 7)).toEqual([0, 2, 4, 6]);
});

test('clear forgets all', () => {
  const values = filled(7, 8);
  values.clear();
  expect(values.size).toBe(0);
  expect(kept(values, 7)).toEqual([]);
});
