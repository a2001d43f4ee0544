import type { Resolver } from '@unsent/dns';
import { describe, expect, test } from 'vitest';
import { lintDomain, lintText } from '../src/lint-domain.ts';
import { name, zone } from './support/check.ts';

const ORIGIN = name('example.com');

/** Every finding as `severity code §section of domain at "place": message`. */
async function told(text: string, failing: readonly string[] = []): Promise<readonly string[]> {
  const resolver = zone(
    text.replace(/^ +/gm, ''),
    failing.map((one) => ({ name: name(one), cause: 'servfail' })),
  );
  const { findings, record } = await lintDomain(ORIGIN, resolver);
  return findings.map(({ severity, code, rfc, domain, span, message }) => {
    const place = span === null ? '' : ` at "${record?.text.slice(span.start, span.end)}"`;
    return `${severity} ${code} ${rfc.replace('RFC 7208 ', '')} of ${domain}${place}: ${message}`;
  });
}

const terms = (count: number): string => Array.from({ length: count }, (_, i) => `a:h${i}.example.com`).join(' ');
const addresses = (count: number): string =>
  Array.from({ length: count }, (_, i) => `h${i} A 192.0.2.1\nh${i} AAAA 2001:db8::1`).join('\n');
const VOID = (term: string, domain: string, has: string): string =>
  `advice void-lookup §4.6.4 of example.com at "${term}": "${term}" matches nobody: ${domain} has ${has}; it costs a lookup and a void lookup`;

describe('what is told of the record of a domain', () => {
  test.each<[title: string, zone: string, expected: readonly string[]]>([
    [
      'none',
      '@ TXT "hello"',
      ['error no-record §4.5 of example.com: example.com has no SPF record: anybody may use it as a sender'],
    ],
    [
      'no domain',
      'other.example. A 192.0.2.1',
      ['error no-domain §4.3 of example.com: example.com does not exist in DNS'],
    ],
    [
      'two',
      '@ TXT "v=spf1 -all"\n@ TXT "v=spf1 mx -all"',
      ['error multiple-records §4.5 of example.com: 2 SPF records, and one is allowed: receivers give up (permerror)'],
    ],
    [
      'two, each with its errors',
      '@ TXT "v=spf1 include:google ip4:192.0.2.300 -all"\n@ TXT "v=spf1 ip4: 192.0.2.1 ptr +all"',
      [
        'error multiple-records §4.5 of example.com: 2 SPF records, and one is allowed: receivers give up (permerror)',
        'error invalid-domain §7.1 of example.com: "google" is no domain name: it must end in a dot and a top-level label, or in a macro (record 1)',
        'error invalid-ip4 §5.6 of example.com: "192.0.2.300" is no IPv4 address or network (record 1)',
        'error needless-space §12 of example.com: there must be no space after "ip4:" (record 2)',
        'error pass-all §5.1 of example.com: "+all" lets every host of the Internet send mail as this domain (record 2)',
      ],
    ],
    [
      'two that break something as one',
      '@ TXT "v=spf1 include:x.example.com -all"\n@ TXT "v=spf1 a:y.example.com -all"',
      [
        'error multiple-records §4.5 of example.com: 2 SPF records, and one is allowed: receivers give up (permerror)',
        'error target-has-no-record §5.2 of example.com: "include:x.example.com" breaks the record: x.example.com does not exist (as one record)',
      ],
    ],
    [
      'two with too many lookups as one',
      `@ TXT "v=spf1 ${terms(6)} -all"\n@ TXT "v=spf1 ${terms(11).slice(terms(6).length + 1)} -all"\n${addresses(11)}`,
      [
        'error multiple-records §4.5 of example.com: 2 SPF records, and one is allowed: receivers give up (permerror)',
        'error too-many-lookups §4.6.4 of example.com: 11 DNS lookups are needed and 10 are allowed: receivers give up (permerror) (as one record)',
      ],
    ],
    [
      'one that nobody recognises',
      '@ TXT "spf1 ptr -all"',
      [
        'error not-recognised §4.5 of example.com: receivers do not take this TXT record for SPF, because it does not begin with "v=spf1" and a space',
        'error version §12 of example.com at "spf1": a record begins with "v=spf1" and a space',
        'advice ptr §5.5 of example.com at "ptr": "ptr" should not be used: it is slow, unreliable, and burdens the .arpa name servers',
      ],
    ],
    [
      'nine lookups',
      `@ TXT "v=spf1 ${terms(9)} -all"\n${addresses(9)}`,
      [
        'advice many-lookups §4.6.4 of example.com: 9 of 10 DNS lookups are used: one change by a provider may break the record',
      ],
    ],
    [
      'ten',
      `@ TXT "v=spf1 ${terms(10)} -all"\n${addresses(10)}`,
      [
        'advice many-lookups §4.6.4 of example.com: 10 of 10 DNS lookups are used: one change by a provider may break the record',
      ],
    ],
    [
      'eleven',
      `@ TXT "v=spf1 ${terms(11)} -all"\n${addresses(11)}`,
      [
        'error too-many-lookups §4.6.4 of example.com: 11 DNS lookups are needed and 10 are allowed: receivers give up (permerror)',
      ],
    ],
    ['eight', `@ TXT "v=spf1 ${terms(8)} -all"\n${addresses(8)}`, []],
  ])('%s', async (_title, text, expected) => expect(await told(text)).toEqual(expected));

  test('two, where a name cannot be asked about', async () => {
    const two = '@ TXT "v=spf1 include:x.example.com -all"\n@ TXT "v=spf1 -all"';
    expect(await told(two, ['x.example.com'])).toEqual([
      'error multiple-records §4.5 of example.com: 2 SPF records, and one is allowed: receivers give up (permerror)',
    ]);
  });

  test('a DNS failure', async () => {
    expect(await told('@ TXT "v=spf1 -all"', ['example.com'])).toEqual([
      'error dns-failure §4.4 of example.com: DNS cannot be asked for TXT of example.com: example.com is set to fail',
    ]);
  });
});

