import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readAnswer } from '../src/answer.ts';
import { readMessage } from '../src/message.ts';
import { type Response, respond, soa } from './support/messages.ts';
import { name } from './support/names.ts';
import { octetWork } from './support/octet-work.ts';

const asked = name('www.example.com');
const read = (response: Response): unknown =>
  readAnswer(respond({ id: 1, name: asked, type: 'A' }, response), asked, 'A');

const a = (owner: string, ttl = 60, data = '192.0.2.1'): object => ({ name: owner, type: 'A', ttl, data });
const cname = (owner: string, target: string, ttl = 60): object => ({ name: owner, type: 'CNAME', ttl, data: target });
const ns = { name: 'example.com', type: 'NS', ttl: 60, data: 'ns.example.com' };
const opt = (extendedRcode: number): object => ({ name: '.', type: 'OPT', udpPayloadSize: 1232, extendedRcode });
const found = (ttlSeconds: number, ...data: string[]): object => ({
  kind: 'answer',
  answer: { kind: 'records', data, ttlSeconds },
});
const none = (kind: string, ttlSeconds: number): object => ({ kind: 'answer', answer: { kind, ttlSeconds } });

describe('what a response says', () => {
  test.each<readonly [string, Response, object]>([
    [
      'records',
      { answers: [a('www.example.com'), a('www.example.com', 30, '192.0.2.2')] },
      found(30, '192.0.2.1', '192.0.2.2'),
    ],
    ['records in other case', { answers: [a('WWW.EXAMPLE.COM')] }, found(60, '192.0.2.1')],
    ['records of another name', { answers: [a('example.com')] }, none('nodata', 0)],
    ['records of another class', { answers: [{ ...a('www.example.com'), class: 'CH' }] }, none('nodata', 0)],
    [
      'a CNAME and its records',
      { answers: [cname('www.example.com', 'x.example', 20), a('x.example')] },
      found(20, '192.0.2.1'),
    ],
    [
      'CNAMEs in any order',
      { answers: [a('y.example'), cname('x.example', 'y.example'), cname('www.example.com', 'X.example')] },
      found(60, '192.0.2.1'),
    ],
    [
      'a CNAME that nothing follows',
      { answers: [cname('www.example.com', 'x.example', 20)] },
      { kind: 'follow', target: 'x.example', ttlSeconds: 20 },
    ],
    [
      'a CNAME to a name without such records',
      { answers: [cname('www.example.com', 'x.example')], authorities: [soa('example', 300, 100)] },
      none('nodata', 60),
    ],
    // RFC 6604 §3
    [
      'a CNAME to a name that does not exist',
      { rcode: 3, answers: [cname('www.example.com', 'x.example')] },
      none('nxdomain', 0),
    ],
    ['no such name', { rcode: 3, authorities: [soa('example.com', 300, 100)] }, none('nxdomain', 100)],
    ['no such name, short-lived SOA', { rcode: 3, authorities: [soa('example.com', 50, 100)] }, none('nxdomain', 50)],
    ['no such records', { authorities: [soa('example.com', 300, 100)] }, none('nodata', 100)],
    ['no such records and no SOA', {}, none('nodata', 0)],
    ['a referral', { authorities: [ns], isRecursionAvailable: false }, { kind: 'referral' }],
    ['NS records from a recursive server', { authorities: [ns] }, none('nodata', 0)],
    [
      'NS records with authority',
      { authorities: [ns], isRecursionAvailable: false, isAuthoritative: true },
      none('nodata', 0),
    ],
    [
      'no error in the header and one in OPT',
      { additionals: [opt(1)] },
      { kind: 'answer', answer: { kind: 'failure', cause: 'servfail', detail: 'BADVERS' } },
    ],
    ['OPT without an error', { additionals: [opt(0)] }, none('nodata', 0)],
    ['records whose CNAME points to the root', { answers: [cname('www.example.com', '.')] }, none('nodata', 0)],
  ])('%s', (_what, response, expected) => {
    expect(read(response)).toEqual(expected);
  });

  test.each([
    ['itself', [cname('www.example.com', 'www.example.com')]],
    ['each other', [cname('www.example.com', 'x.example'), cname('x.example', 'www.example.com')]],
  ])('CNAMEs that lead to %s are a failure', (_what, answers) => {
    expect(read({ answers })).toMatchObject({ answer: { kind: 'failure', cause: 'servfail' } });
  });
});

test('a dot inside a label is no separator: such a target is nobody', () => {
  const message = respond({ id: 1, name: asked, type: 'A' }, { answers: [cname('www.example.com', 'a-b.example')] });
  message[message.lastIndexOf('a-b') + 1] = 0x2e;
  expect(readAnswer(message, asked, 'A')).toEqual(none('nodata', 0));
});

describe('hostile responses', () => {
  const good = respond(
    { id: 1, name: asked, type: 'A' },
    {
      answers: [cname('www.example.com', 'x.example'), a('x.example')],
      authorities: [soa('example.com', 1, 1)],
      additionals: [opt(0)],
    },
  );
  const readAll = (message: Buffer): void => {
    for (const reader of [
      () => readAnswer(message, asked, 'A'),
      () => readAnswer(message, asked, 'TXT'),
      () => readMessage(message),
    ])
      try {
        reader();
      } catch (error) {
        // A plain Error with a sentence: never a RangeError or TypeError from careless reading.
        expect(Object.getPrototypeOf(error)).toBe(Error.prototype);
      }
  };

  test('random octets after a good header are read or refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (octets) =>
        readAll(Buffer.concat([good.subarray(0, 33), octets])),
      ),
      { numRuns: 2_000 },
    );
  });

  test('good responses with some octets changed are read or refused', () => {
    const change = fc.tuple(fc.nat({ max: good.length - 1 }), fc.nat({ max: 255 }));
    fc.assert(
      fc.property(fc.array(change, { maxLength: 6 }), fc.nat({ max: good.length }), (changes, end) => {
        const message = Buffer.from(good);
        for (const [at, value] of changes) message[at] = value;
        readAll(message.subarray(0, Math.max(12, end)));
      }),
      { numRuns: 2_000 },
    );
  });

  test.each([
    ['a chain of CNAMEs', chain],
    ['CNAMEs that point at one name of 120 labels', longNames],
  ])('%s: twice the records is twice the work', (_name, make) => {
    const work = (records: number): number => octetWork(make(records), readAll);
    expect(work(400)).toBeGreaterThan(1000);
    expect(work(800)).toBeLessThan(2.2 * work(400));
  });
});

function chain(records: number): Buffer {
  const many = Array.from({ length: records }, (_, i) => cname(`c${i}.example`, `c${i + 1}.example`));
  return respond({ id: 1, name: asked, type: 'A' }, { answers: [cname('www.example.com', 'c0.example'), ...many] });
}

/** A response with one long name and as many CNAMEs that point at it. */
function longNames(count: number): Buffer {
  const head = respond({ id: 1, name: asked, type: 'A' });
  const label = Buffer.from([1, 97]);
  const long = Buffer.concat([...Array.from({ length: 120 }, () => label), Buffer.of(0)]);
  const fixed = (type: number, octets: number): Buffer =>
    Buffer.of(0, type, 0, 1, 0, 0, 0, 60, octets >> 8, octets & 255);
  const pointer = Buffer.of(0xc0, head.length + 12);
  const records = Array.from({ length: count }, () => Buffer.concat([pointer, fixed(5, 2), pointer]));
  const message = Buffer.concat([head, Buffer.of(0xc0, 12), fixed(2, long.length), long, ...records]);
  message.writeUInt16BE(count + 1, 6);
  return message;
}
