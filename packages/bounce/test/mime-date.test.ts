import { expect, test } from 'vitest';
import { parseMailDate } from '../src/mime-date.ts';

test.each([
  ['Mon, 2 Mar 2026 10:00:05 +0100', '2026-03-02T09:00:05.000Z'],
  ['2 Mar 26 10:00 GMT', '2026-03-02T10:00:00.000Z'],
  ['Mon, 02 Mar 99 10:00:05 EST (comment)', '1999-03-02T15:00:05.000Z'],
  ['02-Mar-2026 10:00:05 -0000', '2026-03-02T10:00:05.000Z'],
  ['2026-03-02T10:00:05Z', '2026-03-02T10:00:05.000Z'],
  ['2 Xxx 2026 10:00:05', null],
  ['yesterday', null],
  ['', null],
])('%s → %s', (text, expected) => expect(parseMailDate(text)?.toISOString() ?? null).toBe(expected));
