import { describe, expect, test } from 'vitest';
import { REFUSAL_CODES } from '../src/change.ts';
import { type LockdownOptions, lockdownOptions } from '../src/options.ts';
import { makePlan } from '../src/plan.ts';
import { type DomainHistory, findRefusals, overrideRefusals } from '../src/refuse.ts';
import { name, snapshot } from './support/zone.ts';

const HISTORY: DomainHistory = {
  asked: name('example.com'),
  use: null,
  genuineMail: null,
  hosted: { name: name('example.com'), nameServers: [], inactive: null },
  delegatedTo: null,
};

function refusals(zone: string, history: Partial<DomainHistory> = {}, options: Partial<LockdownOptions> = {}) {
  return findRefusals(snapshot(zone), { ...HISTORY, ...history }, lockdownOptions(options));
}

const codes = (...args: Parameters<typeof refusals>): string[] => refusals(...args).map(({ code }) => code);
const PARKED = '@ 300 A 192.0.2.10\n@ 300 MX 10 mail.old-host.example.\n@ 300 TXT v=spf1 mx ~all';
const mailHost = (text: string): Partial<LockdownOptions> => ({
  mailHosts: [{ name: name(text), why: 'outbound host' }],
});

test('a parked domain is not refused', () => {
  expect(refusals(PARKED)).toEqual([]);
});

describe('genuine-mail-seen', () => {
  test('mail of the last 30 days', () => {
    const genuineMail = { messages: 3, lastSeen: '2026-11-20' };
    expect(refusals(PARKED, { genuineMail })[0]?.message).toBe(
      '3 genuine messages of example.com came in the last 30 days (latest 2026-11-20).',
    );
  });
});

describe('host-carries-mail', () => {
  test.each([
    ['a domain that is declared as sending', PARKED, { use: 'sending' }, {}],
    ['the apex is an outbound host', PARKED, {}, mailHost('example.com')],
    ['the apex is an outbound host, whatever is declared', PARKED, { use: 'unused' }, mailHost('example.com')],
    ['the apex is its own MX and nothing is declared', '@ 300 MX 0 @', {}, {}],
    ['the apex is the MX of a subdomain', 'lists 300 MX 0 @', { use: 'unused' }, {}],
    ['a mail host that only the wildcard answers for', '* 300 A 192.0.2.1', {}, mailHost('smtp.example.com')],
  ] as const)('%s', (_, zone, history, options) => {
    expect(codes(zone, history, options)).toEqual(['host-carries-mail']);
  });

  test('the hint is the record that would be right', () => {
    expect(refusals(PARKED, {}, mailHost('example.com'))[0]?.hint).toContain('v=spf1 a -all');
  });

  test.each([
    ['a declared-unused domain that is its own MX is the main case', '@ 300 MX 0 @', { use: 'unused' }, {}],
    [
      'a mail host with records of its own is not under the wildcard',
      'smtp 300 A 192.0.2.1',
      {},
      mailHost('smtp.example.com'),
    ],
    ['a mail host below an existing name is not under it either', 'a 300 A 192.0.2.1', {}, mailHost('x.a.example.com')],
    ['a mail host elsewhere', PARKED, {}, mailHost('smtp.notexample.com')],
    ['without the wildcard part', PARKED, {}, { ...mailHost('smtp.example.com'), parts: new Set(['spf' as const]) }],
  ] as const)('not: %s', (_, zone, history, options) => {
    expect(codes(zone, history, options)).toEqual([]);
  });
});

test('email-routing-on', () => {
  const routed = { ...snapshot(PARKED), emailRouting: true };
  expect(findRefusals(routed, HISTORY, lockdownOptions()).map(({ code }) => code)).toEqual(['email-routing-on']);
});

describe('not-delegated-here', () => {
  const hosted = { ...HISTORY.hosted, nameServers: [name('ns1.host.example'), name('ns2.host.example')] };

  test.each([
    ['delegated elsewhere', [name('ns.other.example')], ['not-delegated-here']],
    ['not delegated at all', [], ['not-delegated-here']],
    ['delegated here, among others', [name('ns2.host.example'), name('ns.other.example')], []],
    ['nobody could be asked', null, []],
  ])('%s', (_, delegatedTo, expected) => {
    expect(codes(PARKED, { hosted, delegatedTo })).toEqual(expected);
  });
});

test.each(['pending', 'moved'])('zone-not-active: a zone that is %s', (inactive) => {
  const [refusal] = refusals(PARKED, { hosted: { ...HISTORY.hosted, inactive } });
  expect(refusal).toMatchObject({ code: 'zone-not-active', message: expect.stringContaining(inactive) });
});

test('apex-of-subdomain: a subdomain whose zone is the parent', () => {
  expect(codes(PARKED, { asked: name('news.example.com') })).toEqual(['apex-of-subdomain']);
});

describe('dkim-key-present', () => {
  const KEYS = 's1._domainkey 300 TXT v=DKIM1; p=MIGf';

  test.each([
    ['a key of a domain nobody declared', KEYS, null, ['dkim-key-present']],
    ['a CNAME to a key', 's1._domainkey 300 CNAME s1.esp.example.', null, ['dkim-key-present']],
    ['a domain declared unused', KEYS, 'unused', []],
    ['a domain declared receiving', KEYS, 'receiving', []],
    ['a wildcard for DMARC', '* 300 TXT v=DMARC1; p=reject\ns1._domainkey 300 TXT v=DMARC1; p=reject', null, []],
    ['a revoked key', 's1._domainkey 300 TXT v=DKIM1; p=', null, []],
  ] as const)('%s', (_, zone, use, expected) => {
    expect(codes(zone, { use })).toEqual(expected);
  });
});

test('--override takes a refusal away and leaves a note; every other refusal stays', () => {
  const found = refusals('s1._domainkey 300 TXT p=MIGf', { genuineMail: { messages: 1, lastSeen: '2026-11-20' } });
  const plan = overrideRefusals(makePlan(snapshot(PARKED), [], found, []), new Set(['dkim-key-present'] as const));
  expect(plan.refusals.map(({ code }) => code)).toEqual(['genuine-mail-seen']);
  expect(plan.notes).toMatchObject([{ code: 'overridden' }]);
});

test('the codes are those that are documented', () => {
  expect([...REFUSAL_CODES].sort()).toEqual([
    'apex-of-subdomain',
    'dkim-key-present',
    'drifted',
    'email-routing-on',
    'genuine-mail-seen',
    'host-carries-mail',
    'not-delegated-here',
    'zone-changed',
    'zone-not-active',
  ]);
});
