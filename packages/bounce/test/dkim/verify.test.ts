import { zoneResolver } from '@unsent/dns';
import { dkimVerify } from 'mailauth/lib/dkim/verify.js';
import { describe, expect, test } from 'vitest';
import { type DkimResult, verifyDkim } from '../../src/dkim/verify.ts';
import { halves, newSigningKey, type SigningKey, signed, signedByHand, txt } from '../support/dkim.ts';

const MESSAGE = [
  'Received: from app.example.com ([192.0.2.7]) by out.example.com; Mon, 2 Mar 2026 10:00:00 +0000',
  'From: Anna <anna@example.com>',
  'To: ben@example.net',
  'Subject:  a  question\r\n\tfolded ',
  'Date: Mon, 2 Mar 2026 10:00:00 +0000',
  'Message-ID: <one@example.com>',
  'MIME-Version: 1.0',
  '',
  'Hello  Ben,\r\n\r\nhow are \t you? \r\n\r\n\r\n',
].join('\r\n');
const AT = new Date('2026-03-02T10:00:05Z');
const SIGNED_NAMES = ['From', 'To', 'Subject', 'Date', 'Message-ID', 'MIME-Version'];
const RSA = newSigningKey('rsa');
const ED25519 = newSigningKey('ed25519');

async function check(
  message: string,
  record: string,
  change: { body?: null; at?: Date } = {},
): Promise<DkimResult | null> {
  const { headerBytes, bodyBytes } = halves(message);
  const question = {
    headerBytes,
    bodyBytes: change.body === null ? null : bodyBytes,
    isWanted: () => true,
    at: change.at ?? AT,
  };
  const results = await verifyDkim(question, zoneResolver([txt('s1._domainkey.example.com', record)]));
  return results[0] ?? null;
}

async function oracle(message: string, record: string): Promise<string> {
  const resolver = (): Promise<string[][]> => Promise.resolve([[record]]);
  const { results } = await dkimVerify(Buffer.from(message, 'latin1'), { resolver, curTime: AT });
  return results[0]?.status.result ?? 'none';
}

describe.each<[string, SigningKey]>([
  ['rsa-sha256', RSA],
  ['ed25519-sha256', ED25519],
])('%s', (_name, key) => {
  const cases = ['relaxed/relaxed', 'relaxed/simple', 'simple/relaxed', 'simple/simple'];

  test.each(cases)('what mailauth signs %s verifies here, with the body and without', async (canonicalization) => {
    const message = await signed(MESSAGE, key, { canonicalization, signTime: AT });
    expect(await oracle(message, key.record)).toBe('pass');
    expect(await check(message, key.record)).toMatchObject({ status: 'verified', body: 'matches' });
    expect(await check(message, key.record, { body: null })).toMatchObject({ status: 'verified', body: 'absent' });
  });

  test.each(SIGNED_NAMES)('changing the signed %s breaks it', async (field) => {
    const message = await signed(MESSAGE, key, { signTime: AT });
    const changed = message.replace(new RegExp(`\\r\\n${field}: *`), (start) => `${start}x`);
    expect(changed).not.toBe(message);
    expect(await oracle(changed, key.record)).toBe('fail');
    expect((await check(changed, key.record))?.status).toBe('bad-signature');
    expect((await check(changed, key.record, { body: null }))?.status).toBe('bad-signature');
  });

  test('a changed body is told from changed headers', async () => {
    const message = await signed(MESSAGE, key, { signTime: AT });
    const changed = message.replace('how are', 'who are');
    expect(await oracle(changed, key.record)).not.toBe('pass');
    expect(await check(changed, key.record)).toMatchObject({ status: 'verified', body: 'differs' });
  });
});

test('an unsigned header may change, and relaxed forgives folding', async () => {
  const message = signedByHand(MESSAGE, RSA, ['From', 'Subject']);
  const changed = message.replace('To: ben', 'To: carla').replace('a  question\r\n\tfolded ', 'a question folded');
  expect(await oracle(changed, RSA.record)).toBe('pass');
  expect((await check(changed, RSA.record))?.status).toBe('verified');
});