describe('what is told of void lookups', () => {
  const GIVE_UP = 'and 2 are allowed: receivers give up (permerror)';
  const onlyVoids = async (text: string): Promise<readonly string[]> =>
    (await told(text)).filter((line) => line.includes('too-many-voids'));
  test.each<[title: string, zone: string, expected: readonly string[]]>([
    [
      'three for everybody',
      '@ TXT "v=spf1 mx:a.example.com mx:b.example.com mx:c.example.com -all"',
      [`error too-many-voids §4.6.4 of example.com: 3 lookups come back empty ${GIVE_UP}`],
    ],
    [
      'three for IPv6 clients',
      '@ TXT "v=spf1 a:a.example.com a:b.example.com a:c.example.com -all"\na A 192.0.2.1\nb A 192.0.2.1\nc A 192.0.2.1',
      [`advice too-many-voids §4.6.4 of example.com: 3 lookups come back empty for IPv6 clients ${GIVE_UP}`],
    ],
    [
      'three for IPv4 clients',
      '@ TXT "v=spf1 a:a.example.com a:b.example.com a:c.example.com -all"\na AAAA 2001:db8::1\nb AAAA 2001:db8::1\nc AAAA 2001:db8::1',
      [`error too-many-voids §4.6.4 of example.com: 3 lookups come back empty for IPv4 clients ${GIVE_UP}`],
    ],
    [
      'three for IPv6 clients, two of them for all',
      '@ TXT "v=spf1 mx:a.example.com mx:b.example.com a:c.example.com -all"\nc A 192.0.2.1',
      [`advice too-many-voids §4.6.4 of example.com: 3 lookups come back empty for IPv6 clients ${GIVE_UP}`],
    ],
    [
      'three for IPv4 clients, two of them for all',
      '@ TXT "v=spf1 mx:a.example.com mx:b.example.com a:c.example.com -all"\nc AAAA 2001:db8::1',
      [`error too-many-voids §4.6.4 of example.com: 3 lookups come back empty for IPv4 clients ${GIVE_UP}`],
    ],
    [
      'three for IPv4 and four for IPv6 clients',
      '@ TXT "v=spf1 mx:a.example.com mx:b.example.com mx:c.example.com a:d.example.com -all"\nd A 192.0.2.1',
      [`error too-many-voids §4.6.4 of example.com: 4 lookups come back empty ${GIVE_UP}`],
    ],
    ['two', '@ TXT "v=spf1 mx:a.example.com mx:b.example.com -all"', []],
  ])('%s', async (_title, text, expected) => expect(await onlyVoids(text)).toEqual(expected));
});

