import { expect, test } from 'vitest';
import { parseExplanation, parseSpf } from '../src/parse.ts';

/** What is said of a broken record: the place, the words after it in quotes, and the section that decides. */
test.each<[record: string, code: string, place: string, words: string, rfc: string]>([
  ['hello', 'not-spf', 'hello', 'is not v=spf1', '4.5'],
  ['v=spf10 -all', 'not-spf', 'v=spf1', 'is not v=spf1', '4.5'],
  ['v=spf1 foo:bar -all', 'unknown-mechanism', 'foo:bar', 'is no mechanism that RFC 7208 knows', '4.6.1'],
  ['v=spf1 = -all', 'invalid-modifier', '=', 'is no modifier: its name must begin with a letter', '4.6.1'],
  ['v=spf1 -exp=a.b', 'invalid-modifier', '-exp=a.b', 'is no modifier: its name must begin with a letter', '4.6.1'],
  ['v=spf1 mx;', 'unknown-mechanism', 'mx;', 'is neither a mechanism nor a modifier', '4.6.1'],
  ['v=spf1 -', 'unknown-mechanism', '-', 'is neither a mechanism nor a modifier', '4.6.1'],
  ['v=spf1 exp=a.b exp=c.d', 'duplicate-modifier', 'exp=c.d', 'is the second exp of this record', '6'],
  ['v=spf1 ip4: -all', 'missing-argument', 'ip4:', 'is not complete: ip4 needs a colon and an IPv4 address', '5'],
  ['v=spf1 ip6 -all', 'missing-argument', 'ip6', 'is not complete: ip6 needs a colon and an IPv6 address', '5'],
  ['v=spf1 include', 'missing-argument', 'include', 'is not complete: include needs a colon and a domain name', '5'],
  ['v=spf1 exists', 'missing-argument', 'exists', 'is not complete: exists needs a colon and a domain name', '5'],
  ['v=spf1 a: -all', 'missing-argument', ':', 'needs a domain name after it', '7.1'],
  ['v=spf1 redirect=', 'missing-argument', '=', 'needs a domain name after it', '7.1'],
  ['v=spf1 all:x -all', 'unexpected-argument', 'all:x', 'has an argument that its mechanism cannot take', '5'],
  ['v=spf1 ptr/24', 'unexpected-argument', 'ptr/24', 'has an argument that its mechanism cannot take', '5'],
  ['v=spf1 ip4:192.0.2.256', 'invalid-ip4', '192.0.2.256', 'is no IPv4 address or network', '5.6'],
  ['v=spf1 ip6:2001::db8::', 'invalid-ip6', '2001::db8::', 'is no IPv6 address or network', '5.6'],
  [
    'v=spf1 ip4:192.0.2.1/33',
    'invalid-prefix',
    '/33',
    'is no prefix length: /0 to /32 for IPv4, /0 to /128 for IPv6 (//128 after a and mx)',
    '5.6',
  ],
  [
    'v=spf1 a:b.example/9999',
    'invalid-prefix',
    '/9999',
    'is no prefix length: /0 to /32 for IPv4, /0 to /128 for IPv6 (//128 after a and mx)',
    '5.6',
  ],
  [
    'v=spf1 a:example',
    'invalid-domain',
    'example',
    'is no domain name: it must end in a dot and a top-level label, or in a macro',
    '7.1',
  ],
  ['v=spf1 exists:%{x}.b', 'invalid-macro', '%{x}', 'is no macro; a percent sign is written %%', '7.1'],
  ['v=spf1 exists:a.b%', 'invalid-macro', '%', 'is no macro; a percent sign is written %%', '7.1'],
])('%s: %s at %s', (record, code, place, words, section) => {
  const [problem] = parseSpf(record).problems;
  expect(problem).toMatchObject({ code, message: `"${place}" ${words}`, rfc: `RFC 7208 §${section}` });
  expect(record.slice(problem?.span?.start, problem?.span?.end)).toBe(place);
});

test.each([
  ['v=spf1 a:b.example\tmx', 18, 'U+0009'],
  ['v=spf1 mx\u007f -all', 9, 'U+007F'],
  ['v=spf1 ip4:192.0.2.1\u00a0-all', 20, 'U+00A0'],
])('%j: the character that cannot stand there is named', (record, at, code) => {
  expect(parseSpf(record).problems[0]).toMatchObject({
    code: 'not-ascii',
    message: `${code} cannot stand in a record; terms are separated by plain spaces`,
    span: { start: at, end: at + 1 },
    rfc: 'RFC 7208 §7.1',
  });
});

test('of a long term sixty characters are shown', () => {
  const shown = (length: number): string | undefined =>
    parseSpf(`v=spf1 foo:${'x'.repeat(length - 4)}`).problems[0]?.message.split(' is ')[0];
  expect(shown(60)).toBe(`"foo:${'x'.repeat(56)}"`);
  expect(shown(61)).toBe(`"foo:${'x'.repeat(56)}…"`);
});

test('what is no record has no terms', () => {
  expect(parseSpf('hello')).toMatchObject({
    record: { text: 'hello', directives: [], unknownModifiers: [], redirect: null, exp: null },
  });
});

test.each(['exposed', 'ex', 'redirected', 'redir'])('%s= is a modifier of its own', (name) => {
  const { record, problems } = parseSpf(`v=spf1 -all ${name}=a.example`);
  expect(problems).toEqual([]);
  expect(record).toMatchObject({ redirect: null, exp: null, unknownModifiers: [{ name }] });
});

test('a term without a qualifier has "+" (RFC 7208 §4.6.2)', () => {
  const { directives } = parseSpf('v=spf1 mx +a -ptr ~ip6:2001:db8::1 ip4:192.0.2.1 ?all').record;
  expect(directives.map(({ qualifier }) => qualifier)).toEqual(['+', '+', '-', '~', '+', '?']);
});

test('z and Z are letters too', () => {
  expect(parseSpf('v=spf1 a:b.z a:b.Z zZ=z -all').problems).toEqual([]);
});

// RFC 7208 §7.2 and §7.3: a capital letter asks for percent-encoding; c, r and t are for explanations alone.
test.each([...'slodipvh'])('%%{%s} and its capital are macros of a name', (letter) => {
  for (const macro of [letter, letter.toUpperCase()]) {
    expect(parseSpf(`v=spf1 exists:%{${macro}}`).record.directives[0]?.mechanism).toMatchObject({
      domain: { parts: [{ kind: 'macro', letter, urlEscape: macro !== letter }] },
    });
  }
});
test.each([...'slodipvhcrt'])('%%{%s} and its capital are macros of an explanation', (letter) => {
  for (const macro of [letter, letter.toUpperCase()]) {
    expect(parseExplanation(`a %{${macro}} b`)).toMatchObject([
      { text: 'a ' },
      { kind: 'macro', letter, urlEscape: macro !== letter },
      { text: ' b' },
    ]);
  }
});
test.each([...'crt'])('%%{%s} is no macro of a name', (letter) => {
  expect(parseSpf(`v=spf1 exists:%{${letter}}.b.example`).problems).toMatchObject([{ code: 'invalid-macro' }]);
});