test('an oversigned header cannot be added', async () => {
  const message = signedByHand(MESSAGE, RSA, ['From', 'From', 'Subject', 'Reply-To']);
  expect(await oracle(message, RSA.record)).toBe('pass');
  const added = `From: mallory@example.org\r\n${message}`;
  expect((await check(message, RSA.record))?.status).toBe('verified');
  expect(await oracle(added, RSA.record)).toBe('fail');
  expect((await check(added, RSA.record))?.status).toBe('bad-signature');
});

test('l= leaves what follows unsigned, and says so', async () => {
  const message = await signed(MESSAGE, RSA, { maxBodyLength: 8, signTime: AT });
  expect(message).toContain('l=8');
  expect(await check(message, RSA.record)).toMatchObject({ status: 'verified', body: 'partly' });
  expect(await check(message.replace('how are', 'buy our'), RSA.record)).toMatchObject({ body: 'partly' });
  expect(await check(message.replace('Hello', 'Bello'), RSA.record)).toMatchObject({ body: 'differs' });
  const short = message.slice(0, message.indexOf('\r\n\r\n') + 4);
  expect(await check(`${short}Hi`, RSA.record)).toMatchObject({ body: 'differs' }); // less than l= says
});

test('a signature past its x= has expired when the message was handed over, not today', async () => {
  const message = await signed(MESSAGE, RSA, { signTime: AT, expires: new Date(AT.getTime() + 3_600_000) });
  expect((await check(message, RSA.record))?.status).toBe('verified');
  expect((await check(message, RSA.record, { at: new Date('2026-03-03T00:00:00Z') }))?.status).toBe('expired');
});

test.each<[string, (record: string) => string, DkimResult['status']]>([
  ['revoked key', () => 'v=DKIM1; p=', 'no-key'],
  ['no key record', () => 'hello', 'no-key'],
  ['testing key', (record) => `${record}; t=y`, 'no-key'],
  ['strict key, same domain', (record) => `${record}; t=s`, 'verified'],
  ['key for other services', (record) => `${record}; s=other`, 'unusable'],
  ['key for sha1 only', (record) => `${record}; h=sha1`, 'unusable'],
  ['key of another type', () => ED25519.record, 'unusable'],
  ['another domain key', () => newSigningKey('rsa').record, 'bad-signature'],
  ['too short key', () => newSigningKey('rsa', 768).record, 'unusable'],
  ['broken base64', () => 'v=DKIM1; p=!!!!', 'unusable'],
  ['base64 of no key', () => 'v=DKIM1; p=AAAA', 'unusable'],
])('%s', async (_title, change, status) => {
  const message = await signed(MESSAGE, RSA, { signTime: AT });
  expect((await check(message, change(RSA.record)))?.status).toBe(status);
});

test('a failing resolver proves nothing', async () => {
  const message = await signed(MESSAGE, RSA, { signTime: AT });
  const { headerBytes, bodyBytes } = halves(message);
  const record = txt('s1._domainkey.example.com', RSA.record);
  const resolver = zoneResolver([], { failing: [{ name: record.name }] });
  const results = await verifyDkim({ headerBytes, bodyBytes, isWanted: () => true, at: AT }, resolver);
  expect(results.map((one) => one.status)).toEqual(['dns-failure']);
});

test('signatures of other domains are not looked at, and at most four of ours are', async () => {
  let message = MESSAGE;
  for (let i = 0; i < 6; i++) message = await signed(message, RSA, { signTime: AT });
  message = await signed(message, RSA, { domain: 'example.org', signTime: AT });
  const { headerBytes, bodyBytes } = halves(message);
  const resolver = zoneResolver([txt('s1._domainkey.example.com', RSA.record)]);
  const results = await verifyDkim(
    { headerBytes, bodyBytes, isWanted: (domain) => domain === 'example.com', at: AT },
    resolver,
  );
  expect(results.map((one) => one.domain)).toEqual(Array(4).fill('example.com'));
});
