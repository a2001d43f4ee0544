import { describe, expect, test } from 'vitest';
import { desiredRecords } from '../src/desired.ts';
import { type LockdownOptions, lockdownOptions } from '../src/options.ts';
import { locked, only } from './support/locked.ts';
import { memory, snapshot } from './support/zone.ts';

type Case = readonly [title: string, zone: string, given: Partial<LockdownOptions>, notes: readonly string[]];

const notesOf = (zone: string, given: Partial<LockdownOptions>, nullMx = true): readonly string[] =>
  locked(zone, given, nullMx).plan.notes.map(({ code, message }) => `${code}: ${message}`);

const LOOPBACK =
  'mx-choice: MX to loopback: bounces loop back at the host that sends them. --mx null: Postfix 3 and others also refuse the forged mail itself.';
const NULL =
  'mx-choice: Null MX: Postfix 3 and others refuse the forged mail at once. --mx loopback: works with servers older than RFC 7505 too, but forged mail is still accepted.';

describe('what the plan says about MX', () => {
  test.each<Case>([
    ['loopback', '', { mx: 'loopback', ...only('mx') }, [LOOPBACK]],
    ['null', '', { mx: 'null', ...only('mx') }, [NULL]],
    ['auto', '', { mx: 'auto', ...only('mx') }, [NULL]],
    [
      'a domain that keeps its MX',
      '@ 300 MX 10 mail.example.net.\n_mta-sts 300 TXT v=STSv1; id=1',
      { keepsMx: true, ...only('mx') },
      ['declared: example.com is declared as receiving: its MX records stay as they are.'],
    ],
    [
      'a website at www',
      'www 300 CNAME host.example.net.',
      only('mx'),
      [
        LOOPBACK,
        "same-site: loopback.example.com shares the site (and cookies) of www.example.com with the visitor's own machine. If a live website is there, prefer --mx null.",
      ],
    ],
    [
      'MTA-STS and TLS reporting, but of a subdomain with mail of its own',
      `
        _smtp._tls 300 TXT v=TLSRPTv1
        _mta-sts 300 TXT v=STSv1; id=1
        _mta-sts.shop 300 TXT v=STSv1; id=1
        _mta-sts.lists 300 TXT v=STSv1; id=1
        lists 300 MX 10 mx.lists.example.
        x_mta-sts 300 TXT a
        @ 300 MX 10 mail.old-host.example.
      `,
      only('mx'),
      [
        LOOPBACK,
        ...['_mta-sts', '_mta-sts.shop', '_smtp._tls'].map(
          (label) =>
            `mta-sts: ${label}.example.com speaks of incoming mail; with no mail to come it can go (first "mode: none", RFC 8461 §8.3).`,
        ),
      ],
    ],
    ['MTA-STS is no matter of the other parts', '_mta-sts 300 TXT v=STSv1; id=1', only('spf'), []],
  ])('%s', (_title, zone, given, notes) => expect(notesOf(zone, given)).toEqual(notes));

  test('where null MX cannot be stored, the plan does not offer it', () => {
    const possible = LOOPBACK.replace('--mx null:', '--mx null (this provider cannot store it):');
    expect(notesOf('', { mx: 'loopback', ...only('mx') }, false)).toEqual([possible]);
    expect(notesOf('', { mx: 'auto', ...only('mx') }, false)).toEqual([possible]);
  });
});

const HINT = '(--replace-cname NAME gives the CNAME up)';

