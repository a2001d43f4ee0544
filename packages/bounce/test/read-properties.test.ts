import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type MailRead, readMessage } from '../src/read.ts';

const folder = new URL('./fixtures/bounces/', import.meta.url);
const fixtures = readdirSync(folder)
  .filter((name) => !name.startsWith('.'))
  .map((name) => readFileSync(new URL(`${name}/message.eml`, folder)));

// Everything that is read on demand, so that nothing hides behind a getter.
function everything(read: MailRead): unknown {
  const original = read.report?.original ?? null;
  return {
    kind: read.kind,
    messageId: read.messageId,
    date: read.date,
    recipients: read.report?.recipients,
    fields: read.headers.fields().length,
    envelope: read.envelope,
    received: read.received,
    chain: original?.receivedChain,
    header: original?.headerBytes.length,
    body: original?.bodyBytes?.length,
  };
}

describe('whatever comes in, reading ends with a value', () => {
  test('any bytes', () =>
    fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 2000 }), async (bytes) => {
        expect(everything(await readMessage(bytes))).toBeDefined();
      }),
    ));

  test('pieces of mail in any order', () => {
    const piece = fc.constantFrom(
      'From: <>\n',
      'From: MAILER-DAEMON@example.net\n',
      'Subject: failure notice\n',
      'Return-Path: <>\n',
      '\n',
      '\r\n',
      '\r',
      'Content-Type: multipart/report; boundary=b\n',
      '--b\n',
      '--b--\n',
      'Content-Type: message/delivery-status\n\n',
      'Content-Type: message/rfc822\n\n',
      'Content-Type: text/html; charset=iso-2022-jp\n\n',
      'Content-Transfer-Encoding: base64\n',
      'Final-Recipient: rfc822; bob@example.net\n',
      'Status: 5.1.1\n',
      'Action: failed\n',
      '<bob@example.net>: 550 no\n',
      ' folded\n',
      'Received: from a (b [192.0.2.1]) by c; x\n',
      '=?utf-8?b?4pyT?= ',
      '<',
      '>',
      '@',
      '"',
      '\u001b$B',
      '\u00ff',
      '-'.repeat(30),
      '\t',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        expect(readMessage(Buffer.from(pieces.join(''), 'latin1'))).toBeDefined();
      }),
    );
  });

  test('a fixture with bytes changed, cut out or doubled', () =>
    fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...fixtures),
        fc.array(
          fc.record({
            at: fc.double({ min: 0, max: 1, noNaN: true }),
            length: fc.nat(40),
            byte: fc.nat(255),
            how: fc.nat(2),
          }),
          { maxLength: 8 },
        ),
        async (original, changes) => {
          let bytes: Buffer = Buffer.from(original);
          for (const { at, length, byte, how } of changes) {
            const start = Math.floor(at * bytes.length);
            const middle =
              [Buffer.alloc(length, byte), Buffer.alloc(0), bytes.subarray(start, start + length * 2)][how] ??
              Buffer.alloc(0);
            bytes = Buffer.concat([bytes.subarray(0, start), middle, bytes.subarray(start + length)]);
          }
          const read = await readMessage(bytes);
          expect(everything(read)).toBeDefined();
          expect(read.error).toBeNull();
        },
      ),
    ));
});

describe('how lines end changes nothing', () => {
  test.each(['\r\n', '\r', '\r\r\n'])('with %j instead of LF', async (lineEnd) => {
    for (const fixture of fixtures) {
      const text = fixture.toString('latin1').replace(/\r\n?/g, '\n');
      const plain = await readMessage(Buffer.from(text, 'latin1'));
      const other = await readMessage(Buffer.from(text.replaceAll('\n', lineEnd), 'latin1'));
      expect(JSON.stringify(everything(other))).toBe(JSON.stringify(everything(plain)));
    }
  });

  test('a mbox line, a byte order mark or blank lines in front', async () => {
    for (const fixture of fixtures) {
      const plain = await readMessage(fixture);
      for (const front of [
        'From a@example.net Mon Mar  2 10:00:00 2026\n',
        '>From a@example.net\n',
        '\u00ef\u00bb\u00bf',
        '\n\r\n\n',
      ]) {
        const other = await readMessage(Buffer.concat([Buffer.from(front, 'latin1'), fixture]));
        expect([other.kind, other.messageId, other.report?.recipients]).toEqual([
          plain.kind,
          plain.messageId,
          plain.report?.recipients,
        ]);
      }
    }
  });
});
