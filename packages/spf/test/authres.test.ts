import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { textWork } from '../../../test/support/text-work.ts';
import {
  type AuthenticationResult,
  parseAuthenticationResults,
  spfAuthenticationResult,
  spfStatements,
  writeAuthenticationResults,
} from '../src/authres.ts';

const FAILED = spfAuthenticationResult({ result: 'fail', identity: 'mailfrom', value: 'alice@example.com' });

describe('writing Authentication-Results', () => {
  test.each<[string, readonly AuthenticationResult[], string]>([
    ['nothing was checked', [], 'mx.example.net; none'],
    ['one result', [FAILED], 'mx.example.net; spf=fail smtp.mailfrom=alice@example.com'],
    [
      'both identities, each named',
      [spfAuthenticationResult({ result: 'pass', identity: 'helo', value: 'h.example' }), FAILED],
      'mx.example.net; spf=pass smtp.helo=h.example; spf=fail smtp.mailfrom=alice@example.com',
    ],
    [
      'comment and reason',
      [
        spfAuthenticationResult({
          result: 'fail',
          identity: 'helo',
          value: 'h.example',
          comment: '-all',
          reason: 'not listed',
        }),
      ],
      'mx.example.net; spf=fail (-all) reason="not listed" smtp.helo=h.example',
    ],
    [
      'a value that would end the entry is quoted',
      [spfAuthenticationResult({ result: 'fail', identity: 'helo', value: 'x; spf=pass' })],
      'mx.example.net; spf=fail smtp.helo="x; spf=pass"',
    ],
    [
      'a line break becomes visible',
      [spfAuthenticationResult({ result: 'fail', identity: 'helo', value: 'x\r\nFrom: y' })],
      'mx.example.net; spf=fail smtp.helo="x\\\\x{D}\\\\x{A}From: y"',
    ],
    [
      'an EAI address becomes visible ASCII',
      [spfAuthenticationResult({ result: 'fail', identity: 'mailfrom', value: 'é@example.com' })],
      'mx.example.net; spf=fail smtp.mailfrom="\\\\x{E9}@example.com"',
    ],
    // RFC 8601 §2.2: pvalue = [ [ local-part ] "@" ] domain-name, or a token or a quoted-string.
    ...(
      [
        ['@example.com', '@example.com'],
        ['a.b@example.com', 'a.b@example.com'],
        ['a=b@example.com', '"a=b@example.com"'],
        ['a..b@example.com', '"a..b@example.com"'],
        ['a@b@example.com', '"a@b@example.com"'],
        ['a@', '"a@"'],
        // RFC 6376 §3.5: domain-name = sub-domain 1*("." sub-domain)
        ['a@b-1.example', 'a@b-1.example'],
        ['a@localhost', '"a@localhost"'],
        ['a@example.', '"a@example."'],
        ['a@-b.example', '"a@-b.example"'],
        ['a@b-.example', '"a@b-.example"'],
        ['a@b..example', '"a@b..example"'],
        ['a@_b.example', '"a@_b.example"'],
      ] as const
    ).map(([value, written]): [string, readonly AuthenticationResult[], string] => [
      `the value ${value}`,
      [spfAuthenticationResult({ result: 'fail', identity: 'mailfrom', value })],
      `mx.example.net; spf=fail smtp.mailfrom=${written}`,
    ]),
    [
      'a method that is no keyword is left out',
      [{ ...FAILED, method: 'x y' }, FAILED],
      'mx.example.net; spf=fail smtp',
    ],
  ])('%s', (_title, results, expected) => {
    expect(writeAuthenticationResults({ authservId: 'mx.example.net', results })).toContain(
      `Authentication-Results: ${expected}`,
    );
  });

  test('a long list ends with a whole result, under 998 characters', () => {
    const results = Array.from({ length: 100 }, () => FAILED);
    const field = writeAuthenticationResults({ authservId: 'mx.example.net', results });
    expect(field.length).toBeLessThanOrEqual(998);
    expect(parseAuthenticationResults(field)?.results.every((entry) => entry.properties.length === 1)).toBe(true);
  });

  test('as many whole results are kept as there is room for', () => {
    const short = spfAuthenticationResult({ result: 'fail', identity: 'mailfrom', value: 'a@b.c' });
    const each = '; spf=fail smtp.mailfrom=a@b.c'.length;
    const fitting = Math.floor((998 - 'Authentication-Results: mx.example.net'.length) / each);
    const written = (count: number): string =>
      writeAuthenticationResults({
        authservId: 'mx.example.net',
        results: Array.from({ length: count }, () => short),
      });
    expect(parseAuthenticationResults(written(fitting))?.results).toHaveLength(fitting);
    expect(parseAuthenticationResults(written(fitting + 1))?.results).toHaveLength(fitting);
  });

  test('a line of 998 characters is whole; of one more the comments are left out, and then its longest names', () => {
    const rest = 'Authentication-Results: mx; spf=fail (why) smtp.helo=h; spf=fail smtp.helo='.length;
    const written = (length: number): readonly unknown[] => {
      const results = ['h', 'x'.repeat(length - rest)].map((value, index) =>
        spfAuthenticationResult({ result: 'fail', identity: 'helo', value, comment: index === 0 ? 'why' : null }),
      );
      const field = writeAuthenticationResults({ authservId: 'mx', results });
      return parseAuthenticationResults(field)?.results.map((one) => [one.comment, one.properties[0]?.value]) ?? [];
    };
    expect(written(998)).toEqual([
      ['why', 'h'],
      [null, 'x'.repeat(998 - rest)],
    ]);
    expect(written(999)).toEqual([
      [null, 'h'],
      [null, 'x'.repeat(999 - rest)],
    ]);
    expect(written(1005)).toEqual([
      [null, 'h'],
      [null, undefined],
    ]);
  });

  test('of a long local part the end is left out, and its domain never', () => {
    const results = [
      spfAuthenticationResult({ result: 'fail', identity: 'mailfrom', value: `${'a'.repeat(989)}@example.com` }),
    ];
    expect(writeAuthenticationResults({ authservId: 'mx', results })).toBe(
      `Authentication-Results: mx; spf=fail smtp.mailfrom="${'a'.repeat(497)}...@example.com"`,
    );
  });

  test('long reasons are cut to eight characters before a result is left out', () => {
    const results = Array.from({ length: 15 }, () => ({ ...FAILED, reason: 'r'.repeat(50) }));
    const read = parseAuthenticationResults(writeAuthenticationResults({ authservId: 'mx', results }));
    expect(read?.results.map(({ reason }) => reason)).toEqual(results.map(() => 'rrrrr...'));
  });

  test('one result with more than a line holds loses its last properties', () => {
    const properties = Array.from({ length: 40 }, (_, i) => ({
      type: 'policy',
      name: `${'n'.repeat(40)}${i}`,
      value: 'v',
    }));
    const field = writeAuthenticationResults({ authservId: 'mx', results: [{ ...FAILED, properties }] });
    expect(field.length).toBeLessThanOrEqual(998);
    const kept = parseAuthenticationResults(field)?.results[0]?.properties ?? [];
    expect(kept).toEqual(properties.slice(0, kept.length));
    expect(kept.length).toBeGreaterThan(10);
  });

  test('of several results that are each too long the first is kept, as far as it fits', () => {
    const properties = Array.from({ length: 40 }, (_, i) => ({
      type: 'policy',
      name: `${'n'.repeat(40)}${i}`,
      value: 'v',
    }));
    const results = [FAILED, FAILED].map((one) => ({ ...one, properties }));
    const read = parseAuthenticationResults(writeAuthenticationResults({ authservId: 'mx', results }));
    expect(read?.results).toHaveLength(1);
    expect(read?.results[0]?.properties.length).toBeGreaterThan(10);
  });

  test('a property whose type or name is no keyword is left out', () => {
    const properties = [
      { type: 'x y', name: 'a', value: '1' },
      { type: 'smtp', name: 'a\r\nb', value: '1' },
      { type: '', name: 'a', value: '1' },
      { type: 'smtp', name: 'helo', value: 'h.example' },
    ];
    expect(writeAuthenticationResults({ authservId: 'mx', results: [{ ...FAILED, properties }] })).toBe(
      'Authentication-Results: mx; spf=fail smtp.helo=h.example',
    );
  });

  test('folds between words', () => {
    const results = [FAILED, FAILED];
    expect(writeAuthenticationResults({ authservId: 'mx.example.net', results }, { fold: true })).toBe(
      'Authentication-Results: mx.example.net; spf=fail\r\n' +
        '\tsmtp.mailfrom=alice@example.com; spf=fail smtp.mailfrom=alice@example.com',
    );
  });
});

