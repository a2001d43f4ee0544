import { describe, expect, test } from 'vitest';
import { desiredRecords } from '../src/desired.ts';
import { type LockdownOptions, lockdownOptions, PARTS } from '../src/options.ts';
import { locked, only } from './support/locked.ts';
import { memory, name, snapshot } from './support/zone.ts';

const CLASSIC = `
  @ 300 A 192.0.2.10
  @ 3600 MX 10 mail.old-host.example.
  @ 300 TXT v=spf1 include:_spf.old-host.example ~all
  @ 300 TXT site-verification=AbCdEf
  www 300 A 192.0.2.10
`;

test('an unused domain gets loopback MX, SPF everywhere, DMARC and revoked DKIM; its web records stay', () => {
  expect(locked(CLASSIC).after).toEqual(
    [
      '@ A 192.0.2.10',
      '@ MX 0 loopback.example.com',
      '@ TXT site-verification=AbCdEf',
      '@ TXT v=spf1 -all',
      '* TXT v=spf1 -all',
      '*._domainkey TXT v=DKIM1; p=',
      '_dmarc TXT v=DMARC1; p=reject; sp=reject; np=reject; adkim=s; aspf=s',
      'loopback A 127.0.0.1',
      'loopback TXT v=spf1 -all',
      'www A 192.0.2.10',
      'www TXT v=spf1 -all',
    ].sort(),
  );
});

test('--only mx,spf is the classic two', () => {
  expect(locked(CLASSIC, only('mx', 'spf')).plan.changes.map(({ op }) => op)).toEqual(['replace', 'create', 'replace']);
});

describe('MX', () => {
  test.each([
    ['loopback', true, '@ MX 0 loopback.example.com', false],
    ['null', true, '@ MX 0 .', true],
    ['auto', true, '@ MX 0 .', true],
    ['auto', false, '@ MX 0 loopback.example.com', false],
  ] as const)('--mx %s, null MX possible: %s → %s; at * too: %s', (mx, nullMx, apex, star) => {
    const { after } = locked(CLASSIC, { mx }, nullMx);
    expect(after.filter((line) => line.startsWith('@ MX'))).toEqual([apex]);
    expect(after.includes('* MX 0 .')).toBe(star);
  });

  test('--mx null where the provider cannot store it is an error that names the way out', () => {
    expect(() => locked(CLASSIC, { mx: 'null' }, false)).toThrow('cannot store a null MX');
  });

  test.each([
    ['taken by an address', 'loopback 300 A 192.0.2.1', 'loopback1'],
    ['taken by a CNAME', 'loopback 300 CNAME www', 'loopback1'],
    ['taken by something below it', 'x.loopback 300 A 192.0.2.1', 'loopback1'],
    ['two taken', 'loopback 300 A 192.0.2.1\nloopback1 300 AAAA 2001:db8::1', 'loopback2'],
    ['ours already', 'loopback 300 A 127.0.0.1', 'loopback'],
    ['ours, half undone', 'loopback 300 TXT v=spf1 -all', 'loopback'],
    ['with a text of others only', 'loopback 300 TXT hello', 'loopback1'],
    ['with a second address', 'loopback 300 A 127.0.0.1\nloopback 300 A 192.0.2.1', 'loopback1'],
  ])('the loopback name is the next free one: %s', (_, zone, host) => {
    const { after } = locked(zone, only('mx'));
    expect(after).toContain(`@ MX 0 ${host}.example.com`);
    expect(after).toContain(`${host} A 127.0.0.1`);
  });

  test('an existing MX at * goes with loopback, and becomes null with null', () => {
    const zone = `${CLASSIC}\n* 300 MX 10 mail.old-host.example.`;
    expect(locked(zone).after.filter((line) => line.startsWith('* MX'))).toEqual([]);
    expect(locked(zone, { mx: 'null' }).after.filter((line) => line.startsWith('* MX'))).toEqual(['* MX 0 .']);
  });

  test('a receiving domain keeps its MX records, at * too', () => {
    const { after, notes } = locked(`${CLASSIC}\n* 300 MX 10 mail.old-host.example.`, { keepsMx: true, mx: 'null' });
    expect(after.filter((line) => line.includes(' MX '))).toEqual([
      '* MX 10 mail.old-host.example',
      '@ MX 10 mail.old-host.example',
    ]);
    expect(after).not.toContain('loopback A 127.0.0.1');
    expect(notes).toContain('declared');
  });

  test('the plan says in one line what the other choice would do', () => {
    expect(locked(CLASSIC).messages.filter((text) => text.includes('--mx null'))).not.toEqual([]);
    expect(locked(CLASSIC, { mx: 'null' }).messages.filter((text) => text.includes('--mx loopback'))).not.toEqual([]);
  });

  test('a loopback host beside web records is warned about: it shares their site', () => {
    expect(locked(CLASSIC).notes).toContain('same-site');
    expect(locked('@ 300 MX 10 mail.old-host.example.').notes).not.toContain('same-site');
    expect(locked(CLASSIC, { mx: 'null' }).notes).not.toContain('same-site');
  });
});