describe('what the plan says it does not cover', () => {
  const CHAIN = (length: number): string =>
    [
      'end 300 A 192.0.2.1',
      ...Array.from({ length }, (_, i) => `c${i} 300 CNAME ${i === 0 ? 'end' : `c${i - 1}`}`),
    ].join('\n');

  test.each<Case>([
    [
      'CNAMEs, each by the part that wants its place',
      'www 300 CNAME parking.example.\n* 300 CNAME parking.example.\n_dmarc 300 CNAME dmarc.example.\nftp 300 CNAME parking.example.',
      only('wildcard', 'hosts', 'dmarc'),
      [
        `not-covered: *.example.com cannot be covered: *.example.com is a CNAME to parking.example ${HINT}.`,
        `not-covered: Not covered: ftp.example.com is a CNAME to parking.example ${HINT}.`,
        `not-covered: Not covered: www.example.com is a CNAME to parking.example ${HINT}.`,
        `not-covered: _dmarc.example.com cannot be covered: _dmarc.example.com is a CNAME to dmarc.example ${HINT}.`,
      ],
    ],
    [
      'a CNAME at *, once for MX and SPF together',
      '* 300 CNAME parking.example.',
      { mx: 'null', ...only('mx', 'wildcard') },
      [NULL, `not-covered: *.example.com cannot be covered: *.example.com is a CNAME to parking.example ${HINT}.`],
    ],
    [
      'a host with an underscore inside its name',
      'my_host 300 CNAME parking.example.',
      only('hosts'),
      [`not-covered: Not covered: my_host.example.com is a CNAME to parking.example ${HINT}.`],
    ],
    [
      'a delegation and a DNAME, in order',
      'old 300 DNAME new.example.\ndev 300 NS ns1.example.net.\ndev 300 NS ns2.example.net.',
      only('hosts'),
      [
        'not-covered: Not covered: dev.example.com is delegated elsewhere.',
        'not-covered: Not covered: old.example.com is a DNAME.',
      ],
    ],
    [
      'a DMARC record behind a CNAME, wherever that leads',
      '_dmarc 300 CNAME @',
      only('spf', 'dmarc'),
      [`not-covered: _dmarc.example.com cannot be covered: _dmarc.example.com is a CNAME to example.com ${HINT}.`],
    ],
    [
      'DKIM keys below a delegation',
      '_domainkey 300 NS ns.esp.example.',
      only('dkim'),
      ['not-covered: DKIM keys cannot be revoked: _domainkey.example.com is delegated elsewhere.'],
    ],
    [
      'DKIM keys below a DNAME',
      '@ 300 DNAME other.example.',
      only('dkim'),
      ['not-covered: DKIM keys cannot be revoked: example.com is a DNAME.'],
    ],
    [
      'a loopback host below a DNAME',
      '@ 300 DNAME other.example.',
      only('mx'),
      [
        'mx-choice: Null MX: example.com is a DNAME, below which no loopback host can stand (RFC 6672 §2.4). Postfix 3 and others refuse the forged mail at once.',
      ],
    ],
    [
      'a CNAME to a host that carries mail',
      'www 300 CNAME mail\nmail 300 A 192.0.2.1\n@ 300 MX 10 mail\nlists 300 MX 10 mail',
      only('hosts'),
      [
        'left-alone: lists.example.com has MX or SPF records of its own and stays as it is.',
        'left-alone: mail.example.com carries mail (the MX of example.com, lists.example.com): no -all there. "v=spf1 a -all" would be the record for it.',
        `not-covered: Not covered: www.example.com is a CNAME to mail.example.com ${HINT}.`,
      ],
    ],
    [
      'a host with mail of its own',
      'lists 300 A 192.0.2.2\nlists 300 MX 10 mx.lists.example.',
      only('hosts'),
      ['left-alone: lists.example.com has MX or SPF records of its own and stays as it is.'],
    ],
    [
      'names with mail of their own that have no address, those that others include among them',
      `
        news 300 MX 10 mx.esp.example.
        news 300 TXT v=spf1 include:esp.example ~all
        old 300 TXT v=spf1 +all
        _spf 300 TXT v=spf1 ip4:192.0.2.1 -all
        *.lists 300 MX 10 mx.lists.example.
        gone 300 MX 0 .
        gone 300 TXT v=spf1 -all
        note 300 TXT hello
      `,
      only('hosts'),
      ['*.lists', '_spf', 'news', 'old'].map(
        (label) => `left-alone: ${label}.example.com has MX or SPF records of its own and stays as it is.`,
      ),
    ],
    [
      'mail of its own at the apex, at * and below a delegation is no matter of the hosts',
      '@ 300 TXT v=spf1 mx -all\n* 300 TXT v=spf1 mx -all\ndev 300 NS ns1.example.net.\na.dev 300 MX 10 mx.example.net.',
      only('hosts'),
      ['not-covered: Not covered: dev.example.com is delegated elsewhere.'],
    ],
    [
      'policies of names with mail of their own, or that carry mail',
      `
        _dmarc.news 300 TXT v=DMARC1; p=none
        news 300 MX 10 mx.esp.example.
        _dmarc.mail 300 CNAME dmarc.example.
        lists 300 MX 10 mail
      `,
      only('dmarc'),
      ['mail', 'news'].map(
        (label) => `left-alone: _dmarc.${label}.example.com is the policy of a name with mail, and stays as it is.`,
      ),
    ],
    [
      'a policy below the domain that is a CNAME, but not one to the policy of the domain',
      '_dmarc.www 300 CNAME dmarc.example.\n_dmarc.shop 300 CNAME _dmarc\n_dmarc.blog 300 CNAME _dmarc.shop',
      only('dmarc'),
      [
        `not-covered: _dmarc.www.example.com cannot be covered: _dmarc.www.example.com is a CNAME to dmarc.example ${HINT}.`,
      ],
    ],
    [
      'a CNAME to the policy of the domain, where that is a CNAME itself',
      '_dmarc 300 CNAME dmarc.example.\n_dmarc.shop 300 CNAME _dmarc',
      only('dmarc'),
      [
        `not-covered: _dmarc.example.com cannot be covered: _dmarc.example.com is a CNAME to dmarc.example ${HINT}.`,
        `not-covered: _dmarc.shop.example.com cannot be covered: _dmarc.shop.example.com is a CNAME to _dmarc.example.com ${HINT}.`,
      ],
    ],
    ['eight CNAMEs in a row are followed', CHAIN(8), only('hosts'), []],
    [
      'nine are not',
      CHAIN(9),
      only('hosts'),
      [`not-covered: Not covered: c8.example.com is a CNAME to c7.example.com ${HINT}.`],
    ],
    [
      'CNAMEs in a circle',
      'a 300 CNAME b\nb 300 CNAME a',
      only('hosts'),
      [
        `not-covered: Not covered: a.example.com is a CNAME to b.example.com ${HINT}.`,
        `not-covered: Not covered: b.example.com is a CNAME to a.example.com ${HINT}.`,
      ],
    ],
  ])('%s', (_title, zone, given, notes) => expect(notesOf(zone, given)).toEqual(notes));

  test('nothing is put beside a CNAME, though an address is there too', () => {
    expect(locked('odd 300 A 192.0.2.1\nodd 300 CNAME x.example.', only('hosts')).after).toEqual([
      'odd A 192.0.2.1',
      'odd CNAME x.example',
    ]);
  });
});

test.each([
  [
    ['my\\032printer._ipp._tcp.example.com. 300 IN TXT ""'],
    'A record whose name has a space or the like stays as it is',
  ],
  [
    ['a\\032b.example.com. 300 IN TXT "x"', 'c.example.com. 300 IN PTR a\\.b.example.com.'],
    '2 records whose names have a space or the like stay as they are',
  ],
])('records with names that cannot be held are counted: %j', (unheld, said) => {
  const { capabilities } = memory('');
  const { notes } = desiredRecords({ ...snapshot(''), unheld }, lockdownOptions(only('spf')), capabilities);
  expect(notes).toEqual([
    {
      code: 'left-alone',
      message: `${said} (${unheld[0]?.split(' ')[0]}); the journal keeps ${unheld.length > 1 ? 'them' : 'it'} as text.`,
    },
  ]);
});

test('reports that would never arrive are named', () => {
  const zone = '_dmarc 300 TXT v=DMARC1; p=none; rua=mailto:d@example.com,mailto:e@r.example';
  expect(notesOf(zone, only('mx', 'dmarc'))).toContain(
    'rua: Reports to mailto:d@example.com would never arrive, so it is left out.',
  );
});