describe('reading Authentication-Results', () => {
  test('several methods, comments anywhere, folded', () => {
    const field =
      'Authentication-Results: (hello) mx.example.net (of ours) 1;\r\n\tdkim (v) / 1 = (x) pass (good; signature)\r\n' +
      '\t  header.d=example.org header.i="@a;b.example"; spf = softfail reason="~all" smtp . mailfrom = bob@example.org';
    expect(parseAuthenticationResults(field)).toEqual({
      authservId: 'mx.example.net',
      results: [
        {
          method: 'dkim',
          result: 'pass',
          reason: null,
          comment: 'good; signature',
          properties: [
            { type: 'header', name: 'd', value: 'example.org' },
            { type: 'header', name: 'i', value: '@a;b.example' },
          ],
        },
        {
          method: 'spf',
          result: 'softfail',
          reason: '~all',
          comment: null,
          properties: [{ type: 'smtp', name: 'mailfrom', value: 'bob@example.org' }],
        },
      ],
    });
  });

  test.each<[string, string, number | null]>([
    ['none', 'mx.example.net; none', 0],
    ['a word that is no entry is left out', 'mx.example.net; what; spf=pass', 1],
    ['an empty entry', 'mx.example.net;;; spf=pass;', 1],
    ['a method that is no keyword', 'mx.example.net; d$m=pass; spf=pass', 1],
    ['a result that is no keyword', 'mx.example.net; dkim=p$ss; spf=pass', 1],
    ['a method of 64 letters', `mx.example.net; ${'m'.repeat(64)}=pass`, 1],
    ['a method of 65 letters', `mx.example.net; ${'m'.repeat(65)}=pass`, 0],
    ['a method with its version, without spaces', 'mx.example.net; dkim/1=pass', 1],
    ['version 2 is not ours to read', 'mx.example.net 2; spf=pass', null],
    ['no authserv-id', '; spf=pass', null],
    ['another field', 'Authentication-Results-Old: mx; spf=pass', null],
    ['nothing', '', null],
  ])('%s', (_title, field, count) => {
    expect(parseAuthenticationResults(field)?.results.length ?? null).toBe(count);
  });
});

