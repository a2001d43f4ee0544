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
  // RFC 7208 §4.7: without all and redirect a record is neutral about the others.
  [['v=spf1 a', 'v=spf1 mx -all'], 'v=spf1 a mx ?all'],
  [['v=spf1', 'v=spf1 -all'], 'v=spf1 ?all'],
  [['v=spf1 a', 'v=spf1 redirect=b.example'], 'v=spf1 a include:b.example ?all'],
  [['v=spf1 a redirect=b.example', 'v=spf1 redirect=b.example'], 'v=spf1 a redirect=b.example'],
  [['v=spf1 a -all', 'v=spf1 redirect=b.example'], 'v=spf1 a include:b.example -all'],
  [['v=spf1 redirect=a.example', 'v=spf1 redirect=b.example'], 'v=spf1 include:a.example include:b.example ~all'],
  [['v=spf1 a -all exp=e.example', 'v=spf1 mx -all'], 'v=spf1 a mx -all exp=e.example'],
  // RFC 7208 §5.1, §6.1: nothing after all is ever looked at, nor is a redirect beside it.
  [['v=spf1 a -all ip4:192.0.2.1', 'v=spf1 mx -all'], 'v=spf1 a mx -all'],
  [['v=spf1 a -all ?all', 'v=spf1 mx -all'], 'v=spf1 a mx -all'],
  [['v=spf1 a -all', 'v=spf1 mx -all redirect=old.example'], 'v=spf1 a mx -all'],
  // A host that one record lets pass meets no refusal of another before.
  [['v=spf1 a -mx -all', 'v=spf1 ip4:192.0.2.1 -all'], 'v=spf1 a ip4:192.0.2.1 -mx -all'],
  [['v=spf1 a -mx -all', 'v=spf1 redirect=b.example'], 'v=spf1 a include:b.example -mx -all'],
  [['v=spf1 a -mx ~ptr -all', 'v=spf1 +a ?mx -all'], 'v=spf1 a +a ?mx ~ptr -mx -all'],
  [['v=spf1 -ip4:192.0.2.1 a -all', 'v=spf1 ip4:192.0.2.1 -all'], null],
  [['v=spf1 mx -all', 'v=spf1 ?ip4:192.0.2.1 a -all'], null],
  [['v=spf1 -a redirect=b.example', 'v=spf1 mx -all'], null],
  [['v=spf1 -a mx -all', 'v=spf1 -a mx -all'], 'v=spf1 -a mx -all'],
  [['v=spf1 mx -all a', 'v=spf1 -a -all mx'], 'v=spf1 mx -a -all'],
])('%j → %s', (texts, merged) => expect(mergeRecords(texts)).toBe(merged));

test('nothing to merge', () => expect(mergeRecords([])).toBeNull());
