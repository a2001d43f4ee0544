import { describe, expect, test } from 'vitest';
import { readHeaderBlock } from '../src/mime-header.ts';
import { headerSigns, isPlainlyOrdinary } from '../src/prefilter.ts';

function isOrdinary(header: string, body = ''): boolean {
  const text = `${header}\n`;
  const block = readHeaderBlock(text, 0, text.length);
  return isPlainlyOrdinary(block, headerSigns(block), Buffer.from(`${text}\n${body}`));
}

const FROM = 'From: Carl <carl@example.org>\n';

describe('the header tells ordinary mail', () => {
  test.each([
    ['plain mail', `${FROM}Subject: Lunch?`],
    ['a reply', `${FROM}Subject: Re: Lunch?\nIn-Reply-To: <x>`],
    ['a newsletter', `${FROM}Subject: News\nList-Id: <news.example.org>\nPrecedence: bulk`],
    ['HTML', `${FROM}Subject: x\nContent-Type: text/html`],
  ])('%s', (_name, header) => expect(isOrdinary(header)).toBe(true));

  test.each([
    ['a null path', `${FROM}Return-Path: <>`],
    ['MAILER-DAEMON', 'From: MAILER-DAEMON@example.net'],
    ['an empty From', 'From: Mail Delivery System <>'],
    ['a failure subject', `${FROM}Subject: Undelivered Mail`],
    ['a report', `${FROM}Content-Type: multipart/report; boundary=b`],
    ['failed recipients', `${FROM}X-Failed-Recipients: a@b.example`],
    ['an automatic answer', `${FROM}Auto-Submitted: auto-replied`],
    ['a vacation subject', `${FROM}Subject: Out of office: x`],
    ['a DMARC subject', `${FROM}Subject: Report domain: x Submitter: y Report-ID: z`],
    ['an archive alone', `${FROM}Content-Type: application/zip`],
    ['fml', `${FROM}X-MLServer: fml 4`],
    ['no header at all', ''],
  ])('%s needs a closer look', (_name, header) => expect(isOrdinary(header)).toBe(false));

  test('a multipart body is searched for the parts of reports', () => {
    const header = `${FROM}Content-Type: multipart/mixed; boundary=b`;
    expect(isOrdinary(header, '--b\nContent-Type: message/delivery-status\n')).toBe(false);
    expect(isOrdinary(header, '--b\nContent-Type: text/plain\n')).toBe(true);
  });

  test('a reply is searched for words of automatic answers', () => {
    expect(isOrdinary(`${FROM}In-Reply-To: <x>`, 'This is an automated response.')).toBe(false);
  });
});
