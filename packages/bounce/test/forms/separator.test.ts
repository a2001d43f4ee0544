import { describe, expect, test } from 'vitest';
import { findReturned, returnedHeaderAt } from '../../src/forms/separator.ts';

const HEADER = 'Received: from a by b; x\nFrom: a@example.com\nTo: b@example.net\n';

describe('where the returned message begins', () => {
  test.each([
    '--- Below this line is a copy of the message.',
    '------ This is a copy of the message, including all the headers. ------',
    '   ----- Original message -----',
    '   ----- Message header follows -----',
    '------------------------------ Original message ------------------------------',
    '--- The header of the original message is following. ---',
    '|------------------------- Message text follows: ------------------------|',
    'Original message follows.',
    '---- START OF RETURNED MESSAGE ----',
    '--- Mensaje original adjunto.',
    '----- Ursprüngliche Nachricht -----',
  ])('%s', (line) => {
    const text = `notice\n${line}\n${HEADER}`;
    expect(findReturned(text)).toEqual({ noticeEnd: 7, start: 8 + line.length });
  });

  test('a block of header fields needs no separator', () => {
    expect(findReturned(`notice\n\n${HEADER}`)).toEqual({ noticeEnd: 8, start: 8 });
  });

  test.each([
    [
      'a sentence that speaks of the original message',
      'The original message was received at noon.\nMessage headers are kept.\n',
    ],
    ['what the notice says of the message, indented', '  From: a@example.com\n  To: b@example.net\n  Subject: x\n'],
    ['two fields alone', 'Subject: x\nDate: y\n\n'],
  ])('%s is none', (_name, text) => expect(findReturned(text)).toBeNull());
});

test('lines about the copy may stand in front of its header', () => {
  const text = `------ The body is long; only the first\n------ part is included.\n\n${HEADER}`;
  expect(text.slice(returnedHeaderAt(text) ?? 0)).toBe(HEADER);
  expect(returnedHeaderAt('nothing\nhere\n')).toBeNull();
  expect(returnedHeaderAt('\nSubject: x\n')).toBe(1);
});
