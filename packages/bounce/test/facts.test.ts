import { zoneResolver } from '@unsent/dns';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CaseContext, gatherFacts } from '../src/facts.ts';
import { judge } from '../src/judge.ts';
import { type OwnDomain, ownDomains } from '../src/own-domains.ts';
import { readMessage } from '../src/read.ts';
import { evidenceIds } from '../src/verdict.ts';
import { a, type BounceOptions, bounce, read, spf } from './support/bounce.ts';
import { domain, own, prefix } from './support/case.ts';
import { newSigningKey, signed, txt } from './support/dkim.ts';

const KEY = newSigningKey('ed25519');
const ZONE = [
  spf('example.com', 'v=spf1 ip4:192.0.2.0/28 include:esp.example -all'),
  spf('esp.example', 'v=spf1 ip4:198.51.100.64/26 -all'),
  spf('soft.example', 'v=spf1 ip4:192.0.2.0/28 ~all'),
  spf('never.example', 'v=spf1 -all'),
  a('fwd.alumni.example', '203.0.113.77'),
  a('out.example.com', '192.0.2.7'),
  txt('s1._domainkey.example.com', KEY.record),
];
const NOW = new Date('2026-03-10T00:00:00Z');

function context(domains: readonly OwnDomain[] = [own()], change: Partial<CaseContext> = {}): CaseContext {
  return { domains: ownDomains(domains), resolver: zoneResolver(ZONE), sentLog: null, now: NOW, ...change };
}

async function verdictOn(options: BounceOptions, domains?: readonly OwnDomain[]): Promise<string> {
  const facts = await gatherFacts(await read(bounce(options)), context(domains));
  const verdict = judge(facts);
  return `${verdict.kind}: ${evidenceIds(verdict).join(' ')}`;
}

const MAIL = [
  'From: Anna <anna@example.com>',
  'To: ben@reporter.example',
  'Subject: hello',
  'Message-ID: <one@example.com>',
];
const AT = 'Mon, 02 Mar 2026 09:59:00 +0000';

function line(from: string, by: string): string {
  return `Received: from ${from} by ${by} with ESMTP id 4F2A; ${AT}`;
}

const REPORTER = 'mx.reporter.example';
const OURS_TO = (by: string): string => line('out.example.com (out.example.com [192.0.2.7])', by);

