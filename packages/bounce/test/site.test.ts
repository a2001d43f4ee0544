import { expect, test, vi } from 'vitest';

test('until the list is there, names that only it can tell apart are of two sites', async () => {
  vi.resetModules();
  const { isSameSite, isSiteListAwaited, loadSiteList } = await import('../src/site.ts');
  expect(isSameSite('mx.example.net', 'MX.example.net.')).toBe(true);
  expect(isSameSite('mx.example.net', 'mx.example.org')).toBe(false);
  expect(isSiteListAwaited()).toBe(false);
  expect(isSameSite('mx.example.net', 'out.example.net')).toBe(false);
  expect(isSiteListAwaited()).toBe(true);
  await loadSiteList();
  expect(isSiteListAwaited()).toBe(false);
  expect(isSameSite('mx.example.net', 'out.example.net')).toBe(true);
});

test.each([
  ['mx.example.co.uk', 'out.example.co.uk', true],
  ['mx.example.co.uk', 'mx.evil.co.uk', false],
  ['example.co.uk', 'evil.co.uk', false],
  ['mx.example.kawasaki.jp', 'mx.evil.kawasaki.jp', false],
  ['mx.city.kawasaki.jp', 'out.city.kawasaki.jp', true],
  ['one.github.io', 'two.github.io', false],
  ['mx.local', 'out.local', false],
  ['192.0.2.1', '198.51.2.1', false],
  ['mx', 'mx', true],
])('%s and %s', async (one, other, expected) => {
  const { isSameSite, loadSiteList } = await import('../src/site.ts');
  await loadSiteList();
  expect(isSameSite(one, other)).toBe(expected);
});

test('the first message that needs the list is read with it', async () => {
  vi.resetModules();
  const { readMessage } = await import('../src/read.ts');
  const inner =
    'Received: from mx2.example.net (mx2.example.net [192.0.2.7]) by mx.example.net; x\nReceived: from x.example ([203.0.113.9]) by mx2.example.net; x\nFrom: a@example.com\nMessage-ID: <m@example.com>\n';
  const text = `Return-Path: <>\nFrom: MAILER-DAEMON@example.net\nSubject: failure notice\n\n<bob@example.net>: 550 no such user\n\n--- Below this line is a copy of the message.\n\n${inner}`;
  const read = await readMessage(Buffer.from(text));
  expect(read.report?.original?.injectedBy?.text).toBe('203.0.113.9');
});
