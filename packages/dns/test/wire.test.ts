import { decode } from 'dns-packet';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { answersQuery, encodeQuery, idOf, readHeader, readRecords, setId, type WireRecord } from '../src/wire.ts';
import { respond } from './support/messages.ts';
import { name } from './support/names.ts';

const asked = name('www.example.com');
const query = (hasEdns: boolean): Buffer => {
  const message = encodeQuery({ name: asked, type: 16, isRecursive: true }, hasEdns);
  setId(message, 0xabcd);
  return message;
};

describe('encodeQuery', () => {
  test.each([
    [true, true, 1232],
    [false, false, 0],
  ])('with RD %s and EDNS %s is what dns-packet reads', (isRecursive, hasEdns, payload) => {
    const decoded = decode(encodeQuery({ name: asked, type: 16, isRecursive }, hasEdns));
    expect(decoded.questions).toEqual([{ name: 'www.example.com', type: 'TXT', class: 'IN' }]);
    expect(decoded.flag_rd).toBe(isRecursive);
    expect(decoded.additionals.map(({ udpPayloadSize }) => udpPayloadSize)).toEqual(payload === 0 ? [] : [payload]);
  });

  test('writes any name so that dns-packet reads it back', () => {
    const label = fc.stringMatching(/^[a-z0-9_*-]{1,63}$/);
    fc.assert(
      fc.property(fc.array(label, { minLength: 1, maxLength: 3 }), (labels) => {
        const text = labels.join('.');
        expect(decode(encodeQuery({ name: name(text), type: 1, isRecursive: true }, true)).questions[0]?.name).toBe(
          text,
        );
      }),
    );
  });
});

test('the id is what was set', () => {
  expect(idOf(query(true))).toBe(0xabcd);
});

describe('answersQuery', () => {
  const question = { id: 0xabcd, name: 'www.example.com', type: 'TXT' };
  const other = (questions: readonly object[]): Buffer => respond(question, { questions: questions as [] });
  const flagged = (octet: number, value: number): Buffer => {
    const message = respond(question);
    message[octet] = value;
    return message;
  };
  test.each<readonly [string, Buffer, boolean]>([
    ['the same question', respond(question), true],
    ['the question in other case', respond({ ...question, name: 'WWW.Example.COM' }), true],
    ['another name', respond({ ...question, name: 'www.example.org' }), false],
    ['a longer name', respond({ ...question, name: 'www.example.com.evil' }), false],
    ['another type', respond({ ...question, type: 'A' }), false],
    ['another class', other([{ name: 'www.example.com', type: 'TXT', class: 'CH' }]), false],
    [
      'two questions',
      other([
        { name: 'www.example.com', type: 'TXT' },
        { name: 'x', type: 'A' },
      ]),
      false,
    ],
    ['no question and a good rcode', other([]), false],
    ['no question and NXDOMAIN', respond(question, { questions: [], rcode: 3 }), false],
    ['no question and FORMERR', respond(question, { questions: [], rcode: 1 }), true],
    ['a query', flagged(2, 0x00), false],
    ['another opcode', flagged(2, 0xa8), false],
    ['a question that is cut off', respond(question).subarray(0, 20), false],
    ['half a header', respond(question).subarray(0, 11), false],
    ['nothing', Buffer.alloc(0), false],
  ])('%s', (_what, message, expected) => {
    expect(answersQuery(message, query(true))).toBe(expected);
    expect(answersQuery(message, query(false))).toBe(expected);
  });

  test('a letter is not taken for the octet 32 below or above it', () => {
    // '[' is '{' without bit 5: only letters fold.
    const braces = encodeQuery({ name: name('{a}.example'), type: 1, isRecursive: true }, true);
    expect(answersQuery(respond({ id: 0, name: '[a].example', type: 'A' }), braces)).toBe(false);
  });
});

test('readHeader and readRecords find what dns-packet wrote', () => {
  const message = respond(
    { id: 7, name: 'example.com', type: 'A' },
    {
      rcode: 3,
      isAuthoritative: true,
      answers: [
        { name: 'example.com', type: 'A', ttl: 60, data: '192.0.2.1' },
        { name: 'example.com', type: 'A', ttl: 0x80000000, data: '192.0.2.2' },
      ],
      authorities: [{ name: 'com', type: 'NS', ttl: 5, data: 'ns.example.net' }],
    },
  );
  const header = readHeader(message);
  expect(header).toMatchObject({ rcode: 3, isAuthoritative: true, isTruncated: false, isRecursionAvailable: true });
  const records: WireRecord[] = [];
  const next = readRecords(message, header.recordsStart, header.answerCount, records);
  readRecords(message, next, header.authorityCount, records);
  // RFC 2181 §8: a TTL with the highest bit set is 0
  expect(records.map(({ type, ttlSeconds }) => [type, ttlSeconds])).toEqual([
    [1, 60],
    [1, 0],
    [2, 5],
  ]);
});
