import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { unquoteFrom } from '../../src/sources/from-line.ts';
import type { MboxPiece } from '../../src/sources/mbox-piece.ts';
import { mboxSplitter } from '../../src/sources/mbox-splitter.ts';
import { type MboxVariant, mboxEntry } from '../support/write-mbox.ts';

const DATED = 'From a@example.com Mon Nov 23 10:00:00 2026';

describe('messages are cut at From_ lines', () => {
  test.each<[string, string, string[]]>([
    ['one message', `${DATED}\nSubject: a\n\nbody\n\n`, ['Subject: a\n\nbody\n']],
    ['two', `${DATED}\nA: 1\n\nx\n\n${DATED}\nB: 2\n\ny\n\n`, ['A: 1\n\nx\n', 'B: 2\n\ny\n']],
    ['the last without an empty line', `${DATED}\nA: 1\n\nx\n\n${DATED}\nB: 2\n\ny\n`, ['A: 1\n\nx\n', 'B: 2\n\ny\n']],
    ['the last without a line end', `${DATED}\nA: 1\n\nx`, ['A: 1\n\nx']],
    [
      'CRLF',
      `${DATED}\r\nA: 1\r\n\r\nx\r\n\r\n${DATED}\r\nB: 2\r\n\r\ny\r\n`,
      ['A: 1\r\n\r\nx\r\n', 'B: 2\r\n\r\ny\r\n'],
    ],
    [
      'empty lines at the end of a body stay',
      `${DATED}\nA: 1\n\nx\n\n\n\n${DATED}\nB: 2\n\n`,
      ['A: 1\n\nx\n\n\n', 'B: 2\n'],
    ],
    ['an empty message', `${DATED}\n${DATED}\nB: 2\n\ny\n`, ['', 'B: 2\n\ny\n']],
    ['a first line with an odd date', 'From x yesterday\nA: 1\n\nx\n', ['A: 1\n\nx\n']],
    [
      'no empty line between, but a header behind',
      `${DATED}\nA: 1\n\nx\n${DATED}\nB: 2\n\ny\n`,
      ['A: 1\n\nx\n', 'B: 2\n\ny\n'],
    ],
    ['an empty file', '', []],
  ])('%s', (_, mbox, expected) => expect(textsOf(cut(mbox))).toEqual(expected));

  test.each([
    ['a sentence that begins with From', 'From here on it gets worse'],
    ['a From_ line without a date', 'From somebody@example.com'],
    ['a quoted From_ line', `>${DATED}`],
    ['a year that is too long', 'From a@example.com Mon Nov 23 10:00:00 20266'],
  ])('%s is part of the body', (_, line) => {
    const message = `A: 1\n\nabove\n\n${line}\nbelow\n`;
    expect(textsOf(cut(`${DATED}\n${message}\n`))).toEqual([message]);
  });

  test('a dated line inside a paragraph is part of the body', () => {
    const message = `A: 1\n\nhe wrote\n${DATED}\nand then nothing\n`;
    expect(textsOf(cut(`${DATED}\n${message}\n`))).toEqual([message]);
  });

  test.each([
    'From MAILER-DAEMON Mon Nov 23 10:00:00 2026',
    'From - Mon Nov  2 10:00:00 2026',
    'From a@example.com  Mon Nov 23 10:00 2026',
    'From a@example.com Mon Nov 23 10:00:00 +0100 2026',
    'From a@example.com Mon Nov 23 10:00:00 CET 2026',
    'From a@example.com Mon Nov 23 10:00:00 2026 +0100',
    'From "a b"@example.com Mon Nov 23 10:00:00 2026',
    'From a@example.com Mon, 23 Nov 2026 10:00:00 +0000',
    'From a at example.com Mon Nov 23 10:00:00 2026 remote from b',
  ])('%s begins a message', (line) => {
    expect(textsOf(cut(`${DATED}\nA: 1\n\nx\n\n${line}\nB: 2\n\ny\n\n`))).toEqual(['A: 1\n\nx\n', 'B: 2\n\ny\n']);
  });
});

describe('Content-Length', () => {
  const inner = `some text\n\n${DATED}\nB: 2\n\ny\n`;
  test('is believed where it leads to a From_ line', () => {
    const mbox = `${DATED}\nContent-Length: ${inner.length}\n\n${inner}\n${DATED}\nC: 3\n\nz\n\n`;
    expect(textsOf(cut(mbox))).toEqual([`Content-Length: ${inner.length}\n\n${inner}`, 'C: 3\n\nz\n']);
  });
  test('is believed where it leads to the end', () => {
    const mbox = `${DATED}\nContent-Length: ${inner.length}\n\n${inner}\n`;
    expect(textsOf(cut(mbox))).toEqual([`Content-Length: ${inner.length}\n\n${inner}`]);
  });
  test.each([
    ['into the middle', 3],
    ['before the end', inner.length - 2],
    ['beyond the end', 4000],
    ['absurdly far', 999_999_999_999],
  ])('is not believed where it leads %s', (_, length) => {
    expect(textsOf(cut(`${DATED}\nContent-Length: ${length}\n\n${inner}\n`))).toEqual([
      `Content-Length: ${length}\n\nsome text\n`,
      'B: 2\n\ny\n',
    ]);
  });
  test('is no longer believed after more of them were wrong than right', () => {
    const wrong = `${DATED}\nContent-Length: 1\n\nbody\n\n`;
    const byChance = `${DATED}\nContent-Length: ${inner.length}\n\n${inner}\n`;
    expect(cut(`${wrong}${byChance}`)).toHaveLength(3);
  });
  test('counts when it is written in other letters, and only in the header', () => {
    const mbox = `${DATED}\ncontent-length: ${inner.length}\n\n${inner}\n${DATED}\nA: 1\n\nContent-Length: 3\n\n`;
    expect(cut(mbox)).toHaveLength(2);
  });
});

