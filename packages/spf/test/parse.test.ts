import { describe, expect, test } from 'vitest';
import { isSpfRecord, parseExplanation, parseSpf } from '../src/parse.ts';
import { printMechanism } from '../src/print.ts';

describe('isSpfRecord', () => {
  test.each([
    ['v=spf1', true],
    ['v=spf1 -all', true],
    ['V=SPF1 -all', true],
    ['v=spf10 -all', false],
    ['v=spf1-all', false],
    ['v=spf1\t-all', false],
    [' v=spf1 -all', false],
    ['\ufeffv=spf1 -all', false],
    ['"v=spf1 -all"', false],
    ['v=\u017fpf1 -all', false], // LATIN SMALL LETTER LONG S folds to s by Unicode rules
    ['v=spf\u00b9 -all', false], // SUPERSCRIPT ONE
    ['\u0016=spf1', false], // 0x16 | 0x60 is v
    ['v=spf\u0011', false],
    ['spf2.0/pra -all', false],
    ['', false],
  ])('%j: %s', (text, expected) => {
    expect(isSpfRecord(text)).toBe(expected);
  });
});

describe('terms that are well formed', () => {
  test.each([
    ['all', 'all'],
    ['ALL', 'all'],
    ['include:_spf.Example.com', 'include:_spf.Example.com'],
    ['exists:%{ir}.%{v}._spf.%{d2}', 'exists:%{ir}.%{v}._spf.%{d2}'],
    ['a', 'a'],
    ['a/24', 'a/24'],
    ['a//64', 'a//64'],
    ['a/24//64', 'a/24//64'],
    ['a/0//0', 'a/0//0'],
    ['a:example.com/32//128', 'a:example.com'],
    ['a:foo:bar/baz.example.com', 'a:foo:bar/baz.example.com'],
    ['a:foo/24.example.com/24', 'a:foo/24.example.com/24'],
    ['mx:example.com.', 'mx:example.com.'],
    ['mx:%{d}/28', 'mx:%{d}/28'],
    ['ptr', 'ptr'],
    ['ptr:example.com', 'ptr:example.com'],
    ['ip4:192.0.2.1', 'ip4:192.0.2.1'],
    ['IP4:192.0.2.77/24', 'ip4:192.0.2.77/24'],
    ['ip4:255.255.255.255/32', 'ip4:255.255.255.255'],
    ['ip4:0.0.0.0/0', 'ip4:0.0.0.0/0'],
    ['ip6:2001:DB8::1', 'ip6:2001:db8::1'],
    ['ip6:::/0', 'ip6:::/0'],
    ['ip6:::ffff:192.0.2.1', 'ip6:::ffff:192.0.2.1'],
    ['a:xn--bcher-kva.example', 'a:xn--bcher-kva.example'],
    ['a:a.1-b', 'a:a.1-b'],
    ['a:%%%_%-.example.com', 'a:%%%_%-.example.com'],
  ])('%s reads as %s', (text, printed) => {
    const { record, problems } = parseSpf(`v=spf1 ${text}`);
    expect(problems).toEqual([]);
    expect(record.directives.map(({ mechanism }) => printMechanism(mechanism))).toEqual([printed]);
  });

  test('qualifiers, spaces and spans', () => {
    const { record } = parseSpf('v=spf1  +a -mx ~ptr ?all  ');
    expect(
      record.directives.map(({ qualifier, span }) => [qualifier, record.text.slice(span.start, span.end)]),
    ).toEqual([
      ['+', '+a'],
      ['-', '-mx'],
      ['~', '~ptr'],
      ['?', '?all'],
    ]);
  });

  test('modifiers stand anywhere; unknown ones are kept and may have any macro', () => {
    const { record, problems } = parseSpf(
      'v=spf1 redirect=_spf.example.com moo.cow-far_out=man:dog/cat%{c} a EXP=e.%{d}',
    );
    expect(problems).toEqual([]);
    expect(record.redirect?.domain.fixed).toBe('_spf.example.com');
    expect(record.exp?.domain.fixed).toBeNull();
    expect(record.unknownModifiers.map(({ name }) => name)).toEqual(['moo.cow-far_out']);
  });

  test.each([
    ['include:_SPF.Example.com.', '_spf.example.com'],
    ['include:%{d}', null],
    ['include:a%%b.example.com', 'a%b.example.com'],
    [`include:${'a'.repeat(64)}.example.com`, null], // the grammar allows it, DNS does not
    ['include:a..example.com', null],
  ])('%s stands for the name %s without a query', (text, fixed) => {
    const mechanism = parseSpf(`v=spf1 ${text}`).record.directives[0]?.mechanism;
    expect(mechanism?.name === 'include' ? mechanism.domain.fixed : undefined).toBe(fixed);
  });
});