describe('the way of the returned message', () => {
  test.each<[string, readonly string[], string]>([
    ['straight from our host', [OURS_TO(REPORTER)], 'genuine: outbound-host spf-pass'],
    [
      'from the service in our record',
      [line('mta.esp.example (mta.esp.example [198.51.100.70])', REPORTER)],
      'unknown: spf-pass',
    ],
    ['from a stranger', [line('ylmf-pc (unknown [203.0.113.9])', REPORTER)], 'backscatter: spf-fail no-own-host'],
    [
      'from a stranger who says he is us',
      [line('out.example.com (unknown [203.0.113.9])', REPORTER)],
      'backscatter: spf-fail no-own-host',
    ],
    [
      'from a stranger who says he is the reporter, a forged line of ours below',
      [line('mx2.reporter.example (unknown [203.0.113.9])', REPORTER), OURS_TO('mx3.reporter.invalid')],
      'backscatter: spf-fail no-own-host own-host-unjoined',
    ],
    [
      'from a stranger whose name may be forged to look like the reporter’s',
      [line('x (mx2.reporter.example [203.0.113.9] (may be forged))', REPORTER), OURS_TO('mx.invalid')],
      'backscatter: spf-fail no-own-host own-host-unjoined',
    ],
    [
      'from a customer of the reporter, a forged line of ours below',
      [line('pc (dsl-203-0-113-9.reporter.example [203.0.113.9])', REPORTER), OURS_TO('mail.invalid')],
      'backscatter: spf-fail no-own-host own-host-unjoined',
    ],
    [
      'through a forwarder',
      [line('fwd.alumni.example (fwd.alumni.example [203.0.113.77])', REPORTER), OURS_TO('fwd.alumni.example')],
      'unknown: spf-fail own-host-below',
    ],
    [
      'through a forwarder with another name inside',
      [line('out3.alumni.example (unknown [203.0.113.77])', REPORTER), OURS_TO('mx1.alumni.example')],
      'unknown: spf-fail own-host-below',
    ],
    [
      'through a forwarder known by its address alone',
      [line('localhost (unknown [203.0.113.77])', REPORTER), OURS_TO('fwd.alumni.example')],
      'unknown: spf-fail own-host-below',
    ],
    [
      'through a forwarder with a relay inside',
      [
        line('fwd.alumni.example (fwd.alumni.example [203.0.113.77])', REPORTER),
        line('localhost (localhost [127.0.0.1])', 'fwd.alumni.example'),
        OURS_TO('mx.alumni.example'),
      ],
      'unknown: spf-fail own-host-below',
    ],
    [
      'a forged line of ours below a stranger',
      [line('ylmf-pc (unknown [203.0.113.9])', REPORTER), OURS_TO('abcdef.invalid')],
      'backscatter: spf-fail no-own-host own-host-unjoined',
    ],
    [
      'a forgery with care: nothing here can tell it from a forwarder',
      [line('relay.invalid (unknown [203.0.113.9])', REPORTER), OURS_TO('relay.invalid')],
      'unknown: spf-fail own-host-below',
    ],
    [
      'inside the reporter first, then from a stranger',
      [
        line('mx1.reporter.example (mx1.reporter.example [198.51.100.30])', 'store.reporter.example'),
        line('x (unknown [203.0.113.9])', 'mx1.reporter.example'),
      ],
      'backscatter: spf-fail no-own-host',
    ],
    ['only private addresses', [line('x (unknown [10.0.0.7])', REPORTER)], 'unknown: '],
  ])('%s', async (_title, received, expected) => {
    expect((await verdictOn({ original: [...received, ...MAIL] })).trim()).toBe(expected.trim());
  });

  test('a top line that the reporter did not write makes our host strong, not decisive', async () => {
    const verdict = await verdictOn({ original: [OURS_TO('elsewhere.example'), ...MAIL] });
    expect(verdict).toBe('genuine: outbound-network spf-pass');
  });

  test('outbound hosts may be named', async () => {
    const named = own({ outbound: [domain('out.example.com')] });
    expect(await verdictOn({ original: [OURS_TO(REPORTER), ...MAIL] }, [named])).toBe(
      'genuine: outbound-host spf-pass',
    );
  });
});

describe('a record younger than the message proves nothing', () => {
  const stranger = [line('x (unknown [203.0.113.9])', REPORTER), ...MAIL];
  test.each<[string, Partial<OwnDomain>, string]>([
    ['locked later', { lockedAt: new Date('2026-03-05T00:00:00Z') }, 'unknown: no-own-host'],
    ['declared to hold from later', { since: new Date('2026-03-05T00:00:00Z') }, 'unknown: no-own-host'],
    ['holding since long ago', { since: new Date('2025-03-05T00:00:00Z') }, 'backscatter: spf-fail no-own-host'],
  ])('%s', async (_title, change, expected) => {
    expect(await verdictOn({ original: stranger }, [own(change)])).toBe(expected);
  });
});