describe('what is told of a term', () => {
  const CIRCLE = 'example.com stands above itself';
  test.each<[title: string, zone: string, expected: readonly string[]]>([
    [
      'a name that does not exist',
      '@ TXT "v=spf1 a:x.example.com -all"',
      [VOID('a:x.example.com', 'x.example.com', 'no records at all')],
    ],
    [
      'a name without addresses',
      '@ TXT "v=spf1 a:x.example.com -all"\nx TXT "y"',
      [VOID('a:x.example.com', 'x.example.com', 'no address')],
    ],
    [
      'a name without what it is looked up for',
      '@ TXT "v=spf1 exists:x.example.com -all"\nx TXT "y"',
      [VOID('exists:x.example.com', 'x.example.com', 'no IPv4 address')],
    ],
    [
      'a null MX',
      '@ TXT "v=spf1 mx -all"\n@ MX 0 .',
      ['advice bad-target §5.4 of example.com at "mx": "mx" matches nobody: null MX: no host'],
    ],
    [
      'eleven MX hosts',
      `@ TXT "v=spf1 mx -all"\n${Array.from({ length: 11 }, (_, i) => `@ MX ${i} m${i}`).join('\n')}`,
      ['error too-many-mx §4.6.4 of example.com at "mx": "mx" breaks the record: 11 MX hosts, 10 are allowed'],
    ],
    [
      'an include of a name that does not exist',
      '@ TXT "v=spf1 include:x.example.com -all"',
      [
        'error target-has-no-record §5.2 of example.com at "include:x.example.com": "include:x.example.com" breaks the record: x.example.com does not exist',
      ],
    ],
    [
      'a redirect to a name without a record',
      '@ TXT "v=spf1 redirect=x.example.com"\nx A 192.0.2.1',
      [
        'error target-has-no-record §6.1 of example.com at "redirect=x.example.com": "redirect=x.example.com" breaks the record: x.example.com has no SPF record',
      ],
    ],
    [
      'an include of two records',
      '@ TXT "v=spf1 include:x.example.com -all"\nx TXT "v=spf1 -all"\nx TXT "v=spf1 mx"',
      [
        'error target-is-broken §5.2 of example.com at "include:x.example.com": "include:x.example.com" breaks the record: 2 SPF records',
      ],
    ],
    [
      'an include of a broken record',
      '@ TXT "v=spf1 include:x.example.com -all"\nx TXT "v=spf1 foo -all"',
      [
        'error target-is-broken §5.2 of example.com at "include:x.example.com": "include:x.example.com" breaks the record: "foo" is no mechanism that RFC 7208 knows',
      ],
    ],
    [
      'an include that lets everybody pass',
      '@ TXT "v=spf1 include:x.example.com -all"\nx TXT "v=spf1 mx +all"\nx MX 1 m\nm A 192.0.2.1\nm AAAA 2001:db8::1',
      [
        'error target-passes-all §5.2 of example.com at "include:x.example.com": "include:x.example.com" lets every host of the Internet pass',
      ],
    ],
    [
      'an include that ends in ~all or whose mx passes',
      '@ TXT "v=spf1 include:x.example.com -all"\nx TXT "v=spf1 mx ~all"\nx MX 1 m\nm A 192.0.2.1',
      [],
    ],
    [
      'an include of itself',
      '@ TXT "v=spf1 include:example.com -all"',
      [`error loop §5.2 of example.com at "include:example.com": "include:example.com" leads in a circle: ${CIRCLE}`],
    ],
    [
      'a circle further down',
      '@ TXT "v=spf1 include:x.example.com -all"\nx TXT "v=spf1 redirect=example.com"',
      [
        `error loop §6.1 of x.example.com: "redirect=example.com" leads in a circle: ${CIRCLE} (below include:x.example.com)`,
      ],
    ],
  ])('%s', async (_title, text, expected) => expect(await told(text)).toEqual(expected));

  test.each([
    ['include', '5.2'],
    ['a', '4.4'],
    ['mx', '4.4'],
    ['exists', '4.4'],
  ])('%s whose target cannot be asked', async (name, section) => {
    const term = `${name}:x.example.com`;
    expect(await told(`@ TXT "v=spf1 ${term} -all"`, ['x.example.com'])).toEqual([
      `error dns-failure §${section} of example.com at "${term}": "${term}" cannot be looked up now: x.example.com is set to fail`,
    ]);
  });

  test('an MX host that cannot be asked', async () => {
    expect(await told('@ TXT "v=spf1 mx -all"\n@ MX 1 h', ['h.example.com'])).toEqual([
      'error dns-failure §4.4 of example.com at "mx": "mx" cannot be looked up now: h.example.com: h.example.com is set to fail',
    ]);
  });

  test('a chain of includes that goes on and on', async () => {
    const chain = Array.from({ length: 20 }, (_, i) => `c${i} TXT "v=spf1 include:c${i + 1}.example.com -all"`).join(
      '\n',
    );
    const lines = await told(`@ TXT "v=spf1 include:c0.example.com -all"\n${chain}`);
    expect(lines.filter((line) => line.includes('tree-cut'))).toEqual([
      expect.stringContaining('leads to more records than any check will read (below include:c0.example.com > '),
    ]);
  });
});