test('what is neither a reason nor a property of a type is left out', () => {
  const of = (text: string): unknown => parseAuthenticationResults(`mx.example.net; spf=pass ${text}`)?.results[0];
  const helo = { type: 'smtp', name: 'helo', value: 'h.example' };
  for (const text of ['foo=bar', 'foo=smtp.mailfrom=evil.example', '.name=x', 'type.=x', '. = x', 'word']) {
    expect(of(`${text} smtp.helo=h.example`)).toMatchObject({ reason: null, properties: [helo] });
  }
  expect(of('reason=one reason=two smtp.helo=h.example')).toMatchObject({ reason: 'one', properties: [helo] });
});

describe('whose spf= it is', () => {
  const forged = 'Authentication-Results: mx.example.com; spf=pass smtp.mailfrom=example.com';
  const ours = 'Authentication-Results: MX.example.net; dkim=none; spf=fail smtp.mailfrom=example.com';
  const helo = 'Authentication-Results: mx.example.net; spf=pass smtp.helo=h.example';

  test('a field of a stranger is ignored, wherever it stands', () => {
    const found = spfStatements([forged, ours, forged], ['mx.example.net']);
    expect(found).toEqual([{ result: 'fail', identity: 'mailfrom', mailfrom: 'example.com', helo: null }]);
  });

  test('a HELO pass is never taken for a MAIL FROM pass', () => {
    expect(spfStatements([helo, ours], ['mx.example.net']).map(({ identity, result }) => [identity, result])).toEqual([
      ['helo', 'pass'],
      ['mailfrom', 'fail'],
    ]);
  });

  test.each([
    ['no property', 'mx.example.net; spf=pass'],
    ['both properties', 'mx.example.net; spf=pass smtp.mailfrom=a.example smtp.helo=b.example'],
    ['a property in a comment', 'mx.example.net; spf=pass (smtp.mailfrom=a.example)'],
  ])('%s: the identity is unknown', (_title, field) => {
    expect(spfStatements([field], ['mx.example.net'])[0]?.identity).toBeNull();
  });

  test('the name that was checked is told', () => {
    expect(spfStatements([helo], ['mx.example.net'])).toEqual([
      { result: 'pass', identity: 'helo', mailfrom: null, helo: 'h.example' },
    ]);
  });

  test.each([
    ['a field that cannot be read', 'Authentication-Results: ; spf=pass', []],
    ['a word that is none of the seven results', 'mx.example.net; spf=hardfail smtp.mailfrom=a.example', []],
    ['another method', 'mx.example.net; dkim=pass smtp.mailfrom=a.example', []],
    ['a property that is not of the type smtp', 'mx.example.net; spf=pass policy.mailfrom=a.example', [null]],
  ])('%s says nothing about an identity', (_title, field, expected) => {
    expect(spfStatements([field], ['mx.example.net']).map(({ identity }) => identity)).toEqual(expected);
  });

  test('an spf= inside a quoted value or a comment is text', () => {
    const field = 'mx.example.net; dkim=fail (; spf=pass smtp.mailfrom=x) header.d="; spf=pass smtp.mailfrom=x"';
    expect(spfStatements([field], ['mx.example.net'])).toEqual([]);
  });
});

