import { parseIp } from '@unsent/dns';
import { describe, expect, test } from 'vitest';
import { messageIdOf, readOriginal } from '../src/original.ts';

const HEADER =
  'Received: from a ([203.0.113.9]) by mx.example.net; Mon, 2 Mar 2026 10:00:00 +0000\nFrom: Ann <ann@example.com>\nSubject: =?utf-8?q?=C3=A9?=\nDate: Mon, 2 Mar 2026 09:59:00 +0000\nMessage-ID: <m1@example.com>\n';

describe('a returned message', () => {
  test('is read from its header and body', () => {
    const original = readOriginal(`Return-Path: <bounces@example.com>\n${HEADER}\nbody\n`, 'message', null);
    expect(original).toMatchObject({
      completeness: 'full',
      headerFrom: 'ann@example.com',
      messageId: 'm1@example.com',
      envelopeSender: 'bounces@example.com',
      subject: 'é',
    });
    expect([original?.date?.toISOString(), original?.injectedBy?.text]).toEqual([
      '2026-03-02T09:59:00.000Z',
      '203.0.113.9',
    ]);
    expect(Buffer.from(original?.headerBytes ?? []).toString()).toBe(`Return-Path: <bounces@example.com>\n${HEADER}`);
    expect(Buffer.from(original?.bodyBytes ?? []).toString()).toBe('body\n');
    expect(original?.receivedChain).toHaveLength(1);
  });

  test.each([
    ['headers only', `${HEADER}`, 'headers', 'headers'],
    ['headers that a text shows', `${HEADER}\nfirst lines of the body`, 'text', 'headers'],
    ['a message without a body', HEADER, 'message', 'headers'],
    ['too little to be a header', 'Subject: x\n', 'message', 'fragment'],
  ] as const)('%s', (_name, bytes, form, completeness) => {
    const original = readOriginal(bytes, form, null);
    expect([original?.completeness, original?.bodyBytes]).toEqual([completeness, null]);
  });

  test('behind blank lines and a mbox line', () => {
    expect(readOriginal(`\n\nFrom x Mon Mar 2\n${HEADER}`, 'message', null)?.messageId).toBe('m1@example.com');
  });

  test.each(['', 'Message removed\n', 'no: telling field\n'])('%j is none', (bytes) =>
    expect(readOriginal(bytes, 'message', null)).toBeNull(),
  );

  test('what the report says about the client counts only where no Received line does', () => {
    const said = parseIp('198.51.100.7');
    expect(readOriginal(HEADER, 'headers', said)?.injectedBy?.text).toBe('203.0.113.9');
    expect(readOriginal('From: a@example.com\nMessage-ID: <x>\n', 'headers', said)?.injectedBy?.text).toBe(
      '198.51.100.7',
    );
  });

  test.each([
    ['Return-Path: <>', ''],
    ['Return-Path: <a@example.com>', 'a@example.com'],
    ['X-Envelope-From: b@example.com', 'b@example.com'],
    ['Received: from x by y (envelope-sender <c@example.com>); x', 'c@example.com'],
    ['X-Other: d', null],
  ])('%s names the envelope sender %j', (line, expected) => {
    expect(readOriginal(`${line}\nFrom: a@example.com\n`, 'headers', null)?.envelopeSender ?? null).toBe(expected);
  });
});

test.each([
  ['<a@b>', 'a@b'],
  [' <a\n @b> (comment)', 'a@b'],
  ['a@b', 'a@b'],
  ['<a', 'a'],
  ['', null],
])('the Message-ID in %j is %j', (raw, expected) => expect(messageIdOf(raw)).toBe(expected));