describe('problems', () => {
  test.each([
    ['v=spf2 -all', 'not-spf', 'v=spf2'],
    ['v=spf1 foo', 'unknown-mechanism', 'foo'],
    ['v=spf1 ip:192.0.2.1', 'unknown-mechanism', 'ip:192.0.2.1'],
    ['v=spf1 ipv4:192.0.2.1', 'unknown-mechanism', 'ipv4:192.0.2.1'],
    ['v=spf1 redirect:example.com', 'unknown-mechanism', 'redirect:example.com'],
    ['v=spf1 --all', 'unknown-mechanism', '-all'],
    ['v=spf1 -', 'unknown-mechanism', '-'],
    ['v=spf1 a,mx', 'unknown-mechanism', 'a,mx'],
    ['v=spf1 \u212a:x', 'not-ascii', '\u212a'],
    ['v=spf1 all:example.com', 'unexpected-argument', 'all:example.com'],
    ['v=spf1 all/8', 'unexpected-argument', 'all/8'],
    ['v=spf1 ip4/24', 'missing-argument', 'ip4/24'],
    ['v=spf1 ptr/24', 'unexpected-argument', 'ptr/24'],
    ['v=spf1 exists/24', 'unexpected-argument', 'exists/24'],
    ['v=spf1 include', 'missing-argument', 'include'],
    ['v=spf1 include:', 'missing-argument', ':'],
    ['v=spf1 a:', 'missing-argument', ':'],
    ['v=spf1 a:/24', 'missing-argument', ':'],
    ['v=spf1 ip4', 'missing-argument', 'ip4'],
    ['v=spf1 :x', 'unknown-mechanism', ':x'],
    ['v=spf1 ip6', 'missing-argument', 'ip6'],
    ['v=spf1 redirect=', 'missing-argument', '='],
    ['v=spf1 ip4:192.0.2.0/25-all', 'invalid-ip4', '192.0.2.0/25-all'],
    ['v=spf1 ip4:192.0.2.1,', 'invalid-ip4', '192.0.2.1,'],
    ['v=spf1 ip4:192.0.2', 'invalid-ip4', '192.0.2'],
    ['v=spf1 ip4:192.0.2.010', 'invalid-ip4', '192.0.2.010'],
    ['v=spf1 ip4:192.0.2.256', 'invalid-ip4', '192.0.2.256'],
    ['v=spf1 ip4:192.0.2.1.5', 'invalid-ip4', '192.0.2.1.5'],
    ['v=spf1 ip4:192.0.2.1//24', 'invalid-ip4', '192.0.2.1//24'],
    ['v=spf1 ip4:2001:db8::1', 'invalid-ip4', '2001:db8::1'],
    ['v=spf1 ip4:mail.example.com', 'invalid-ip4', 'mail.example.com'],
    ['v=spf1 ip6:192.0.2.1', 'invalid-ip6', '192.0.2.1'],
    ['v=spf1 ip6:fe80::1%eth0', 'invalid-ip6', 'fe80::1%eth0'],
    ['v=spf1 ip6:1::2::3', 'invalid-ip6', '1::2::3'],
    ['v=spf1 ip4:192.0.2.0/33', 'invalid-prefix', '/33'],
    ['v=spf1 ip4:192.0.2.0/024', 'invalid-prefix', '/024'],
    ['v=spf1 ip4:192.0.2.0/', 'invalid-prefix', '/'],
    ['v=spf1 ip6:2001:db8::/129', 'invalid-prefix', '/129'],
    ['v=spf1 a/33', 'invalid-prefix', '/33'],
    ['v=spf1 a/24/64', 'invalid-prefix', '/64'],
    ['v=spf1 mx//129', 'invalid-prefix', '//129'],
    ['v=spf1 a:example.com/', 'invalid-prefix', '/'],
    ['v=spf1 a:museum', 'invalid-domain', 'museum'],
    ['v=spf1 a:192.0.2.1', 'invalid-domain', '192.0.2.1'],
    ['v=spf1 a:example.-com', 'invalid-domain', 'example.-com'],
    ['v=spf1 a:example.com:8080', 'invalid-domain', 'example.com:8080'],
    ['v=spf1 a:example.com-', 'invalid-domain', 'example.com-'],
    ['v=spf1 a:example..', 'invalid-domain', 'example..'],
    ['v=spf1 a:.', 'invalid-domain', '.'],
    ['v=spf1 include:%{d}.', 'invalid-domain', '%{d}.'],
    ['v=spf1 include:%{d}com', 'invalid-domain', '%{d}com'],
    ['v=spf1 include:%{d}.com-', 'invalid-domain', '%{d}.com-'],
    ['v=spf1 include:%{d}.com..', 'invalid-domain', '%{d}.com..'],
    ['v=spf1 include:example.com/24', 'invalid-domain', 'example.com/24'],
    ['v=spf1 exists:%(ir).example.com', 'invalid-macro', '%('],
    ['v=spf1 exists:%{x}.example.com', 'invalid-macro', '%{x}'],
    ['v=spf1 exists:%{d0}.example.com', 'invalid-macro', '%{d0}'],
    ['v=spf1 exists:%{dd}.example.com', 'invalid-macro', '%{dd}'],
    ['v=spf1 exists:%{}.example.com', 'invalid-macro', '%{}'],
    ['v=spf1 exists:%{d.example.com', 'invalid-macro', '%{'],
    ['v=spf1 exists:example.com%', 'invalid-macro', '%'],
    ['v=spf1 exists:%{c}.example.com', 'invalid-macro', '%{c}'],
    ['v=spf1 exista:x.example.com', 'unknown-mechanism', 'exista:x.example.com'],
    ['v=spf1 includx:example.com', 'unknown-mechanism', 'includx:example.com'],
    ['v=spf1 ip4/24', 'missing-argument', 'ip4/24'],
    ['v=spf1 ptr/24', 'unexpected-argument', 'ptr/24'],
    ['v=spf1 exists/24', 'unexpected-argument', 'exists/24'],
    ['v=spf1 a/x.example.com', 'invalid-prefix', '/x.example.com'],
    ['v=spf1 exists:%{d%{i}.example.com', 'invalid-macro', '%{'],
    ['v=spf1 exists:%{r}.example.com', 'invalid-macro', '%{r}'],
    ['v=spf1 exists:%{t}.example.com', 'invalid-macro', '%{t}'],
    ['v=spf1 exists:%{d*}.example.com', 'invalid-macro', '%{d*}'],
    ['v=spf1 exists:%ad}.example.com', 'invalid-macro', '%a'],
    ['v=spf1 foo=%abc', 'invalid-macro', '%a'],
    ['v=spf1 1up=foo', 'invalid-modifier', '1up=foo'],
    ['v=spf1 =all', 'invalid-modifier', '=all'],
    ['v=spf1 -redirect=example.com', 'invalid-modifier', '-redirect=example.com'],
    ['v=spf1 exp=e.example.com exp=f.example.com', 'duplicate-modifier', 'exp=f.example.com'],
    ['v=spf1 redirect=e.example.com redirect=e.example.com', 'duplicate-modifier', 'redirect=e.example.com'],
    ['v=spf1 ip4:192.0.2.1\t-all', 'not-ascii', '\t'],
    ['v=spf1 ip4:192.0.2.1\u00a0-all', 'not-ascii', '\u00a0'],
    ['v=spf1 ip4:192.0.2.1\n', 'not-ascii', '\n'],
    ['v=spf1 a:b\u00fccher.example', 'not-ascii', '\u00fc'],
    ['v=spf1 a:example.com\0', 'not-ascii', '\0'],
  ])('%j: %s at %j', (text, code, at) => {
    const { problems } = parseSpf(text);
    const [problem] = problems;
    expect(problems.map((one) => one.code)).toEqual([code]);
    expect(text.slice(problem?.span?.start, problem?.span?.end)).toBe(at);
    expect(problem?.message).not.toMatch(/[^ -~…]/);
  });

  test('are all reported, and the good terms are kept', () => {
    const { record, problems } = parseSpf(
      'v=spf1 a:x ip4:192.0.2.1 ip4: 192.0.2.2 mx include exp=e.%{c}.example.com -all',
    );
    expect(problems.map(({ code }) => code)).toEqual([
      'invalid-domain',
      'missing-argument',
      'unknown-mechanism', // the address after the space
      'missing-argument',
      'invalid-macro',
    ]);
    expect(record.directives.map(({ mechanism }) => mechanism.name)).toEqual(['ip4', 'mx', 'all']);
    expect(record.exp).toBeNull();
  });

  test('of a name leave nothing of the term', () => {
    const { record } = parseSpf('v=spf1 ptr:x include:y exists:z a:w -all');
    expect(record.directives.map(({ mechanism }) => mechanism.name)).toEqual(['all']);
  });

  test('end at the number that is asked for', () => {
    const text = `v=spf1 ${'x '.repeat(1000)}`;
    expect(parseSpf(text).problems).toHaveLength(100);
    expect(parseSpf(text, 1).problems).toHaveLength(1);
  });
});