const keyword = fc.string({ unit: fc.constantFrom(...'abcxyz019-'), minLength: 1, maxLength: 8 });
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 16 }),
  fc.string({
    unit: fc.constantFrom('\r', '\n', ';', '"', '\\', '(', ')', '=', '/', '.', ' ', '@', 'x', '{', '}', 'é'),
    maxLength: 16,
  }),
);
const anyResult = fc.record({
  method: keyword,
  result: keyword,
  reason: fc.option(anyText),
  comment: fc.option(anyText),
  properties: fc.array(fc.record({ type: keyword, name: keyword, value: anyText }), { maxLength: 3 }),
});

describe('properties', () => {
  test('what was written is what is read, folded or not', () => {
    fc.assert(
      fc.property(anyText, fc.array(anyResult, { maxLength: 3 }), fc.boolean(), (id, results, fold) => {
        fc.pre(id !== '');
        const field = writeAuthenticationResults({ authservId: id, results }, { fold });
        fc.pre(!field.includes('...'));
        expect(parseAuthenticationResults(field)).toEqual({ authservId: id, results });
      }),
    );
  });

  test('no stranger ever adds a line or a result', () => {
    const long = fc.string({ unit: 'binary', maxLength: 3000 });
    fc.assert(
      fc.property(long, long, fc.boolean(), (value, comment, fold) => {
        const result = spfAuthenticationResult({ result: 'fail', identity: 'helo', value, comment });
        const field = writeAuthenticationResults({ authservId: 'mx.example.net', results: [result] }, { fold });
        const unfolded = field.replaceAll('\r\n\t', ' ');
        expect(unfolded).toMatch(/^[\x20-\x7e]+$/);
        expect(unfolded.length).toBeLessThanOrEqual(998);
        const statements = spfStatements([field], ['mx.example.net']);
        const whole = { result: 'fail', identity: 'helo', mailfrom: null, helo: value };
        // A name that is too long is left out, and nothing is then said about an identity.
        expect([[whole], [{ ...whole, identity: null, helo: null }]]).toContainEqual(statements);
      }),
    );
  });

  test('reading never throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseAuthenticationResults(text)));
    fc.assert(fc.property(anyText, (text) => void parseAuthenticationResults(`mx.example.net; ${text}`)));
  });

  test.each(['(', '"', ';', 'a=', 'a.b=', 'spf=pass ', '.', '\\x{'])(
    'twice as much of %s is twice the work',
    (unit) => {
      const work = (length: number): number =>
        textWork(
          () => void parseAuthenticationResults(`mx.example.net; spf=pass ${unit.repeat(length / unit.length)}`),
        );
      expect(work(40_000)).toBeLessThan(2.2 * work(20_000) + 1000);
      expect(work(40_000)).toBeLessThan(20 * 40_000);
    },
  );
});
