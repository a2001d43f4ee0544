import { createHmac } from 'node:crypto';
import { readHeader, readRecords, type WireRecord } from '@unsent/dns';
import { describe, expect, test } from 'vitest';
import { encodeName, encodeQuestion, uint16 } from '../src/providers/rfc2136-message.ts';
import { signMessage, type TsigKey, tsigCheck } from '../src/providers/tsig.ts';
import { name } from './support/zone.ts';

const NOW = new Date('2026-11-23T12:00:00Z');
const SECONDS = NOW.getTime() / 1000;
const KEY: TsigKey = {
  name: name('unsent-key'),
  algorithm: 'hmac-sha256',
  secret: Buffer.from('a secret of thirty-two octets, ok'),
};
const QUESTION = encodeQuestion(0x1234, name('example.com'), 'SOA');

/** The octets that RFC 8945 §4.3.3 names, written down once more, apart from the code under test. */
function variables(seconds: number): Buffer {
  const time = Buffer.alloc(8);
  time.writeUIntBE(seconds, 0, 6);
  time.writeUInt16BE(300, 6);
  return Buffer.concat([
    encodeName(KEY.name),
    Buffer.from('00ff00000000', 'hex'),
    encodeName(name('hmac-sha256')),
    time,
    Buffer.alloc(4),
  ]);
}

function record(mac: Buffer, seconds: number, error = 0): Buffer {
  const time = Buffer.alloc(8);
  time.writeUIntBE(seconds, 0, 6);
  time.writeUInt16BE(300, 6);
  const data = Buffer.concat([
    encodeName(name('hmac-sha256')),
    time,
    uint16(mac.length),
    mac,
    uint16(0x1234),
    uint16(error),
    uint16(0),
  ]);
  return Buffer.concat([encodeName(KEY.name), Buffer.from('00fa00ff00000000', 'hex'), uint16(data.length), data]);
}

function signed(
  message: Buffer,
  before: Buffer,
  { seconds = SECONDS, tail = variables(seconds), error = 0 } = {},
): Buffer {
  const mac = createHmac('sha256', KEY.secret)
    .update(uint16(before.length))
    .update(before)
    .update(message)
    .update(tail)
    .digest();
  const whole = Buffer.concat([message, record(mac, seconds, error)]);
  whole.writeUInt16BE(1, 10);
  return whole;
}

function last(message: Buffer): WireRecord | undefined {
  const header = readHeader(message);
  const records: WireRecord[] = [];
  readRecords(
    message,
    header.recordsStart,
    header.answerCount + header.authorityCount + header.additionalCount,
    records,
  );
  return records.at(-1);
}

test('a request is signed as RFC 8945 says', () => {
  const { message, mac } = signMessage(QUESTION, KEY, NOW);
  const expected = createHmac('sha256', KEY.secret).update(QUESTION).update(variables(SECONDS)).digest();
  expect(mac.toString('hex')).toBe(expected.toString('hex'));
  expect(message.subarray(QUESTION.length).toString('hex')).toBe(record(expected, SECONDS).toString('hex'));
  expect(message.readUInt16BE(10)).toBe(1);
});

describe('an answer', () => {
  const { mac } = signMessage(QUESTION, KEY, NOW);
  const check = () => tsigCheck(KEY, mac, NOW);
  const take = (message: Buffer) => check().take(message, last(message));

  test('with the right signature is accepted', () => {
    const one = check();
    const message = signed(QUESTION, mac);
    expect(one.take(message, last(message))).toBe(null);
    expect(one.end()).toBe(null);
  });

  test.each([
    ['without a signature', QUESTION, 'missing'],
    ['that answers another request', signed(QUESTION, Buffer.alloc(32)), 'forged'],
    ['signed an hour ago', signed(QUESTION, mac, { seconds: SECONDS - 3600 }), 'stale'],
    ['that says BADKEY', signed(QUESTION, mac, { error: 17 }), 'BADKEY'],
    ['that says BADTIME', signed(QUESTION, mac, { error: 18 }), 'BADTIME'],
  ])('%s is %3$s', (_, message, problem) => {
    expect(take(message)).toBe(problem);
  });

  test('with any octet changed is refused', () => {
    const good = signed(QUESTION, mac);
    for (let i = 2; i < QUESTION.length; i++) {
      if (i >= 4 && i < 12) continue; // counts: then it is no such message at all
      const bad = Buffer.from(good);
      bad[i] = (bad[i] ?? 0) ^ 1;
      // The check is of the octets: where the record lies is known from the good one.
      expect(check().take(bad, last(good))).toBe('forged');
    }
  });

  test('in several messages: later signatures cover the unsigned ones before them, and the last must be signed', () => {
    const one = check();
    const first = signed(QUESTION, mac);
    expect(one.take(first, last(first))).toBe(null);
    expect(one.take(QUESTION, undefined)).toBe(null);
    expect(one.end()).toBe('missing');
    const firstMac = createHmac('sha256', KEY.secret)
      .update(uint16(32))
      .update(mac)
      .update(QUESTION)
      .update(variables(SECONDS))
      .digest();
    const time = Buffer.alloc(8);
    time.writeUIntBE(SECONDS, 0, 6);
    time.writeUInt16BE(300, 6);
    const later = createHmac('sha256', KEY.secret)
      .update(uint16(32))
      .update(firstMac)
      .update(QUESTION)
      .update(QUESTION)
      .update(time)
      .digest();
    const message = Buffer.concat([QUESTION, record(later, SECONDS)]);
    message.writeUInt16BE(1, 10);
    expect(one.take(message, last(message))).toBe(null);
    expect(one.end()).toBe(null);
  });
});
