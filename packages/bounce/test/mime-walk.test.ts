import { describe, expect, test } from 'vitest';
import { walkMessage } from '../src/mime-walk.ts';

const LIMITS = { maxDepth: 3, maxParts: 10 };

function parts(text: string): string[] {
  return walkMessage(text, LIMITS, null).parts.map((part) => `${part.type}|${text.slice(part.start, part.end)}`);
}

const TOP = 'Content-Type: multipart/mixed; boundary=b\n\n';

describe('the parts of a message', () => {
  test.each([
    ['no MIME', 'Subject: x\n\nbody', ['text/plain|body']],
    [
      'two parts',
      `${TOP}pre\n--b\nContent-Type: text/html\n\none\n--b\n\ntwo\n--b--\npost`,
      ['text/html|one', 'text/plain|two'],
    ],
    ['no closing boundary', `${TOP}--b\n\none`, ['text/plain|one']],
    ['a boundary that begins like another', `${TOP}--bb\n--b\n\none\n--bx\n--b--`, ['text/plain|one\n--bx']],
    ['blanks behind the boundary', `${TOP}--b  \n\none\n--b-- \n`, ['text/plain|one']],
    ['a boundary within a line', `${TOP}--b\n\nnot --b here\n--b--`, ['text/plain|not --b here']],
    [
      'a returned message stays whole',
      `${TOP}--b\nContent-Type: message/rfc822\n\nA: 1\n\nx\n--b--`,
      ['message/rfc822|A: 1\n\nx'],
    ],
    [
      'parts of a part',
      `${TOP}--b\nContent-Type: multipart/alternative; boundary=c\n\n--c\n\none\n--c--\n--b\n\ntwo\n--b--`,
      ['text/plain|one', 'text/plain|two'],
    ],
    [
      'a boundary that is not named',
      'Content-Type: multipart/report\n\n--zz\nContent-Type: text/plain\n\none\n--zz--\n',
      ['text/plain|one'],
    ],
    ['a boundary that is named wrongly', `${TOP}--zz\ncontent-type: text/plain\n\none\n--zz--\n`, ['text/plain|one']],
    ['a multipart without parts', `${TOP}nothing`, ['multipart/mixed|nothing']],
    ['a digest', 'Content-Type: multipart/digest; boundary=b\n\n--b\n\nA: 1\n--b--', ['message/rfc822|A: 1']],
  ])('%s', (_name, text, expected) => expect(parts(text)).toEqual(expected));

  test('are as many and as deep as the limits allow', () => {
    const wide = `${TOP}${'--b\n\nx\n'.repeat(50)}--b--`;
    expect(walkMessage(wide, LIMITS, null).parts).toHaveLength(LIMITS.maxParts);
    const deep = Array.from({ length: 9 }, (_, n) => `Content-Type: multipart/mixed; boundary=b${n}\n\n--b${n}\n`).join(
      '',
    );
    expect(walkMessage(`${deep}\nx`, LIMITS, null).parts.map((part) => part.depth)).toEqual([LIMITS.maxDepth]);
  });
});