describe('whose domain it is', () => {
  const stranger = [line('x (unknown [203.0.113.9])', REPORTER)];
  test.each<[string, BounceOptions, readonly OwnDomain[], string]>([
    [
      'unused, no original',
      { to: 'x@parked.example', original: null },
      [own({ name: domain('parked.example'), use: 'unused' })],
      'backscatter: domain-unused',
    ],
    [
      'below an unused one',
      { to: 'x@news.parked.example', original: null },
      [own({ name: domain('parked.example'), use: 'unused' })],
      'backscatter: domain-unused',
    ],
    [
      'a name that only ends alike',
      { to: 'x@notparked.example', original: null },
      [own({ name: domain('parked.example'), use: 'unused' })],
      'unknown: ',
    ],
    [
      'undeclared, never sends by DNS, no original',
      { to: 'x@never.example', original: null },
      [],
      'unknown: dns-never-sends',
    ],
    [
      'undeclared, never sends by DNS',
      { to: 'x@never.example', original: [...stranger, 'From: x@never.example', 'Message-ID: <1@x>'] },
      [],
      'backscatter: dns-never-sends spf-fail',
    ],
    [
      'undeclared, softfail',
      { to: 'x@soft.example', original: [...stranger, 'From: x@soft.example', 'Message-ID: <1@x>'] },
      [],
      'unknown: spf-softfail-alone',
    ],
    [
      'softfail where our hosts are declared',
      { to: 'x@soft.example', original: [...stranger, 'From: x@soft.example', 'Message-ID: <1@x>'] },
      [own({ name: domain('soft.example'), outbound: [prefix('192.0.2.7')] })],
      'backscatter: spf-softfail no-own-host',
    ],
  ])('%s', async (_title, options, domains, expected) => {
    expect((await verdictOn(options, domains)).trim()).toBe(expected.trim());
  });
});

describe('DKIM of the returned message', () => {
  const forwarded = `${line('x (unknown [203.0.113.9])', REPORTER)}\r\n`;
  const mail = [...MAIL, '', 'Hello Ben,', 'bye', ''].join('\r\n');

  test('with the body, and by the headers alone, it settles the matter', async () => {
    const [header = '', body = ''] = (forwarded + (await signed(mail, KEY))).replaceAll('\r\n', '\n').split('\n\n');
    const original = header.split('\n');
    const full = await verdictOn({ original, body });
    expect(full).toBe('genuine: dkim-verified spf-fail no-own-host');
    expect(await verdictOn({ original, body: null })).toBe(full);
    expect(await verdictOn({ original, body: 'Hello Ben,\nbuy now\n' })).toBe(
      'unknown: spf-fail no-own-host dkim-body-differs',
    );
    const changed = original.map((one) => one.replace('Subject: hello', 'Subject: a prize'));
    expect(await verdictOn({ original: changed, body })).toBe('backscatter: spf-fail no-own-host dkim-failed');
  });

  test('a signature of somebody else says nothing', async () => {
    const foreign = await signed(mail, KEY, { domain: 'example.org' });
    const [header = ''] = (forwarded + foreign).replaceAll('\r\n', '\n').split('\n\n');
    expect(await verdictOn({ original: header.split('\n') })).toBe('backscatter: spf-fail no-own-host');
  });
});

describe('BATV', () => {
  const signs = own({ batvKeys: [{ digit: 0, secret: 's3cret' }], batvSignsAll: true });
  const tagged = 'prvs=0512aadfdf=anna@example.com';
  test.each([
    ['in To', { to: tagged, original: null }, 'genuine: batv-valid'],
    [
      'taken off before delivery, still in To',
      { to: tagged, deliveredTo: ['anna@example.com'], original: null },
      'genuine: batv-valid',
    ],
    ['in the returned Return-Path', { original: [`Return-Path: <${tagged}>`, ...MAIL] }, 'genuine: batv-valid'],
    ['missing', { original: null }, 'unknown: batv-missing'],
    ['made up', { to: 'prvs=0512ffffff=anna@example.com', original: null }, 'unknown: batv-invalid'],
  ])('%s', async (_title, options, expected) => expect(await verdictOn(options, [signs])).toBe(expected));
});

describe('reports by a host of ours', () => {
  const local = ['by out.example.com (Postfix) id 5A; Mon, 02 Mar 2026 10:00:00 +0000'];
  const user = `Received: from laptop (client.example.net [203.0.113.50]) by out.example.com with ESMTPSA id 4F2A; ${AT}`;
  const stranger = user.replace('ESMTPSA', 'ESMTP');
  test.each<[string, BounceOptions, string]>([
    [
      'about mail of our user',
      { reporter: 'out.example.com', received: local, original: [user, ...MAIL] },
      'genuine: own-report-submitted',
    ],
    [
      'about mail that a stranger sent through it',
      { reporter: 'out.example.com', received: local, original: [stranger, ...MAIL] },
      'backscatter: spf-fail no-own-host',
    ],
    ['without the original', { reporter: 'out.example.com', received: local, original: null }, 'unknown: own-report'],
    [
      'that only claim to be: the report came from outside',
      { reporter: 'out.example.com', original: [line('laptop (unknown [10.0.0.5])', 'out.example.com'), ...MAIL] },
      'unknown: ',
    ],
  ])('%s', async (_title, options, expected) => expect((await verdictOn(options)).trim()).toBe(expected.trim()));
});

