import { describe, expect, test } from 'vitest';
import { readMessage } from '../src/read.ts';

// Inputs that make careless readers slow. Whoever goes over them more than once for each of their parts takes minutes, and
// is ended by the time limit of the test; `readMessage` has no clock here, so it cannot save itself by giving up.
const DAEMON = 'Return-Path: <>\nFrom: MAILER-DAEMON@example.net\nSubject: failure notice\n';
const REPORT = `${DAEMON}Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n`;
const STATUS = '--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.net\n\n';

function many(count: number, line: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => line(index)).join('');
}

const HOSTILE: readonly (readonly [string, string, string])[] = [
  ['a text of one million "<"', `${DAEMON}\n${'<'.repeat(1_000_000)}`, 'bounce'],
  ['a text of one million "a@"', `${DAEMON}\n${'a@'.repeat(500_000)}`, 'bounce'],
  ['lines full of addresses', `${DAEMON}\n${many(5000, () => `${'a@b.example '.repeat(80)}\n`)}`, 'bounce'],
  [
    'lines that begin like labels',
    `${DAEMON}\n${many(4000, () => `${'delivery to the following recipients '.repeat(25)} x@example.net\n`)}`,
    'bounce',
  ],
  ['lines that look like header fields', `${DAEMON}\n${many(40_000, (n) => `x-a${n}: y\n`)}`, 'bounce'],
  [
    'lines that look like separators',
    `${DAEMON}\n${many(40_000, () => `${'-'.repeat(100)} message ${'-'.repeat(80)}\n`)}`,
    'bounce',
  ],
  [
    '20,000 recipients that ask the text',
    `${REPORT}--b\n\n${many(4000, (n) => `<r${n}@example.net>: no\n`)}${STATUS}${many(20_000, (n) => `Final-Recipient: rfc822; r${n}@example.net\nAction: failed\nStatus: 5.0.0\n\n`)}--b--\n`,
    'bounce',
  ],
  [
    'a field with a million continuation lines',
    `${REPORT}${STATUS}Final-Recipient: rfc822; a@example.net\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp;\n${many(500_000, () => ' x\n')}--b--\n`,
    'bounce',
  ],
  [
    'parts within parts',
    `${DAEMON}${many(5000, (n) => `Content-Type: multipart/mixed; boundary=b${n}\n\n--b${n}\n`)}\nx`,
    'bounce',
  ],
  [
    'parts without a boundary',
    `From: a@example.net\nContent-Type: multipart/mixed; boundary=b\n\n${many(20_000, () => '--b\nContent-Type: multipart/report\n\ndelivery-status\n')}`,
    'ordinary',
  ],
  [
    'a boundary of one dash among dashes',
    `${DAEMON}Content-Type: multipart/mixed; boundary=-\n\n${'-'.repeat(3_000_000)}`,
    'bounce',
  ],
  ['unclosed HTML elements', `${DAEMON}Content-Type: text/html\n\n${'<style>'.repeat(100_000)}`, 'bounce'],
  ['entities without an end', `${DAEMON}Content-Type: text/html\n\n${'&#12'.repeat(200_000)}`, 'bounce'],
  [
    'quoted-printable of equal signs and blanks',
    `${DAEMON}Content-Transfer-Encoding: quoted-printable\n\n${`=${' '.repeat(30)}`.repeat(50_000)}`,
    'bounce',
  ],
  [
    'encoded words in every header',
    `From: a@example.net\n${many(2000, (n) => `X-${n}: ${'=?utf-8?q?a?='.repeat(50)}\n`)}Subject: ${'=?utf-8?b?4pyT?= '.repeat(20_000)}\n\nx`,
    'ordinary',
  ],
  [
    'a content type of parameters',
    `From: a@example.net\nContent-Type: multipart/report${'; a="\\'.repeat(100_000)}\n\nx`,
    'ordinary',
  ],
  ['a From header of brackets', `From: ${'<'.repeat(200_000)}${'>'.repeat(200_000)}\nSubject: x\n\nx`, 'ordinary'],
  [
    'Received lines of parentheses',
    `${REPORT}--b\nContent-Type: message/rfc822\n\nFrom: a@example.net\n${many(2000, () => `Received: from ${'('.repeat(900)} by x ${')'.repeat(900)}\n`)}\nx\n--b--\n`,
    'bounce',
  ],
  [
    'Received lines of brackets',
    `${REPORT}--b\nContent-Type: message/rfc822\n\nFrom: a@example.net\n${many(2000, () => `Received: from ${'[1.1.1.1'.repeat(200)} by x\n`)}\nx\n--b--\n`,
    'bounce',
  ],
  ['a reply of digits and dots', `${DAEMON}\n<a@example.net>:\n${'5.5.'.repeat(200_000)}`, 'bounce'],
  [
    'JSON of brackets',
    `From: no-reply@example.net\nX-Amz-Sns-Message-Id: 1\n\n{"notificationtype":${'['.repeat(200_000)}}`,
    'ordinary',
  ],
  ['NULs', `${DAEMON}\n${'\0'.repeat(2_000_000)}`, 'bounce'],
];

describe('hostile input costs little', () => {
  test.each(HOSTILE)('%s', async (_name, text, kind) => {
    const bytes = Buffer.from(text, 'latin1');
    const read = await readMessage(bytes);
    expect([read.kind, read.error]).toEqual([kind, null]);
  });
});

describe('bounds that a caller sets', () => {
  const report = `${REPORT}${STATUS}Final-Recipient: rfc822; bob@example.net\nAction: failed\nStatus: 5.1.1\n--b--\n`;

  test('what lies behind maxBytes is not looked at, and the record says so', async () => {
    const read = await readMessage(Buffer.from(report + 'x'.repeat(5000)), { maxBytes: report.length });
    expect(read.report?.recipients[0]?.address).toBe('bob@example.net');
    expect(read.error).toContain('longer than the limit');
  });

  test('past the time limit the record says that optional fields were left out', async () => {
    let now = 0;
    const clock = (): number => {
      now += 100;
      return now;
    };
    const read = await readMessage(Buffer.from(report), { clock, timeLimitMs: 50 });
    expect(read.kind).toBe('bounce');
    expect(read.error).toContain('took longer');
  });
});
