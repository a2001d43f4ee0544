import { describe, expect, test } from 'vitest';
import { type Dialect, dialectOf } from '../../../src/forms/dialects/dialect.ts';
import { DIALECTS } from '../../../src/forms/dialects/table.ts';
import { readNotice } from '../../../src/forms/notice.ts';
import { readParts } from '../../../src/message.ts';

const message = readParts('From: A <a@mx.example>\nSubject: Failure\nX-Mark: Some Value\n\nThe Text Of It\n');

function isSpoken(signs: Dialect['signs']): boolean {
  return dialectOf([{ id: 'x', signs }], message, () => readNotice(message)) !== null;
}

describe('signs', () => {
  test.each([
    [{ text: ['text of'] }, true],
    [{ text: ['other', 'text of'] }, true],
    [{ text: ['other'] }, false],
    [{ header: [['x-mark', 'some']] }, true],
    [{ header: [['x-mark', '']] }, true],
    [{ header: [['x-none', '']] }, false],
    [{ from: ['@mx.example'], subject: ['failure'], text: ['text'] }, true],
    [{ from: ['@mx.example'], subject: ['success'], text: ['text'] }, false],
  ] as const)('%j: %s', (signs, expected) => expect(isSpoken(signs)).toBe(expected));
});

describe('the table', () => {
  test('ids are unique, signs are there and in lower case', () => {
    expect(new Set(DIALECTS.map(({ id }) => id)).size).toBe(DIALECTS.length);
    for (const { id, signs } of DIALECTS) {
      const words = [signs.from, signs.subject, signs.text, signs.header?.flat()].flatMap((list) => list ?? []);
      expect([id, words.length > 0]).toEqual([id, true]);
      for (const word of words) expect(word).toBe(word.toLowerCase());
    }
  });
});