test.each([
  ['a:example.com.', 'example.com'],
  ['a:EXAMPLE.com', 'example.com'],
  ['a:a%-b.example.com', 'a%20b.example.com'],
  ['a:%{d}.example.com', null],
  ['a:%{d}.example.com.', null],
  ['a:x.%{d}', null],
])('the name of %s is fixed: %s', (term, fixed) => {
  const { record, problems } = parseSpf(`v=spf1 ${term} -all`);
  expect(problems).toEqual([]);
  const mechanism = record.directives[0]?.mechanism;
  expect(mechanism?.name === 'a' ? mechanism.domain?.fixed : undefined).toBe(fixed);
});

test('each modifier has its place in the text', () => {
  const text = 'v=spf1 foo=bar redirect=r.example.com exp=e.example.com';
  const { redirect, exp, unknownModifiers } = parseSpf(text).record;
  const spans = [...unknownModifiers, redirect, exp].map((one) => text.slice(one?.span.start, one?.span.end));
  expect(spans).toEqual(['foo=bar', 'redirect=r.example.com', 'exp=e.example.com']);
});

test.each([
  ['%{l10}', 10],
  ['%{l123r-}', 123],
])('%s keeps %i parts', (text, keep) => {
  expect(parseExplanation(text)).toMatchObject([{ kind: 'macro', keep }]);
});

