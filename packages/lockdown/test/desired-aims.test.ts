import { describe, expect, test } from 'vitest';
import { desiredRecords } from '../src/desired.ts';
import { type LockdownOptions, lockdownOptions, PARTS, type Part } from '../src/options.ts';
import { aimsOf, locked, only } from './support/locked.ts';
import { memory, name, snapshot } from './support/zone.ts';

const ZONE = `
  www 300 A 192.0.2.10
  shop 300 AAAA 2001:db8::10
  @ 300 A 192.0.2.10
  s2._domainkey 300 CNAME s2.esp.example.
  s1._domainkey 300 TXT v=DKIM1; k=rsa; p=MIGf
`;

test('every aim says what should stand where, and why', () => {
  expect(aimsOf(ZONE, { parts: new Set(PARTS) })).toEqual([
    '@ MX all: 0 loopback.example.com (bounces to this domain end where they began: every host is its own 127.0.0.1)',
    'loopback A all: 127.0.0.1 (the host that the MX names)',
    '@ TXT spf: v=spf1 -all (no host may send as this domain (RFC 7208 §10.1.2))',
    '* TXT spf: v=spf1 -all (nor as any name below it that does not exist)',
    'loopback TXT spf: v=spf1 -all (the wildcard does not cover a host)',
    'shop TXT spf: v=spf1 -all (the wildcard does not cover a host)',
    'www TXT spf: v=spf1 -all (the wildcard does not cover a host)',
    '_dmarc TXT dmarc: v=DMARC1; p=reject; sp=reject; np=reject; adkim=s; aspf=s (receivers that check DMARC reject what fails (RFC 9989 §4.7))',
    '*._domainkey TXT dkim: v=DKIM1; p= (no other selector has a key either)',
    's1._domainkey TXT dkim: v=DKIM1; p= (the key of this selector is revoked (RFC 6376 §3.6.1))',
    's2._domainkey CNAME all:  (nothing stands beside a CNAME (RFC 1034 §3.6.2))',
    's2._domainkey TXT dkim: v=DKIM1; p= (the key of this selector is revoked (RFC 6376 §3.6.1))',
    '@ CAA caa-issue: 0 issue ";", 0 issuewild ";" (no certificate authority may issue for this domain (RFC 8659 §4.2))',
  ]);
});

test('of no part there is no aim and no note', () => {
  const { capabilities } = memory('');
  const zone = snapshot(`${ZONE}\n_mta-sts 300 TXT v=STSv1; id=1`);
  expect(desiredRecords(zone, lockdownOptions({ parts: new Set() }), capabilities)).toEqual({ aims: [], notes: [] });
});

describe('MX', () => {
  const LOOPBACK = 'bounces to this domain end where they began: every host is its own 127.0.0.1';
  test.each<[string, string, Partial<LockdownOptions>, readonly string[]]>([
    [
      'null, at the apex and at *',
      '',
      { mx: 'null' },
      ['@ MX all: 0 . (no mail is accepted (RFC 7505))', '* MX all: 0 . (no name below accepts mail (RFC 7505))'],
    ],
    [
      'loopback clears away what stands at *',
      '* 300 MX 10 mail.old-host.example.',
      { mx: 'loopback' },
      [`@ MX all: 0 loopback.example.com (${LOOPBACK})`, '* MX all:  (no name below receives mail)'],
    ],
    ['loopback where nothing stands there', '', { mx: 'loopback' }, [`@ MX all: 0 loopback.example.com (${LOOPBACK})`]],
  ])('%s', (_title, zone, given, expected) => {
    const aims = aimsOf(zone, { ...given, ...only('mx', 'wildcard') });
    expect(aims.filter((line) => line.split(' ')[1] === 'MX')).toEqual(expected);
  });

  test('a null MX that cannot be stored has a code of its own', () => {
    expect(() => locked('', { mx: 'null' }, false)).toThrow(
      expect.objectContaining({ code: 'null-mx-unsupported', hint: expect.stringContaining('--mx auto') }),
    );
  });
});

