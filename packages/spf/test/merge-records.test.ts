import { expect, test } from 'vitest';
import { mergeRecords } from '../src/merge-records.ts';

test.each([
  [['v=spf1 mx -all'], 'v=spf1 mx -all'],
  [['v=spf1 mx -all', 'v=spf1 mx -all'], 'v=spf1 mx -all'],
  [['v=spf1 mx -all', 'v=spf1 include:a.example ~all'], 'v=spf1 mx include:a.example ~all'],
  [['v=spf1 +all', 'v=spf1 a -all'], 'v=spf1 a -all'],
  [['v=spf1 a ~all', 'v=spf1 mx -all'], 'v=spf1 a mx ~all'],
  [['v=spf1 a ?all', 'v=spf1 mx ~all'], 'v=spf1 a mx ?all'],
  [['v=spf1 a ~all', 'v=spf1 mx ?all'], 'v=spf1 a mx ?all'],
  [['v=spf1 a', 'v=spf1 mx'], 'v=spf1 a mx'],
  [['v=spf1 mx -all exp=redirect=.a.example'], 'v=spf1 mx -all exp=redirect=.a.example'],
  [['v=spf1 mx redirect=exp=.a.example'], 'v=spf1 mx redirect=exp=.a.example'],
  [['v=spf1 a', 'v=spf1 redirect=b.example'], 'v=spf1 a redirect=b.example'],
  [['v=spf1 a -all', 'v=spf1 redirect=b.example'], 'v=spf1 a include:b.example -all'],
  [['v=spf1 redirect=a.example', 'v=spf1 redirect=b.example'], 'v=spf1 include:a.example include:b.example ~all'],
  [['v=spf1 a -all exp=e.example', 'v=spf1 mx -all'], 'v=spf1 a mx -all exp=e.example'],
])('%j → %s', (texts, merged) => expect(mergeRecords(texts)).toBe(merged));

test('nothing to merge', () => expect(mergeRecords([])).toBeNull());
