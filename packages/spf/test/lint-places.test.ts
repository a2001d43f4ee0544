import { expect, test } from 'vitest';
import { placesIn } from '../src/lint-places.ts';

// "v=spf1 ip4:192.0.2.1 -all" was made of the text below: 0 to 6, 7 to 20, 21 to 25.
const SOURCE = 'spf1 ip4: 192.0.2.1   -all';
const PLACES = placesIn([
  { text: 'ip4:192.0.2.1', span: { start: 5, end: 19 } },
  { text: '-all', span: { start: 22, end: 26 } },
]);

test.each<[start: number, end: number, source: string | null]>([
  [7, 20, 'ip4: 192.0.2.1'],
  [11, 20, 'ip4: 192.0.2.1'],
  [7, 8, 'ip4: 192.0.2.1'],
  [21, 25, '-all'],
  [24, 25, '-all'],
  [7, 25, SOURCE.slice(5)],
  [19, 21, SOURCE.slice(5)],
  [0, 6, null],
  [26, 30, null],
])('from %i to %i stands %j', (start, end, source) => {
  const place = PLACES({ start, end });
  expect(place && SOURCE.slice(place.start, place.end)).toBe(source);
});

test('of no terms there is no place', () => expect(placesIn([])({ start: 7, end: 8 })).toBeNull());
