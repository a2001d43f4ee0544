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
