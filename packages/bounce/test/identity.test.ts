import { describe, expect, test } from 'vitest';
import { messageIdentity } from '../src/identity.ts';

const MESSAGE = 'From: <>\nTo: a@example.com\nX-Folded: one\n two\nSubject: failure\n\nHello\n\nFrom here on\n';
const whole = identity(MESSAGE);

describe('the same message', () => {
  test.each([
    ['with CRLF', MESSAGE.replaceAll('\n', '\r\n')],
    ['with CR', MESSAGE.replaceAll('\n', '\r')],
    ['with a From_ line above', `From a@example.com Mon Nov 23 10:00:00 2026\n${MESSAGE}`],
    ['with empty lines around', `\n${MESSAGE}\n\n`],
    ['without its last line end', MESSAGE.slice(0, -1)],
    ['with quoted From_ lines', MESSAGE.replace('\nFrom here', '\n>From here')],
    ['with twice quoted From_ lines', MESSAGE.replace('\nFrom here', '\n>>From here')],
    ['after a reader marked it', `Status: RO\nX-Status: A\n${MESSAGE}`],
    ['in an mboxcl', MESSAGE.replace('\n\n', '\nContent-Length: 25\n\n')],
    ['with a folded field of the mailbox', MESSAGE.replace('\nSubject', '\nX-Keywords: a\n b\nSubject')],
  ])('%s', (_, text) => expect(identity(text)).toBe(whole));
});

describe('another message', () => {
  test.each([
    ['one letter of the body', MESSAGE.replace('Hello', 'Hallo')],
    ['one recipient more', MESSAGE.replace('a@example.com', 'a@example.com, b@example.com')],
    ['a Status line in the body', MESSAGE.replace('Hello', 'Status: RO\nHello')],
    ['another folded line', MESSAGE.replace(' two', ' three')],
    ['a quote in the middle of a line', MESSAGE.replace('From here', 'a >From here')],
  ])('%s', (_, text) => expect(identity(text)).not.toBe(whole));
  test('the same head of a larger message', () => {
    expect(messageIdentity(Buffer.from(MESSAGE), 5000)).not.toBe(whole);
  });
});

test('is 32 hex digits, also of nothing and of bytes that are no text', () => {
  for (const bytes of [[], [10, 10], [0, 255, 13, 13, 62], [...Buffer.from('>>>>From ')]]) {
    expect(messageIdentity(Uint8Array.from(bytes), null)).toMatch(/^[0-9a-f]{32}$/);
  }
});

function identity(text: string): string {
  return messageIdentity(Buffer.from(text), null);
}