describe('SPF', () => {
  test('of several records at the apex exactly one remains, however they are written', () => {
    const { after } = locked(
      '@ 300 TXT v=spf1 mx -all\n@ 300 TXT V=SPF1\n@ 300 TXT v=spf10 not spf\n@ 300 TXT other',
      only('spf'),
    );
    expect(after).toEqual(['@ TXT other', '@ TXT v=spf1 -all', '@ TXT v=spf10 not spf']);
  });

  test('a record that is right already is not touched, even when it is cut in two', () => {
    expect(locked('@ 300 TXT v=spf1| -all', only('spf')).plan.changes).toEqual([]);
  });

  test('a new record takes the TTL of those that stay beside it (RFC 2181 §5.2)', () => {
    const { plan } = locked('@ 120 TXT v=spf1 mx\n@ 120 TXT verification=x', only('spf'));
    expect(plan.changes).toMatchObject([{ op: 'replace', after: { ttlSeconds: 120 } }]);
  });

  test.each([
    ['the target of an MX of the zone', 'mail 300 A 192.0.2.1\n@ 300 MX 10 mail', {}],
    ['the target of an MX elsewhere in the zone', 'mail 300 A 192.0.2.1\nlists 300 MX 10 mail', {}],
    [
      'a HELO or PTR name of ours',
      'mail 300 A 192.0.2.1',
      { mailHosts: [{ name: name('mail.example.com'), why: 'HELO' }] },
    ],
  ])('never -all at a name that carries mail: %s', (_, zone, given) => {
    const { after, messages } = locked(zone, given);
    expect(after).not.toContain('mail TXT v=spf1 -all');
    expect(messages.filter((text) => text.includes('v=spf1 a -all'))).toHaveLength(1);
  });

  test('a subdomain with mail of its own stays as it is', () => {
    const { after, notes } = locked(`
      news 300 A 192.0.2.1
      news 300 TXT v=spf1 a -all
      s1._domainkey.news 300 TXT v=DKIM1; p=AAAA
      shop 300 AAAA 2001:db8::1
      lists 300 A 192.0.2.2
      lists 300 MX 10 mx.lists.example.
    `);
    expect(after).not.toContain('lists TXT v=spf1 -all');
    expect(after).toContain('news TXT v=spf1 a -all');
    expect(after).toContain('s1._domainkey.news TXT v=DKIM1; p=AAAA');
    expect(after).toContain('shop TXT v=spf1 -all');
    expect(notes).toContain('left-alone');
  });

  test('--skip wildcard,hosts leaves names below the apex alone', () => {
    const parts = new Set(PARTS.filter((part) => part !== 'wildcard' && part !== 'hosts' && part !== 'caa'));
    const { after } = locked(CLASSIC, { parts });
    expect(after.filter((line) => line.endsWith('v=spf1 -all'))).toEqual(['@ TXT v=spf1 -all']);
  });
});

describe('CNAME and delegation', () => {
  const PARKED = '* 300 CNAME parking.example.\nwww 300 CNAME parking.example.\n_dmarc 300 CNAME dmarc.example.';

  test('nothing is put beside a CNAME, and the plan names what it cannot cover', () => {
    const { after, messages } = locked(PARKED);
    expect(after).toContain('* CNAME parking.example');
    expect(after.filter((line) => /^(\*|www|_dmarc) (TXT|MX)/.test(line))).toEqual([]);
    const uncovered = messages.filter((text) => text.includes('--replace-cname'));
    expect(uncovered.map((text) => ['*.', '_dmarc.', 'www.'].filter((start) => text.includes(start)))).toEqual(
      expect.arrayContaining([['*.'], ['_dmarc.'], ['www.']]),
    );
  });

  test('a CNAME to a name of the zone that gets -all is covered by it', () => {
    const zone = 'www 300 CNAME @\n* 300 CNAME shop\nshop 300 A 192.0.2.1\nblog 300 CNAME www';
    expect(locked(zone).messages.filter((text) => text.includes('CNAME'))).toEqual([]);
    const withoutHosts = new Set(PARTS.filter((part) => part !== 'hosts'));
    expect(locked(zone, { parts: withoutHosts }).messages.filter((text) => text.includes('CNAME'))).toHaveLength(1);
  });

  test('a CNAME is replaced where the person says so', () => {
    const replaceCnamesAt = new Set([name('*.example.com'), name('_dmarc.example.com'), name('www.example.com')]);
    const { after } = locked(PARKED, { replaceCnamesAt, mx: 'null' });
    expect(after.filter((line) => line.includes(' CNAME '))).toEqual([]);
    expect(after).toEqual(expect.arrayContaining(['* TXT v=spf1 -all', '* MX 0 .', 'www TXT v=spf1 -all']));
  });

  test('a subdomain that is delegated elsewhere is named and not touched', () => {
    const { after, messages } = locked('dev 300 NS ns1.example.net.\nns.dev 300 A 192.0.2.1');
    expect(after).not.toContain('ns.dev TXT v=spf1 -all');
    expect(messages).toContain('Not covered: dev.example.com is delegated elsewhere.');
  });

  test.each(['_dmarc', '_domainkey'])('%s that is delegated to somebody who looks after it is left to him', (label) => {
    const { after, messages } = locked(`${label} 300 NS ns1.reports.example.`);
    expect(after.filter((line) => line.split(' ')[0]?.endsWith(label))).toEqual([`${label} NS ns1.reports.example`]);
    expect(messages.join()).toContain(`${label}.example.com is delegated elsewhere`);
  });

  test('names below a DNAME are not ours to write', () => {
    expect(locked('old 300 DNAME new.example.').messages).toContain('Not covered: old.example.com is a DNAME.');
  });
});

