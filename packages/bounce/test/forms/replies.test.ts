import { expect, test } from 'vitest';
import { findCodes, specificity } from '../../src/forms/replies.ts';

test.each([
  ['550 5.1.1 no such user', '550', '5.1.1'],
  ['550-5.1.1 no\n550 5.1.1 such', '550', '5.1.1'],
  ['said: 550 no', '550', null],
  ['(#5.1.1)', null, '5.1.1'],
  ['5.0.0 then 5.2.2', null, '5.2.2'],
  ['554 5.4.7 gave up <421 4.4.2 timed out>', '421', '4.4.2'],
  ['550 5.7.1 a 5.1.1 b', '550', '5.7.1'],
  ['host 5.1.1.2 and version v5.1.1 and 1.5.1.1', null, null],
  ['[192.0.2.1]:25: 451 try', '451', null],
  ['after 550 hours', null, null],
  ['250 2.1.5 ok', '250', '2.1.5'],
  ["'550 5.2.2 full'", '550', '5.2.2'],
  ['ERROR_CODE :550, ERROR_CODE :5.1.1 no', '550', '5.1.1'],
  ['', null, null],
])('%j holds %s and %s', (text, replyCode, status) => expect(findCodes(text)).toEqual({ replyCode, status }));

test.each([
  ['5.0.0', 0],
  ['5.5.0', 1],
  ['4.4.7', 1],
  ['5.1.1', 2],
])('%s says %i', (status, expected) => expect(specificity(status)).toBe(expected));