describe('a user who logged in at the reporter: its host counts, not the user’s address', () => {
  const user = `Received: from laptop (client.example.net [203.0.113.50]) by smtp.esp.example with ESMTPSA id 4F2A; ${AT}`;
  const from = (ip: string): string[] => [
    `from smtp.esp.example (smtp.esp.example [${ip}]) by mail.example.com; ${AT.slice(0, 31)}`,
  ];
  const reported = { reporter: 'smtp.esp.example', original: [user, ...MAIL] };
  test.each<[string, BounceOptions, string]>([
    ['a service in our record', { ...reported, received: from('198.51.100.70') }, 'unknown: spf-pass'],
    ['one of our own hosts', { ...reported, received: from('192.0.2.7') }, 'genuine: outbound-host spf-pass'],
    ['a stranger’s service', { ...reported, received: from('203.0.113.60') }, 'backscatter: spf-fail no-own-host'],
    ['nobody knows which: no line of ours', { ...reported, received: [] }, 'unknown: '],
    [
      'Postfix notes it in a comment',
      {
        reporter: 'smtp.esp.example',
        received: from('198.51.100.70'),
        original: [
          user.replace('[203.0.113.50])', '[203.0.113.50]) (Authenticated sender: anna)').replace('ESMTPSA', 'ESMTP'),
          ...MAIL,
        ],
      },
      'unknown: spf-pass',
    ],
  ])('%s', async (_title, options, expected) => expect((await verdictOn(options)).trim()).toBe(expected.trim()));
});

test('nothing is asked for a message that gets no verdict', async () => {
  const asked: string[] = [];
  const resolver: CaseContext['resolver'] = {
    resolve: (name) => {
      asked.push(name);
      return { kind: 'nxdomain', ttlSeconds: 0 };
    },
  };
  const letter = 'From: a@example.org\nTo: anna@example.com\nSubject: lunch?\n\nAt 12?\n';
  const facts = await gatherFacts(await read(letter), context(undefined, { resolver }));
  expect(judge(facts).kind).toBe('not-a-bounce');
  expect(asked).toEqual([]);
});

test('a forger cannot buy lookups with Received lines', async () => {
  let asked = 0;
  const zone = zoneResolver([spf('example.com', 'v=spf1 exists:%{i}.list.example -all')]);
  const resolver: CaseContext['resolver'] = {
    resolve: (name, type) => {
      asked++;
      return zone.resolve(name, type);
    },
  };
  const lines = Array.from({ length: 40 }, (_, i) =>
    line(`h.s${i + 1}.example (h.s${i + 1}.example [203.0.113.${i + 1}])`, `h.s${i}.example`),
  );
  const facts = await gatherFacts(
    await read(bounce({ original: [...lines, ...MAIL] })),
    context(undefined, { resolver }),
  );
  expect(facts.path?.below.length).toBe(4);
  expect(facts.path?.isWhole).toBe(false); // what was not looked at cannot be missing
  expect(asked).toBeLessThan(25);
});

test('any bytes get a verdict or none, and never an exception', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), fc.nat(2000), async (noise, at) => {
      const whole = Buffer.from(bounce({ original: [OURS_TO(REPORTER), ...MAIL] }));
      const bytes = Buffer.concat([whole.subarray(0, at), noise, whole.subarray(at)]);
      judge(await gatherFacts(await readMessage(bytes), context()));
    }),
    { numRuns: 100 },
  );
});
