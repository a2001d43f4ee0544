import { describe, expect, test } from 'vitest';
import { readMessage } from '../src/message.ts';
import { recordLine, typeName, typeNumber } from '../src/wire-rdata.ts';
import { respond } from './support/messages.ts';

const question = { id: 1, name: 'example.com', type: 'A' };

function answerOf(record: object): unknown {
  const message = readMessage(respond(question, { answers: [{ name: 'Example.com', ttl: 60, ...record }] }));
  return message.kind === 'message' ? message.answers[0] : message;
}

describe('records that dns-packet wrote', () => {
  test.each<readonly [object, object]>([
    [{ type: 'A', data: '192.0.2.1' }, { data: '192.0.2.1' }],
    [{ type: 'AAAA', data: '2001:db8::1' }, { data: '2001:db8::1' }],
    [{ type: 'AAAA', data: '::ffff:192.0.2.1' }, { data: '::ffff:192.0.2.1' }],
    [
      { type: 'MX', data: { preference: 10, exchange: 'Mail.example.com' } },
      { data: { preference: 10, exchange: 'mail.example.com' } },
    ],
    [{ type: 'MX', data: { preference: 0, exchange: '.' } }, { data: { preference: 0, exchange: '.' } }],
    [{ type: 'TXT', data: ['one', Buffer.of(0xff, 0x22)] }, { data: ['one', '\xff"'] }],
    [{ type: 'TXT', data: [] }, { data: [] }],
    [{ type: 'NS', data: 'ns.example.com' }, { data: 'ns.example.com' }],
    [{ type: 'PTR', data: 'ns.example.com' }, { data: 'ns.example.com' }],
    [{ type: 'CNAME', data: 'www.example.com' }, { data: 'www.example.com' }],
    [
      {
        type: 'SOA',
        data: { mname: 'ns.example.com', rname: 'a.b', serial: 1, refresh: 2, retry: 3, expire: 4, minimum: 5 },
      },
      { type: 'SOA', text: 'ns.example.com. a.b. 1 2 3 4 5' },
    ],
    [
      { type: 'SRV', data: { priority: 1, weight: 2, port: 5060, target: 'sip.example.com' } },
      { text: '1 2 5060 sip.example.com.' },
    ],
    [
      { type: 'CAA', data: { flags: 128, tag: 'issue', value: 'ca.example; a=b' } },
      { text: '128 issue "ca.example; a=b"' },
    ],
    [
      { type: 'DS', data: { keyTag: 12345, algorithm: 8, digestType: 2, digest: Buffer.from('abcdef', 'hex') } },
      { text: '12345 8 2 abcdef' },
    ],
    [
      { type: 'DNSKEY', data: { flags: 257, algorithm: 8, key: Buffer.from('AQIDBA==', 'base64') } },
      { text: '257 3 8 AQIDBA==' },
    ],
    [
      { type: 'TLSA', data: { usage: 3, selector: 1, matchingType: 1, certificate: Buffer.from('abcd', 'hex') } },
      { text: '3 1 1 abcd' },
    ],
    [
      {
        type: 'NAPTR',
        data: {
          order: 1,
          preference: 2,
          flags: 's',
          services: 'SIP+D2U',
          regexp: '',
          replacement: '_sip._udp.example.com',
        },
      },
      { text: '1 2 "s" "SIP+D2U" "" _sip._udp.example.com.' },
    ],
    [{ type: 'HINFO', data: { cpu: 'a', os: 'b c' } }, { text: '"a" "b c"' }],
    [
      { type: 'UNKNOWN_65280', data: Buffer.of(1, 2, 3) },
      { type: 'TYPE65280', text: '\\# 3 010203' },
    ],
  ])('%j', (record, expected) => {
    expect(answerOf(record)).toMatchObject({ name: 'example.com', ttlSeconds: 60, ...expected });
  });
});

