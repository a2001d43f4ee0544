import { describe, expect, test } from 'vitest';
import { headerList, rawHeader, rawHeaders, readHeaderBlock } from '../src/mime-header.ts';

const read = (text: string): ReturnType<typeof readHeaderBlock> => readHeaderBlock(text, 0, text.length);

describe('a header block', () => {
  test.each([
    ['two fields and a body', 'A: 1\nB: 2\n\nbody', ['A', 'B'], 'body'],
    ['a folded field', 'A: 1\n  more\nB: 2\n\nbody', ['A', 'B'], 'body'],
    ['an empty line of blanks', 'A: 1\n \t\nbody', ['A'], 'body'],
    ['a line that is no field', 'A: 1\nnot a field\nB: 2\n\nbody', ['A', 'B'], 'body'],
    ['a missing empty line', 'A: 1\nsome text\nand more', ['A'], 'some text\nand more'],
    ['a blank in front of the colon', 'A : 1\n\nbody', ['A'], 'body'],
    ['no header', '\nbody', [], 'body'],
    ['no body', 'A: 1', ['A'], ''],
  ])('with %s', (_name, text, names, body) => {
    const block = read(text);
    expect(block.fields.map((field) => field.name)).toEqual(names);
    expect(text.slice(block.bodyStart)).toBe(body);
  });

  test('stops at its limit', () => {
    const block = readHeaderBlock('A: 1\nB: 2\n', 0, 5);
    expect(block.fields.map((field) => field.name)).toEqual(['A']);
  });
});

test('fields are found without case, in order, decoded when read', () => {
  const block = read('Received: one\nSUBJECT: =?utf-8?q?=C3=A9?=\nreceived: two\n\n');
  expect(rawHeader(block, 'subject').trim()).toBe('=?utf-8?q?=C3=A9?=');
  expect(rawHeaders(block, 'received')).toEqual([' one', ' two']);
  expect(rawHeader(block, 'x-none')).toBe('');
  const list = headerList(block);
  expect([list.get('Subject'), list.get('none'), list.all('Received')]).toEqual(['é', null, ['one', 'two']]);
  expect(list.fields().map(({ name }) => name)).toEqual(['Received', 'SUBJECT', 'received']);
});