describe('DMARC', () => {
  const dmarc = (zone: string, given: Partial<LockdownOptions> = {}): string[] =>
    locked(zone, given).after.filter((line) => line.startsWith('_dmarc'));
  const STRICT = '_dmarc TXT v=DMARC1; p=reject; sp=reject; np=reject; adkim=s; aspf=s';

  test.each([
    [
      'an existing rua elsewhere is kept',
      'v=DMARC1; p=none; rua=mailto:d@reports.example',
      {},
      '; rua=mailto:d@reports.example',
    ],
    ['a rua into the domain itself is dropped', 'v=DMARC1; p=none; rua=mailto:d@example.com', {}, ''],
    ['a rua below the domain is dropped', 'v=DMARC1; p=none; rua=mailto:d@x.example.com', {}, ''],
    [
      'a rua into another locked domain is dropped',
      'v=DMARC1; rua=mailto:d@other.example',
      { lockedDomains: [name('other.example')] },
      '',
    ],
    [
      'a look-alike of a locked domain is kept',
      'v=DMARC1; rua=mailto:d@notexample.com',
      {},
      '; rua=mailto:d@notexample.com',
    ],
    [
      'of several addresses the reachable stay',
      'v=DMARC1; rua=mailto:a@example.com,mailto:b@r.example!10m',
      {},
      '; rua=mailto:b@r.example!10m',
    ],
    [
      'a receiving domain may report to itself',
      'v=DMARC1; rua=mailto:d@example.com',
      { keepsMx: true },
      '; rua=mailto:d@example.com',
    ],
    [
      '--rua replaces what was there',
      'v=DMARC1; rua=mailto:a@r.example',
      { rua: ['mailto:z@z.example'] },
      '; rua=mailto:z@z.example',
    ],
  ] as const)('%s', (_, text, given, ending) => {
    expect(dmarc(`_dmarc 300 TXT ${text}`, given)).toEqual([STRICT + ending]);
  });

  test('a record that says the same in another order stays', () => {
    const text = 'v=DMARC1;p=reject;aspf=s;adkim=s;np=reject;sp=reject';
    expect(locked(`_dmarc 300 TXT ${text}`, only('dmarc')).plan.changes).toEqual([]);
  });

  test('a policy of a name below, which would stand before that of the domain, is made as strict (RFC 9989 §4.10.1)', () => {
    const zone = `
      _dmarc.www 300 TXT v=DMARC1; p=none
      _dmarc.shop 300 TXT v=DMARC1; p=none; rua=mailto:d@reports.example,mailto:d@example.com
      _dmarc.a.b 300 TXT v=DMARC1; p=quarantine
      _dmarc.a.b 300 TXT note
      _dmarc.news 300 TXT v=DMARC1; p=none
      news 300 TXT v=spf1 include:esp.example -all
      _dmarc.x.dev 300 TXT v=DMARC1; p=none
      dev 300 NS ns1.example.net.
      other.example._report._dmarc 300 TXT v=DMARC1
    `;
    const strict = (label: string, ending = ''): string => STRICT.replace('_dmarc', `_dmarc.${label}`) + ending;
    expect(dmarc(zone)).toEqual(
      [
        STRICT,
        strict('www'),
        strict('shop', '; rua=mailto:d@reports.example'),
        strict('a.b'),
        '_dmarc.a.b TXT note',
        '_dmarc.news TXT v=DMARC1; p=none',
        '_dmarc.x.dev TXT v=DMARC1; p=none',
      ].sort(),
    );
    expect(locked(zone, only('dmarc')).after).toContain('other.example._report._dmarc TXT v=DMARC1');
    expect(dmarc(zone, only('spf', 'hosts'))).toContain('_dmarc.www TXT v=DMARC1; p=none');
  });

  test('--rua is for the policy of the domain: one below keeps its own', () => {
    const zone = '_dmarc.www 300 TXT v=DMARC1; p=none; rua=mailto:a@r.example';
    expect(dmarc(zone, { rua: ['mailto:z@z.example'] })).toEqual([
      `${STRICT}; rua=mailto:z@z.example`,
      `${STRICT.replace('_dmarc', '_dmarc.www')}; rua=mailto:a@r.example`,
    ]);
  });

  test('a policy below that is a CNAME is replaced where the person says so', () => {
    const replaceCnamesAt = new Set([name('_dmarc.www.example.com')]);
    const { after } = locked('_dmarc.www 300 CNAME dmarc.example.', { ...only('dmarc'), replaceCnamesAt });
    expect(after).toEqual([STRICT, STRICT.replace('_dmarc', '_dmarc.www')]);
    const led = locked('_dmarc.www 300 CNAME _dmarc', { ...only('dmarc'), replaceCnamesAt });
    expect(led.after).toEqual(after);
  });

  test('a policy at * would stand for every name that does not exist: it goes', () => {
    const zone = '* 300 TXT v=DMARC1; p=none\n* 300 TXT note';
    expect(locked(zone, only('dmarc')).after).toEqual(['* TXT note', STRICT]);
    expect(locked(zone, only('wildcard', 'dmarc')).after).toEqual(['* TXT note', '* TXT v=spf1 -all', STRICT]);
  });

  test('of two records one remains; other TXT stays', () => {
    expect(dmarc('_dmarc 300 TXT v=DMARC1; p=none\n_dmarc 300 TXT v=DMARC1; p=reject\n_dmarc 300 TXT note')).toEqual(
      ['_dmarc TXT note', STRICT].sort(),
    );
  });
});