describe('what is told of the explanation', () => {
  const NOT_USED = 'advice exp-target §6.2 of example.com at "exp=e.example.com": the explanation is not used: ';
  test.each<[title: string, zone: string, expected: readonly string[]]>([
    ['good', 'e TXT "%{i} may not send: see https://example.com/~a "', []],
    ['no text', 'e A 192.0.2.1', [`${NOT_USED}e.example.com has no TXT record`]],
    ['no name', '', [`${NOT_USED}e.example.com has no TXT record`]],
    ['two texts', 'e TXT "a"\ne TXT "b"', [`${NOT_USED}e.example.com has 2 TXT records, and one is allowed`]],
    ['an accent', 'e TXT "caf\\195\\169"', [`${NOT_USED}the text at e.example.com is not plain ASCII`]],
    ['a tab', 'e TXT "a\\009b"', [`${NOT_USED}the text at e.example.com is not plain ASCII`]],
    ['DEL', 'e TXT "a\\127b"', [`${NOT_USED}the text at e.example.com is not plain ASCII`]],
    ['a macro that is none', 'e TXT "100%"', [`${NOT_USED}the text at e.example.com has a macro that cannot be read`]],
  ])('%s', async (_title, text, expected) => {
    expect(await told(`@ TXT "v=spf1 -all exp=e.example.com"\n${text}`)).toEqual(expected);
  });
  test('that cannot be asked for', async () => {
    expect(await told('@ TXT "v=spf1 -all exp=e.example.com"', ['e.example.com'])).toEqual([
      `${NOT_USED}e.example.com cannot be looked up now: e.example.com is set to fail`,
    ]);
  });
  test('whose name depends on the message is not looked at', async () => {
    expect(await told('@ TXT "v=spf1 -all exp=%{l}.e.example.com"')).toEqual([]);
  });
});