describe('the end of the mbox', () => {
  test.each<[string, string, MboxPiece['endedBy']]>([
    ['an empty line closes the last message', `${DATED}\nA: 1\n\nx\n\n`, 'blank-line'],
    ['without one it stays open', `${DATED}\nA: 1\n\nx\n`, 'open'],
    ['a Content-Length that fits closes it', `${DATED}\nContent-Length: 2\n\nx\n`, 'length'],
    ['one that promises more keeps it open', `${DATED}\nContent-Length: 20\n\nx\n\n`, 'open'],
  ])('%s', (_, mbox, endedBy) => expect(cut(mbox).at(-1)?.endedBy).toBe(endedBy));
});

test('a message over the limit is cut, its size is told, and the next one is whole', () => {
  const large = `A: 1\n\n${'x'.repeat(70)}\n`.repeat(100_000);
  const mbox = `${DATED}\n${large}\n${DATED}\nB: 2\n\ny\n\n`;
  const [first, second] = cut(mbox, 65_536, 4096);
  expect(first?.bytes.toString()).toBe(large.slice(0, 4096));
  expect(first?.sizeBytes).toBe(large.length);
  expect(second?.bytes.toString()).toBe('B: 2\n\ny\n');
  expect(second?.end).toBe(mbox.length);
});

test('an oversized message cut in small chunks keeps only its head', () => {
  const large = `A: 1\n\n${'some text\n'.repeat(2_000)}`;
  const pieces = cut(`${DATED}\n${large}\n${DATED}\nB: 2\n\ny\n\n`, 100, 1000);
  expect(pieces.map((piece) => [piece.bytes.length, piece.sizeBytes])).toEqual([
    [1000, large.length],
    [8, 8],
  ]);
});

test('behind the start, what stands before the first From_ line is skipped', () => {
  const splitter = mboxSplitter({ maxMessageBytes: 1000, offset: 77, lengthTrust: 0 });
  const rest = `rest of a message\n\n${DATED}\nB: 2\n\ny\n\n`;
  const pieces = [...splitter.push(Buffer.from(rest)), ...splitter.end()];
  expect(textsOf(pieces)).toEqual(['B: 2\n\ny\n']);
  expect(pieces[0]?.end).toBe(77 + rest.length);
});

/** Lines as they occur where mailbox formats go wrong. */
const line = fc.oneof(
  fc.constantFrom(
    '',
    'From ',
    'From x',
    DATED,
    `>${DATED}`,
    `>>${DATED}`,
    '>From x',
    'Subject: a',
    'Content-Length: 3',
    '\r',
  ),
  fc.string({ unit: 'binary-ascii', maxLength: 12 }),
);
const body = fc
  .array(line, { maxLength: 8 })
  .map((lines) => lines.map((one) => `${one.replaceAll('\n', '')}\n`).join(''));
const message = body.map((text) => `Subject: x\n\n${text}`);

describe.each<MboxVariant>(['mboxo', 'mboxrd', 'mboxcl', 'mboxcl2'])('%s', (variant) => {
  test('gives back every message that was written, however it is chunked', () => {
    fc.assert(
      fc.property(
        fc.array(message, { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 300 }),
        (messages, size) => {
          const pieces = cut(messages.map((one) => mboxEntry(variant, one)).join(''), size);
          const read = pieces.map((piece) =>
            (piece.isUnquoted ? piece.bytes : unquoteFrom(piece.bytes)).toString('latin1'),
          );
          expect(read.map((text) => normal(variant, text))).toEqual(messages.map((text) => normal(variant, text)));
        },
      ),
      { numRuns: 500 },
    );
  });
});

test('any bytes in any chunks give the same pieces, which cover the mbox in order', () => {
  fc.assert(
    fc.property(fc.array(line, { maxLength: 30 }), fc.integer({ min: 1, max: 50 }), (lines, size) => {
      const mbox = `${DATED}\n${lines.join('\n')}`;
      const pieces = cut(mbox, size);
      expect(pieces).toEqual(cut(mbox, mbox.length));
      expect(pieces.at(-1)?.end).toBe(mbox.length);
    }),
    { numRuns: 500 },
  );
});

/** mboxo and mboxcl lose the difference between `From ` and `>From `; mboxcl2 carries its length in the header. */
function normal(variant: MboxVariant, text: string): string {
  const unquoted = variant === 'mboxrd' ? text : text.replace(/^>+From /gm, 'From ');
  return unquoted.replace(/^(Subject: x\n)Content-Length: \d+\n/, '$1');
}

function cut(mbox: string, chunkSize = 65_536, maxMessageBytes = 1 << 20): MboxPiece[] {
  const bytes = Buffer.from(mbox, 'latin1');
  const splitter = mboxSplitter({ maxMessageBytes, offset: 0, lengthTrust: 0 });
  const pieces: MboxPiece[] = [];
  for (let at = 0; at < bytes.length; at += chunkSize)
    pieces.push(...splitter.push(bytes.subarray(at, at + chunkSize)));
  return [...pieces, ...splitter.end()];
}

function textsOf(pieces: readonly MboxPiece[]): string[] {
  return pieces.map((piece) => piece.bytes.toString('latin1'));
}
