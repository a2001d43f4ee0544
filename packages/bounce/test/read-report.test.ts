import { expect, test } from 'vitest';
import { readParts } from '../src/message.ts';
import { headerSigns } from '../src/prefilter.ts';
import { readReport } from '../src/read-report.ts';

const NOTICE =
  '\n<bob@example.net>: 550 5.1.1 no such user\n\n--- Below this line is a copy of the message.\n\nFrom: a@example.com\nMessage-ID: <m@example.com>\nTo: bob@example.net\n';

// Who may say that a delivery failed: the same text under other headers.
test.each([
  ['mail software', 'From: MAILER-DAEMON@example.net\nSubject: failure notice\n', 'bounce'],
  ['mail software, under another subject', 'From: postmaster@example.net\nSubject: About your mail\n', 'bounce'],
  [
    'mail software and the null sender, in words nobody knows',
    'Return-Path: <>\nFrom: postmaster@example.net\nSubject: Zzz\n',
    'bounce',
  ],
  [
    'a postmaster who answers',
    'Return-Path: <postmaster@example.net>\nFrom: Postmaster <postmaster@example.net>\nSubject: Re: About your mail\n',
    'ordinary',
  ],
  ['the null sender', 'Return-Path: <>\nFrom: relay@example.net\nSubject: About your mail\n', 'bounce'],
  ['a failure subject and the returned message', 'From: relay@example.net\nSubject: Undeliverable: x\n', 'bounce'],
  ['nobody in particular', 'From: carl@example.net\nSubject: look at this\n', 'ordinary'],
  ['a reply', 'From: carl@example.net\nSubject: Re: Undeliverable: x\n', 'ordinary'],
  ['a forward', 'From: carl@example.net\nSubject: Fwd: Undeliverable: x\n', 'ordinary'],
  ['a list', 'From: carl@example.net\nSubject: Undeliverable: x\nList-Id: <l.example.net>\n', 'ordinary'],
  [
    'a vacation program',
    'Return-Path: <>\nFrom: carl@example.net\nSubject: Automatic reply: Undeliverable\n',
    'auto-reply',
  ],
])('%s', (_name, header, kind) => {
  const message = readParts(header + NOTICE);
  expect(readReport(message, headerSigns(message.header), () => false).kind).toBe(kind);
});

test('the null sender and the message itself are enough, whatever the language', () => {
  const text =
    '\nZzz zzz.\n\nbob@example.net\n\nFrom: a@example.com\nTo: bob@example.net\nMessage-ID: <m@example.com>\nSubject: x\n';
  const message = readParts(`Return-Path: <>\nFrom: postmaster@example.net\nTo: a@example.com\nSubject: Zzz\n${text}`);
  const found = readReport(message, headerSigns(message.header), () => false);
  expect(found.report?.recipients.map(({ address }) => address)).toEqual(['bob@example.net']);
});

test('the recipient stands in the subject alone', () => {
  const header =
    'Return-Path: <>\nFrom: postmaster@example.net\nTo: a@example.com\nSubject: Delivery failure (Bob@example.net)\n';
  const message = readParts(`${header}\nYour message could not be delivered.\n`);
  const found = readReport(message, headerSigns(message.header), () => false);
  expect(found.report?.recipients.map(({ address }) => address)).toEqual(['bob@example.net']);
});
