import {
  type Answer,
  type DomainName,
  parseDomainName,
  parseIp,
  type Rdata,
  type Resolver,
  type RrType,
} from '@unsent/dns';
import { checkHost, parseSpf } from '@unsent/spf';
import { describe, expect, test } from 'vitest';
import { textWork } from '../support/text-work.ts';

const SIZE = 16_384;
const ALL_PROBLEMS = Number.POSITIVE_INFINITY;

/** Records that grow with `n`. Each has cost some engine quadratic time, or looks as if it could. */
const RECORDS: readonly (readonly [string, (n: number) => string])[] = [
  ['many networks', (n) => 'ip4:198.51.100.7 '.repeat(n / 17)],
  ['many IPv6 networks', (n) => 'ip6:2001:db8::1/64 '.repeat(n / 19)],
  ['spaces', (n) => ' '.repeat(n)],
  ['one long name', (n) => `a:${'a'.repeat(n)}`],
  ['one name of dots', (n) => `a:${'.'.repeat(n)}com`],
  ['one name of many labels', (n) => `a:${'a.'.repeat(n / 2)}com`],
  ['macros that never close', (n) => `exists:${'%{'.repeat(n / 2)}`],
  ['one macro that never closes', (n) => `exists:%{${'d'.repeat(n)}`],
  ['macros that keep one part', (n) => `exists:${'%{l1r-}'.repeat(n / 7)}.example.com`],
  ['macros of the whole sender', (n) => `exists:${'%{s}'.repeat(n / 4)}.example.com`],
  ['macros of the HELO, one part each', (n) => `exists:${'%{h1}'.repeat(n / 5)}.example.com`],
  ['macros, reversed and escaped', (n) => `exists:${'%{Lr+-}'.repeat(n / 7)}.example.com`],
  ['percent signs', (n) => `exists:${'%%'.repeat(n / 2)}.example.com`],
  ['terms that end in a macro and a letter', (n) => 'a:%{d}x '.repeat(n / 8)],
  ['terms without a dot', (n) => 'a:x '.repeat(n / 4)],
  ['colons for an IPv6 address', (n) => `ip6:${':'.repeat(n)}`],
  ['hexadecimal digits', (n) => `ip6:${'f'.repeat(n)}`],
  ['digits for an IPv4 address', (n) => `ip4:${'1'.repeat(n)}`],
  ['digits for a prefix', (n) => `a/${'1'.repeat(n)}`],
  ['slashes', (n) => `a${'/'.repeat(n)}`],
  ['slashes and digits', (n) => `a${'/1'.repeat(n / 2)}`],
  ['an unknown modifier', (n) => `x=${'x='.repeat(n / 2)}`],
  ['many modifiers', (n) => 'x=y '.repeat(n / 4)],
  ['qualifiers', (n) => '- '.repeat(n / 2)],
  ['a name of qualifiers', (n) => '-'.repeat(n)],
  ['octets that are not ASCII', (n) => 'é '.repeat(n / 2)],
];

describe('twice the text is twice the work', () => {
  test.each(RECORDS)('%s', (_name, make) => {
    const [small, large] = [SIZE, SIZE * 2].map((n) => `v=spf1 ${make(n)} -all`);
    if (small === undefined || large === undefined) throw new Error('no text');
    expect(textWork(() => parseSpf(large, ALL_PROBLEMS))).toBeLessThan(
      2.2 * textWork(() => parseSpf(small, ALL_PROBLEMS)) + 1000,
    );
    // And not much work for each character: this is what 64 KB may cost.
    expect(textWork(() => parseSpf(large, ALL_PROBLEMS))).toBeLessThan(12 * large.length);
    for (const texts of CLIENTS) {
      const work = (n: number, record: string) => textWork(() => check(record, texts(n)));
      expect(work(SIZE * 2, large)).toBeLessThan(2.2 * work(SIZE, small) + 5000);
    }
  });
});

type ClientTexts = { readonly sender: string; readonly helo: string };

/** What a client may say, growing with `n` too: the product of both must not be the cost. */
const CLIENTS: readonly ((n: number) => ClientTexts)[] = [
  () => ({ sender: 'a-b-c@example.com', helo: 'h.example.com' }),
  (n) => ({ sender: `${'a-'.repeat(n / 2)}@example.com`, helo: `${'a.'.repeat(n / 2)}example.com` }),
  (n) => ({ sender: `${'-'.repeat(n)}@example.com`, helo: '.'.repeat(n) }),
  (n) => ({ sender: `${'@'.repeat(n)}`, helo: `x${'é'.repeat(n)}` }),
];

describe('answers that grow', () => {
  const names = (n: number): DomainName[] =>
    Array.from({ length: n }, (_, i) => parseDomainName(`p${i}.example.com`)).filter((name) => name !== null);
  const answers: readonly (readonly [string, string, (n: number) => Partial<Data>])[] = [
    ['TXT records', 'v=spf1 -all', (n) => ({ TXT: Array.from({ length: n }, (_, i) => [`verification=${i}`]) })],
    ['strings of one TXT', 'v=spf1 -all', (n) => ({ TXT: [Array<string>(n).fill('v=spf1 a')] })],
    ['PTR names', 'v=spf1 ptr -all', (n) => ({ PTR: names(n) })],
    ['MX hosts', 'v=spf1 mx -all', (n) => ({ MX: names(n).map((exchange) => ({ preference: 1, exchange })) })],
    ['explanations', 'v=spf1 -all exp=e.example.com', (n) => ({ TXT: [['%{s}'.repeat(n)]] })],
  ];
  test.each(answers)('%s', (_name, record, make) => {
    const work = (n: number): number => {
      const resolver = resolverOf(make(n));
      return textWork(() => check(record, { sender: 'a@example.com', helo: 'h.example.com' }, resolver));
    };
    expect(work(4096)).toBeLessThan(2.2 * work(2048) + 1000);
  });
});

type Data = { readonly [T in RrType]: readonly Rdata[T][] };

function check(record: string, { sender, helo }: ClientTexts, resolver = resolverOf({})): void {
  const ip = parseIp('192.0.2.1');
  if (ip === null) throw new Error('no address');
  const outcome = checkHost({ ip, domain: 'example.com', sender, helo, receiver: helo, now: new Date(0) }, resolver, {
    override: (domain) => (domain === 'example.com' && record !== 'v=spf1 -all' ? record : null),
  });
  if (outcome instanceof Promise) throw new Error('the outcome is a promise');
}

function resolverOf(data: Partial<Data>): Resolver {
  return {
    resolve<T extends RrType>(_name: DomainName, type: T): Answer<T> {
      const found = data[type];
      return found === undefined ? { kind: 'nodata', ttlSeconds: 0 } : { kind: 'records', data: found, ttlSeconds: 0 };
    },
  };
}
