import { expect, test } from 'vitest';
import { readMessage } from '../../src/read.ts';

const RECEIPT =
  'Your message\n\n  To: bob@example.net\n  Subject: Offer\n  Sent: Monday, 23 November 2026 9:58\n\nwas read on Monday, 23 November 2026 10:00.\n';

// Receipts without the report of RFC 8098: a subject and the shape of a text, and neither alone.
test.each([
  ['English', 'Read: Offer', RECEIPT, 'mdn'],
  ['deleted', 'Not read: Offer', RECEIPT.replace('was read', 'was deleted without being read'), 'mdn'],
  [
    'German',
    'Gelesen: Angebot',
    'Ihre Nachricht\n\n  An: bob@example.net\n  Betreff: Angebot\n  Gesendet: Montag, 23. November 2026 09:58\n\nwurde gelesen am Montag, 23. November 2026 10:00.\n',
    'mdn',
  ],
  ['the shape under another subject', 'Offer', RECEIPT, 'ordinary'],
  ['the subject alone', 'Read: the book on SMTP', 'It was worth it. See you on Monday at 10.\n', 'ordinary'],
  ['more text below', 'Read: Offer', `${RECEIPT}\nBut tell me, what does it cost?\n`, 'ordinary'],
])('%s', async (_name, subject, text, kind) => {
  const header = `From: Bob <bob@example.net>\nTo: anna@example.com\nSubject: ${subject}\nIn-Reply-To: <m@example.com>\n`;
  const read = await readMessage(Buffer.from(`${header}\n${text}`));
  expect(read.kind).toBe(kind);
});
