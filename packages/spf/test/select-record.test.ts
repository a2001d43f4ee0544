import { expect, test } from 'vitest';
import { selectRecord } from '../src/select-record.ts';

test.each<[string, readonly (readonly string[])[], string | null, boolean]>([
  ['none', [['x=y']], null, true],
  ['one among others', [['x=y'], ['v=spf1 ', '-all'], ['v=spf10']], 'v=spf1 -all', true],
  ['two: the first is shown', [['v=spf1 -all'], ['x=y'], ['V=SPF1 +all']], 'v=spf1 -all', false],
])('%s', (_title, records, text, isOnly) => {
  expect(selectRecord(records)).toEqual({ text, isOnly });
});
