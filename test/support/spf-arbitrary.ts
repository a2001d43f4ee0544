import fc from 'fast-check';
import type { HostileData } from './spf-hostile.ts';

const NAMES = ['example.com', 'a.example.com', 'b.example.com', 'c.example.net', '_spf.example.org'];
const MACROS = [
  '%{d}',
  '%{i}',
  '%{ir}',
  '%{l}',
  '%{l1r-}',
  '%{s}',
  '%{o2}',
  '%{h}',
  '%{p}',
  '%{v}',
  '%{L}',
  '%%',
  '%_',
];

const name = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...NAMES) },
  { weight: 3, arbitrary: fc.array(fc.constantFrom('x', '.', 'é', ...MACROS), { maxLength: 6 }).map(join) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 300 }) },
);

/** A well-formed name with or without macros. */
const target = fc
  .tuple(fc.array(fc.constantFrom(...MACROS, 'x', 'y.'), { maxLength: 4 }), fc.constantFrom(...NAMES))
  .map(([parts, end]) => `${parts.join('')}.${end}`);

const prefix = (most: number) =>
  fc.oneof(
    fc.constant(''),
    fc.nat({ max: most }).map((length) => `/${length}`),
  );

/** One well-formed term. */
export const goodTerm: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom('', '+', '-', '~', '?'),
    fc.oneof(
      fc.constant('all'),
      fc.constantFrom('a', 'mx', 'ptr'),
      fc.tuple(fc.constantFrom('include:', 'exists:', 'ptr:'), target).map(join),
      fc
        .tuple(
          fc.constantFrom('a', 'mx'),
          fc.oneof(
            fc.constant(''),
            target.map((to) => `:${to}`),
          ),
          prefix(32),
          prefix(128),
        )
        .map(
          ([mechanism, to, prefix4, prefix6]) => `${mechanism}${to}${prefix4}${prefix6 === '' ? '' : `/${prefix6}`}`,
        ),
      fc.tuple(fc.constant('ip4:'), fc.ipV4(), prefix(32)).map(join),
      fc.tuple(fc.constant('ip6:'), fc.ipV6(), prefix(128)).map(join),
    ),
  )
  .map(join);

const goodModifier = fc.oneof(
  target.map((to) => `unknown.one=${to}`),
  fc.constantFrom(...MACROS).map((macro) => `x=${macro}`),
);

/** A record that any parser must take. */
export const goodRecord: fc.Arbitrary<string> = fc
  .tuple(
    fc.array(fc.oneof({ weight: 5, arbitrary: goodTerm }, { weight: 1, arbitrary: goodModifier }), { maxLength: 14 }),
    fc.option(target),
    fc.option(target),
  )
  .map(([terms, redirect, exp]) =>
    [
      'v=spf1',
      ...terms,
      ...(redirect === null ? [] : [`redirect=${redirect}`]),
      ...(exp === null ? [] : [`exp=${exp}`]),
    ].join(' '),
  );

/** A record that asks and asks, and seldom decides. */
const askingRecord: fc.Arbitrary<string> = fc
  .tuple(
    fc.array(
      fc.oneof(
        fc.constantFrom('mx', '?ptr', '-a/31'),
        fc.tuple(fc.constantFrom('include:', 'mx:', '-exists:', '~a:'), target).map(join),
        fc.tuple(fc.constantFrom('include:', 'mx:', '-mx:'), fc.constantFrom(...NAMES)).map(join),
      ),
      { minLength: 3, maxLength: 12 },
    ),
    fc.constantFrom('', ' redirect=b.example.com', ' -all exp=%{p}.example.com'),
  )
  .map(([terms, end]) => `v=spf1 ${terms.join(' ')}${end}`);

const PIECES = [
  '%{',
  '}',
  '%',
  ':',
  '/',
  '//',
  '=',
  '-',
  '.',
  ' ',
  '\t',
  '\n',
  '\0',
  'ip4:',
  'ip6:',
  'redirect=',
  '9',
  'é',
  'ſ',
];

/** A record that may be anything: well formed, nearly so, pieces of one, or any text at all. */
export const anyRecord: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: goodRecord },
  { weight: 6, arbitrary: askingRecord },
  { weight: 3, arbitrary: fc.tuple(goodRecord, fc.nat(), fc.constantFrom(...PIECES)).map(spoil) },
  {
    weight: 2,
    arbitrary: fc
      .array(fc.oneof(fc.constantFrom(...PIECES), goodTerm), { maxLength: 20 })
      .map((all) => `v=spf1 ${join(all)}`),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 200 }).map((text) => `v=spf1 ${text}`) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 200 }) },
);

/** What a client can say of itself. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    'alice@example.com',
    '',
    '<>',
    '@',
    'a@b@example.com',
    'mail.example.com',
    '[192.0.2.1]',
    'localhost',
  ),
  name,
  fc.tuple(fc.string({ unit: 'binary', maxLength: 80 }), name).map(([local, domain]) => `${local}@${domain}`),
);

export const hostileData: fc.Arbitrary<HostileData> = fc.record({
  texts: fc.array(fc.oneof(fc.ipV4(), fc.ipV6(), fc.constantFrom('192.0.2.1', '2001:db8::1', '', '.', '::')), {
    minLength: 1,
    maxLength: 8,
  }),
  records: fc.array(anyRecord, { minLength: 1, maxLength: 6 }),
  names: fc.array(fc.oneof(name, fc.constantFrom('', '.')), { minLength: 1, maxLength: 12 }),
});

function join(parts: readonly string[]): string {
  return parts.join('');
}

function spoil([record, at, piece]: readonly [string, number, string]): string {
  const place = at % (record.length + 1);
  return `${record.slice(0, place)}${piece}${record.slice(place + (at % 3))}`;
}