test.each([
  ['one line', true],
  ['two\nlines', false],
  ['b\u00fccher', false],
  ['a tab\t', false],
  ['100 %', false],
  ['100 %%', true],
])('%j is an explanation: %s', (text, isOne) => {
  expect(parseExplanation(text) !== null).toBe(isOne);
});

describe('macros are read once', () => {
  test('with all their parts', () => {
    const mechanism = parseSpf('v=spf1 exists:%{L2r+-}.x%%y.%{i}').record.directives[0]?.mechanism;
    expect(mechanism?.name === 'exists' ? mechanism.domain.parts : null).toEqual([
      { kind: 'macro', letter: 'l', keep: 2, reverse: true, delimiters: '+-', urlEscape: true },
      { kind: 'text', text: '.x%y.' },
      { kind: 'macro', letter: 'i', keep: null, reverse: false, delimiters: '', urlEscape: false },
    ]);
  });

  test('a number of any length stays a number', () => {
    const mechanism = parseSpf(`v=spf1 exists:%{d${'9'.repeat(400)}}`).record.directives[0]?.mechanism;
    const part = mechanism?.name === 'exists' ? mechanism.domain.parts[0] : undefined;
    expect(part?.kind === 'macro' && Number.isSafeInteger(part.keep)).toBe(true);
  });
});