describe('type numbers', () => {
  test.each([
    ['TXT', 16],
    ['soa', 6],
    ['TYPE257', 257],
    ['type0', 0],
    ['TYPE65536', null],
    ['TYPE', null],
    ['CONSTRUCTOR', null],
    ['', null],
  ])('%s is %s', (text, expected) => {
    expect(typeNumber(text)).toBe(expected);
  });

  test('a type without a name here is written as a number', () => {
    expect([typeName(257), typeName(65_280)]).toEqual(['CAA', 'TYPE65280']);
  });
});

describe('malformed data', () => {
  const withData = (type: string, data: Buffer): Buffer =>
    respond(question, { answers: [{ name: 'example.com', type: 'UNKNOWN_65280', ttl: 60, data }] }).fill(
      { A: 1, AAAA: 28, MX: 15, TXT: 16, NS: 2, SOA: 6, SRV: 33 }[type] ?? 0,
      // the type of the only record: header 12, question 17, its name a copy of 13
      43,
      44,
    );
  test.each<readonly [string, Buffer]>([
    ['A', Buffer.alloc(3)],
    ['AAAA', Buffer.alloc(4)],
    ['MX', Buffer.alloc(2)],
    ['MX', Buffer.of(0, 1, 5, 97)],
    ['TXT', Buffer.of(5, 97)],
    ['NS', Buffer.of(1, 97)],
    ['NS', Buffer.alloc(0)],
    ['SOA', Buffer.of(0, 0, 1)],
    ['SRV', Buffer.of(0, 0, 1)],
  ])('%s of %j throws', (type, data) => {
    const message = withData(type, data);
    message[42] = 0;
    expect(() => readMessage(message)).toThrow();
  });
});

describe('a record as a line of zone text, where no DomainName holds its names', () => {
  const OWNER = 'my\\032printer._ipp._tcp.example.com.';
  /** The label of a DNS-SD instance (RFC 6763 §4.1.1), and a dot inside a label. */
  const labels = (...texts: string[]): Buffer =>
    Buffer.concat([...texts, ''].map((text) => Buffer.from([text.length, ...Buffer.from(text, 'latin1')])));
  const owner = labels('My Printer', '_ipp', '_tcp', 'example', 'com');

  function lineOf(type: number, data: Buffer): string {
    const head = Buffer.alloc(10);
    head.writeUInt16BE(type, 0);
    head.writeUInt16BE(1, 2);
    head.writeUInt32BE(300, 4);
    head.writeUInt16BE(data.length, 8);
    const message = Buffer.concat([owner, head, data]);
    const start = owner.length + head.length;
    return recordLine(message, { ownerAt: 0, type, class: 1, ttlSeconds: 300, start, end: message.length });
  }

  test.each<readonly [number, Buffer, string]>([
    [1, Buffer.of(192, 0, 2, 1), 'A 192.0.2.1'],
    [28, Buffer.from('20010db8000000000000000000000001', 'hex'), 'AAAA 2001:db8::1'],
    [16, Buffer.from('\x03a"b\x02\xc3\xa9', 'latin1'), 'TXT "a\\"b" "\\195\\169"'],
    [12, labels('My Printer', 'a.b', 'example'), 'PTR my\\032printer.a\\.b.example.'],
    [5, labels(), 'CNAME .'],
    [2, labels('ns', 'example'), 'NS ns.example.'],
    [15, Buffer.concat([Buffer.of(0, 10), labels('a b', 'example')]), 'MX 10 a\\032b.example.'],
    [33, Buffer.concat([Buffer.of(0, 1, 0, 2, 2, 119), labels('host', 'example')]), 'SRV 1 2 631 host.example.'],
    [65280, Buffer.of(1, 2), 'TYPE65280 \\# 2 0102'],
  ])('type %i', (type, data, expected) => {
    expect(lineOf(type, data)).toBe(`${OWNER} 300 IN ${expected}`);
  });

  test('data that is cut off throws', () => {
    expect(() => lineOf(1, Buffer.of(192, 0, 2))).toThrow('an address of 3 octets');
    expect(() => lineOf(15, Buffer.of(0))).toThrow('cut off');
  });
});