describe('SPF at the loopback host', () => {
  test.each<[string, Partial<LockdownOptions>, boolean, boolean]>([
    ['with --mx loopback', { mx: 'loopback' }, true, true],
    ['with --mx null', { mx: 'null' }, true, false],
    ['with --mx auto, null MX not possible', { mx: 'auto' }, false, true],
    ['with --mx auto, null MX possible', { mx: 'auto' }, true, false],
    ['without the part mx', only('hosts'), true, false],
    ['of a domain that keeps its MX', { keepsMx: true }, true, false],
  ])('%s', (_title, given, nullMx, expected) => {
    expect(locked('@ 300 A 192.0.2.1', given, nullMx).after.includes('loopback TXT v=spf1 -all')).toBe(expected);
  });
});

describe('hosts', () => {
  test('one that carries mail keeps the others from nothing', () => {
    const mailHosts = [{ name: name('mail.example.com'), why: 'HELO' }];
    const { after } = locked('mail 300 A 192.0.2.1\nshop 300 A 192.0.2.2', { mailHosts, ...only('hosts') });
    expect(after).toEqual(['mail A 192.0.2.1', 'shop A 192.0.2.2', 'shop TXT v=spf1 -all']);
  });
  test('our loopback host gets its SPF record though an MX points at it', () => {
    const { after, notes } = locked('@ 300 MX 0 loopback\nloopback 300 A 127.0.0.1', only('mx', 'hosts'));
    expect(after).toEqual(['@ MX 0 loopback.example.com', 'loopback A 127.0.0.1', 'loopback TXT v=spf1 -all']);
    expect(notes).toEqual(['mx-choice']);
  });
  test('an address at * is no host: the part wildcard has it', () => {
    expect(locked('* 300 A 192.0.2.1', only('hosts')).after).toEqual(['* A 192.0.2.1']);
    expect(locked('* 300 A 192.0.2.1', only('wildcard')).after).toEqual(['* A 192.0.2.1', '* TXT v=spf1 -all']);
  });
  test('a CNAME at the apex, which the provider flattens, stays', () => {
    const replaceCnamesAt = new Set([name('example.com')]);
    for (const given of [{}, { replaceCnamesAt }]) {
      expect(locked('@ 300 CNAME app.example.', { ...only('spf', 'hosts'), ...given }).after).toEqual([
        '@ CNAME app.example',
        '@ TXT v=spf1 -all',
      ]);
    }
  });
});

describe('CNAMEs that are given up', () => {
  const replaceCnamesAt = new Set(
    ['*', '_dmarc', 's1._domainkey', 'www', 'shop', 'nowhere'].map((label) => name(`${label}.example.com`)),
  );
  const zone = `
    * 300 CNAME parking.example.
    _dmarc 300 CNAME dmarc.example.
    s1._domainkey 300 CNAME s1.esp.example.
    www 300 CNAME parking.example.
    shop 300 A 192.0.2.1
  `;

  test('the others, and names without one, are left alone', () => {
    expect(aimsOf(zone, { replaceCnamesAt, ...only('hosts') })).toEqual([
      'shop TXT spf: v=spf1 -all (the wildcard does not cover a host)',
      'www CNAME all:  (nothing stands beside a CNAME (RFC 1034 §3.6.2))',
      'www TXT spf: v=spf1 -all (in the place of the CNAME, as you asked)',
    ]);
  });
  test('each is cleared once, by the part that wants its place', () => {
    const parts: readonly Part[] = ['wildcard', 'hosts', 'dmarc', 'dkim'];
    const cleared = aimsOf(zone, { replaceCnamesAt, ...only(...parts) }).filter((line) =>
      line.includes(' CNAME all: '),
    );
    expect(cleared.map((line) => line.split(' ')[0])).toEqual(['*', 'www', '_dmarc', 's1._domainkey']);
  });
});