describe('a text that need not be published', () => {
  const LONG = `v=spf1 x=${'y'.repeat(250)} -all`;
  test('is told to be cut into strings, a published one is not', async () => {
    const codes = async (isPublished?: boolean): Promise<readonly string[]> => {
      const { findings } = await lintText(ORIGIN, LONG, zone(''), isPublished === undefined ? {} : { isPublished });
      return findings.map(({ code }) => code);
    };
    expect(await codes()).toEqual(['unknown-modifier', 'long-string']);
    expect(await codes(false)).toEqual(['unknown-modifier', 'long-string']);
    expect(await codes(true)).toEqual(['unknown-modifier']);
  });
  test('is looked up as it was meant, and then nothing below points into it', async () => {
    const { tree, findings } = await lintText(ORIGIN, 'v=spf1 include: x.example.com -all', zone(''));
    expect(tree?.terms.map(({ term }) => term)).toEqual(['include:x.example.com', '-all']);
    expect(findings.map(({ code, span }) => [code, span?.start ?? null])).toEqual([
      ['needless-space', 7],
      ['target-has-no-record', null],
    ]);
  });
  test('that can be read is looked up as it stands, whatever would be better', async () => {
    const text = 'v=spf1 A:x.example.com ip4:192.0.2.5/24 -all';
    const { tree, fixed, records } = await lintText(ORIGIN, text, zone('x A 192.0.2.1\nx AAAA 2001:db8::1'));
    expect([tree?.record, records]).toEqual([text, [text]]);
    expect(fixed).toBe('v=spf1 a:x.example.com ip4:192.0.2.0/24 -all');
  });
  test('stays as it is where nobody knows what was meant', async () => {
    const { tree, fixed } = await lintText(ORIGIN, 'v=spf1 foo a:x.example.com -all', zone('x A 192.0.2.1'));
    expect([tree?.record, fixed]).toEqual(['v=spf1 foo a:x.example.com -all', null]);
  });
});

describe('a published record', () => {
  const codesOf = async (text: string): Promise<readonly string[]> =>
    (await lintDomain(ORIGIN, zone(text))).findings.map(({ code }) => code);
  const long = `x=${'y'.repeat(200)}" "${'y'.repeat(100)} -all`;
  test.each(['v=spf1', 'spf1'])('that begins with %s is not told to be cut into strings', async (version) => {
    expect(await codesOf(`@ TXT "${version} ${long}"`)).not.toContain('long-string');
  });
  test('keeps its other findings beside too many lookups', async () => {
    const text = `@ TXT "v=spf1 ${terms(10)} MX -all"\n${addresses(10)}\n@ MX 1 h0`;
    expect(await codesOf(text)).toEqual(['too-many-lookups', 'upper-case']);
  });
  test.each([
    ['@ TXT "v=spf1 -all"', ['v=spf1 -all']],
    ['@ TXT "spf1 -all"', []],
    ['@ TXT "hello"', []],
    ['@ TXT "v=spf1 -all"\n@ TXT "hello"\n@ TXT "v=spf1 mx"', ['v=spf1 -all', 'v=spf1 mx']],
  ])('of %j the SPF records are %j', async (text, records) => {
    expect((await lintDomain(ORIGIN, zone(text))).records).toEqual(records);
  });
  test('of two each is mended before they become one', async () => {
    const { fixed } = await lintDomain(ORIGIN, zone('@ TXT "v=spf1 ip4: 192.0.2.1 -all"\n@ TXT "v=spf1 mx -all"'));
    expect(fixed).toBe('v=spf1 ip4:192.0.2.1 mx -all');
  });
  test.each([
    ['an error that nobody can mend', 'v=spf1 include:google ip4:192.0.2.300 -all'],
    ['hosts taken out of a later term', 'v=spf1 -ip4:192.0.2.1 a -all'],
  ])('of two none is written where one has %s', async (_title, text) => {
    expect((await lintDomain(ORIGIN, zone(`@ TXT "${text}"\n@ TXT "v=spf1 mx -all"`))).fixed).toBeNull();
  });
});

test.each(['v=spf1', 'spf1'])(
  'the signal is handed to every question about a record that begins with %s',
  async (version) => {
    const { signal } = new AbortController();
    const given: unknown[] = [];
    const inner = zone(
      `@ TXT "${version} mx a:h.example.com include:i.example.com -all exp=e.example.com"\n@ MX 1 h\nh A 192.0.2.1\ni TXT "v=spf1 exists:h.example.com"`,
    );
    const resolver: Resolver = {
      resolve(asked, type, one) {
        given.push(one);
        return inner.resolve(asked, type, one);
      },
    };
    await lintDomain(ORIGIN, resolver, signal);
    expect(new Set(given)).toEqual(new Set([signal]));
  },
);