describe('DKIM', () => {
  test('existing selectors are revoked too, CNAMEs among them; revoked ones stay as they are', () => {
    const { after } = locked(
      `
      s1._domainkey 300 TXT v=DKIM1; k=rsa; p=MIGf|MA0G
      s2._domainkey 300 CNAME s2.esp.example.
      s3._domainkey 300 TXT v=DKIM1; k=rsa; p=
      old._domainkey 300 TXT p=AAAA
      _domainkey 300 TXT o=~
    `,
      only('dkim'),
    );
    expect(after).toEqual(
      [
        '*._domainkey TXT v=DKIM1; p=',
        '_domainkey TXT o=~',
        'old._domainkey TXT v=DKIM1; p=',
        's1._domainkey TXT v=DKIM1; p=',
        's2._domainkey TXT v=DKIM1; p=',
        's3._domainkey TXT v=DKIM1; k=rsa; p=',
      ].sort(),
    );
  });

  test('keys below a delegation cannot be revoked, and the plan says so', () => {
    const { plan, messages } = locked('_domainkey 300 NS ns.esp.example.', only('dkim'));
    expect(plan.changes).toEqual([]);
    expect(messages[0]).toContain('delegated elsewhere');
  });
});

test('CAA only on request; iodef stays', () => {
  const zone = '@ 300 CAA 0 issue "ca.example"\n@ 300 CAA 0 iodef "mailto:x@r.example"';
  expect(locked(zone).after.filter((line) => line.includes('CAA'))).toHaveLength(2);
  expect(locked(zone, only('caa')).after).toEqual([
    '@ CAA 0 iodef "mailto:x@r.example"',
    '@ CAA 0 issue ";"',
    '@ CAA 0 issuewild ";"',
  ]);
});

test('MTA-STS and TLS reporting records are reported, never touched', () => {
  const { after, notes } = locked(
    '_mta-sts 300 TXT v=STSv1; id=1\n_smtp._tls 300 TXT v=TLSRPTv1; rua=mailto:a@r.example',
  );
  expect(after).toContain('_mta-sts TXT v=STSv1; id=1');
  expect(notes.filter((code) => code === 'mta-sts')).toHaveLength(2);
});

test('our records carry a mark where the provider keeps comments', () => {
  const { capabilities } = memory('');
  const desired = desiredRecords(snapshot(''), lockdownOptions(), capabilities);
  expect(new Set(desired.aims.flatMap(({ wanted }) => wanted.map(({ comment }) => comment)))).toEqual(
    new Set(['unsent:lockdown']),
  );
});