describe('DKIM', () => {
  const changed = (zone: string): readonly string[] =>
    locked(zone, only('dkim')).plan.changes.map(
      (change) => `${change.op} ${(change.op === 'replace' ? change.after : change.record).name}`,
    );

  test.each<[string, string, readonly string[]]>([
    ['a revoked * stays in its own words', '*._domainkey 300 TXT v=DKIM1; k=rsa; p=', []],
    ['a live * is revoked', '*._domainkey 300 TXT v=DKIM1; p=AAAA', ['replace *._domainkey.example.com']],
    [
      'of a live and a revoked * one is left',
      '*._domainkey 300 TXT v=DKIM1; p=\n*._domainkey 300 TXT v=DKIM1; p=AAAA',
      ['delete *._domainkey.example.com'],
    ],
    // RFC 6376 §3.6.1: with a version other than DKIM1 it is no key.
    [
      'a text of another kind at a selector stays, and revokes nothing',
      '*._domainkey 300 TXT v=DMARC1; p=\ns1._domainkey 300 TXT v=DMARC1; p=reject\ns2._domainkey 300 TXT v = DKIM1; p=AAAA',
      ['create *._domainkey.example.com', 'replace s2._domainkey.example.com'],
    ],
    [
      'a CNAME at * makes way',
      '*._domainkey 300 CNAME dkim.esp.example.',
      ['delete *._domainkey.example.com', 'create *._domainkey.example.com'],
    ],
    [
      'selectors below a delegation are not ours',
      'dev 300 NS ns1.example.net.\ns1._domainkey.dev 300 TXT v=DKIM1; p=AAAA',
      ['create *._domainkey.example.com'],
    ],
    [
      'those of a subdomain are, though another subdomain has mail of its own',
      'lists 300 MX 10 mx.example.net.\nnews 300 A 192.0.2.1\ns1._domainkey.news 300 TXT v=DKIM1; p=AAAA',
      ['create *._domainkey.example.com', 'replace s1._domainkey.news.example.com'],
    ],
  ])('%s', (_title, zone, expected) => {
    expect(changed(zone)).toEqual(expected);
    expect(locked(zone, only('dkim')).notes).toEqual([]);
  });
});

describe('DMARC', () => {
  const STRICT = 'v=DMARC1; p=reject; sp=reject; np=reject; adkim=s; aspf=s';
  const strings = (given: Partial<LockdownOptions>, zone = ''): readonly (readonly string[])[] =>
    locked(zone, { ...only('dmarc'), ...given }).plan.after.map((one) =>
      one.type === 'TXT' && 'data' in one ? one.data : [],
    );

  test('several addresses for reports are joined by commas', () => {
    expect(strings({ rua: ['mailto:a@r.example', 'mailto:b@r.example'] })).toEqual([
      [`${STRICT}; rua=mailto:a@r.example,mailto:b@r.example`],
    ]);
  });
  test('a note that stands before the record does not hide where its reports go', () => {
    const zone = '_dmarc 300 TXT note\n_dmarc 300 TXT v=DMARC1; p=none; rua=mailto:d@r.example';
    expect(strings({}, zone)).toEqual([['note'], [`${STRICT}; rua=mailto:d@r.example`]]);
  });
  test.each([
    [255, [255]],
    [256, [255, 1]],
    [511, [255, 255, 1]],
  ])('a text of %i characters is cut into strings of %j (RFC 1035 §3.3.14)', (length, lengths) => {
    const rest = `${STRICT}; rua=mailto:@r.example`.length;
    const [data = []] = strings({ rua: [`mailto:${'a'.repeat(length - rest)}@r.example`] });
    expect(data.map((one) => one.length)).toEqual(lengths);
    expect(data.join('')).toMatch(/^v=DMARC1; .*@r\.example$/);
  });
});
