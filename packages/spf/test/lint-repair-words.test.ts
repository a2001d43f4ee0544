import { describe, expect, test } from 'vitest';
import { repairRecord } from '../src/lint-repair.ts';
import { parseSpf } from '../src/parse.ts';

/** The terms of a record, what they were meant to be, and what is said. */
type Row = readonly [written: string, meant: string, said: string];

function check([written, meant, said]: Row): void {
  const repaired = repairRecord(`v=spf1 ${written} -all`);
  expect([repaired?.text, repaired?.repairs.map(({ message }) => message)]).toEqual([
    ['v=spf1', ...(meant === '' ? [] : [meant]), '-all'].join(' '),
    [said],
  ]);
  expect(parseSpf(repaired?.text ?? '').problems).toEqual([]);
}

describe('a space too many', () => {
  const after = (term: string): string => `there must be no space after "${term}"`;
  const before = (term: string): string => `there must be no space before "${term}"`;
  test.each<Row>([
    ['ip4 192.0.2.1', 'ip4:192.0.2.1', after('ip4')],
    ['ip6 2001:db8::1', 'ip6:2001:db8::1', after('ip6')],
    ['include a.example', 'include:a.example', after('include')],
    ['-include a.example', '-include:a.example', after('-include')],
    ['exists %{i}.a.example', 'exists:%{i}.a.example', after('exists')],
    ['include: a.example', 'include:a.example', after('include:')],
    ['redirect= b.example', 'redirect=b.example', after('redirect=')],
    ['ip4 :192.0.2.1', 'ip4:192.0.2.1', before(':192.0.2.1')],
    ['mx :b.example', 'mx:b.example', before(':b.example')],
    ['ptr :b.example', 'ptr:b.example', before(':b.example')],
    ['a :b.example', 'a:b.example', '"a" and ":b.example" must not be parted by a space'],
    ['redirect =b.example', 'redirect=b.example', after('redirect')],
    ['mx /24', 'mx/24', before('/24')],
    ['mx //64', 'mx//64', before('//64')],
    ['mx/24 //64', 'mx/24//64', before('//64')],
    ['mx/ 24', 'mx/24', after('mx/')],
    ['- mx', '-mx', '"-" and "mx" must not be parted by a space'],
    ['~ include:a.example', '~include:a.example', '"~" and "include:a.example" must not be parted by a space'],
    ['? ip4:192.0.2.1', '?ip4:192.0.2.1', '"?" and "ip4:192.0.2.1" must not be parted by a space'],
    ['+ a/24', '+a/24', '"+" and "a/24" must not be parted by a space'],
  ])('%s', (...row) => check(row));

  test.each([
    'include mx', // two terms, the first of them without its name
    'ip4: ip4:192.0.2.1', // the same
    'mx 24',
    'mx /1234',
    'mx /24x',
    '- foo',
    '-- mx',
  ])('%s is not joined', (written) => {
    const messages = repairRecord(`v=spf1 ${written} -all`)?.repairs.map(({ message }) => message) ?? [];
    expect(messages.filter((message) => message.includes(' space'))).toEqual([]);
  });

  test('names that need another word are joined first', () => {
    const text = (written: string): string | undefined => repairRecord(`v=spf1 ${written} -all`)?.text;
    expect(text('ipv4 192.0.2.1')).toBe('v=spf1 ip4:192.0.2.1 -all');
    expect(text('ipv6 2001:db8::1')).toBe('v=spf1 ip6:2001:db8::1 -all');
    expect(text('ip 192.0.2.1')).toBe('v=spf1 ip4:192.0.2.1 -all');
    expect(repairRecord('v=spf1 redirect b.example')?.text).toBe('v=spf1 redirect=b.example');
    expect(repairRecord('v=spf1 -all exp e.example')?.text).toBe('v=spf1 -all exp=e.example');
  });
});

describe('separators', () => {
  const said = (separator: string): string => `terms are separated by spaces, not by "${separator}"`;
  test.each<Row>([
    ['a|mx', 'a mx', said('|')],
    ['a;mx', 'a mx', said(';')],
    ['a,,mx,', 'a mx', said(',')],
    ['ip4:192.0.2.1;192.0.2.2;mx', 'ip4:192.0.2.1 ip4:192.0.2.2 mx', said(';')],
    ['ip6:fe80::1,fe80::2', 'ip6:fe80::1 ip6:fe80::2', said(',')], // an address and no name before a colon
    ['ip4:192.0.2.1,-mx', 'ip4:192.0.2.1 -mx', said(',')],
    ['include:a.example,b.example', 'include:a.example include:b.example', said(',')],
    ['exists:%{i}.a.example,include:b.example', 'exists:%{i}.a.example include:b.example', said(',')],
    ['exists:%{l,}.a.example;mx:b.example', 'exists:%{l,}.a.example mx:b.example', said(';')],
    ['exists:%{i}.a.example,', 'exists:%{i}.a.example', said(',')],
  ])('%s', (...row) => check(row));

  test('a comma in a name beside macros may be meant', () => {
    for (const term of ['exists:%{i}.a,b.example', 'exists:%{i,}.a.example', 'exists:%{i}.a,b:c.%{d}']) {
      expect(repairRecord(`v=spf1 ${term} -all`)).toMatchObject({ repairs: [] });
    }
  });
});

describe('characters too many', () => {
  const said = (written: string, meant: string): string => `"${written}" has characters too many; "${meant}" is meant`;
  test.each([
    ['mx)', 'mx'],
    ['mx...', 'mx'],
    ['a:', 'a'],
    ['-ptr:', '-ptr'],
    ["mx'", 'mx'],
    ['(mx)', 'mx'],
    ['<<mx>>', 'mx'],
    ['[mx].', 'mx'],
    ['++mx', '+mx'],
    ['---mx', '-mx'],
    ['-.mx', '-mx'],
    ['-_mx', '-mx'],
    ['ip4:((192.0.2.1))', 'ip4:192.0.2.1'],
    ['ip4:<192.0.2.1>/32', 'ip4:192.0.2.1/32'],
    ['ip4:::192.0.2.1', 'ip4:192.0.2.1'],
    ['a:b.example//', 'a:b.example'],
    ['mx/24/', 'mx/24'],
    ['ip4:192.0.2.0\\24', 'ip4:192.0.2.0/24'],
  ])('%s', (written, meant) => check([written, meant, said(written, meant)]));
});

describe('names', () => {
  test.each<Row>([
    ['ip=192.0.2.1', 'ip4:192.0.2.1', '"ip=" is written "ip4:"'],
    ['ip:2001:db8::1', 'ip6:2001:db8::1', '"ip:" is written "ip6:"'],
    ['include=a.example', 'include:a.example', '"include=" is written "include:"'],
    ['-redirect:b.example', 'redirect=b.example', '"redirect:" is written "redirect="'],
    ['-inlcude:a.example', '-include:a.example', '"inlcude:" is written "include:"'],
    ['explanation:e.example', 'exp=e.example', '"explanation:" is written "exp="'],
    ['ipv4:2001:db8::1', 'ip6:2001:db8::1', '"ipv4:" is written "ip4:"; an IPv6 address needs "ip6:"'],
    ['v=spf1', '', '"v=spf1" stands in the record twice'],
    ['V=SPF1;', '', '"v=spf1" stands in the record twice'],
  ])('%s', (...row) => check(row));

  test.each(['v=spf10', 'xv=spf1', 'v=spf1x', 'x=include:a.example', 'x=ip4:192.0.2.1-all'])(
    '%s is a modifier that nobody knows, and may be meant',
    (written) => expect(repairRecord(`v=spf1 ${written} -all`)).toMatchObject({ repairs: [] }),
  );
});

describe('addresses and names', () => {
  test.each<Row>([
    ['ip4:2001:db8::1', 'ip6:2001:db8::1', 'an IPv6 address needs "ip6:"'],
    ['-ip6:192.0.2.1', '-ip4:192.0.2.1', 'an IPv4 address needs "ip4:"'],
    ['a:192.0.2.1', 'ip4:192.0.2.1', '"a:" takes a name; an address needs "ip4:"'],
    ['-mx:2001:db8::/32', '-ip6:2001:db8::/32', '"mx:" takes a name; an address needs "ip6:"'],
    ['ptr:192.0.2.1', 'ip4:192.0.2.1', '"ptr:" takes a name; an address needs "ip4:"'],
    ['include:192.0.2.1', 'ip4:192.0.2.1', '"include:" takes a name; an address needs "ip4:"'],
    ['exists:192.0.2.1', 'ip4:192.0.2.1', '"exists:" takes a name; an address needs "ip4:"'],
    ['redirect=192.0.2.1', 'ip4:192.0.2.1', '"redirect=" takes a name; an address needs "ip4:"'],
    ['-ip4:192.0.2.*', '-ip4:192.0.2.0/24', '"192.0.2.*" is written "192.0.2.0/24"'],
    ['ip4:mail.example', 'a:mail.example', '"ip4:" takes an address; a host name needs "a:"'],
    ['-ip6:mail.example', '-a:mail.example', '"ip6:" takes an address; a host name needs "a:"'],
    ['192.0.2.1', 'ip4:192.0.2.1', 'an address needs "ip4:" before it'],
    ['-2001:db8::/32', '-ip6:2001:db8::/32', 'an address needs "ip6:" before it'],
    [
      'a:b\u00fccher.example/24',
      'a:xn--bcher-kva.example/24',
      '"b\u00fccher.example" is written "xn--bcher-kva.example" in DNS',
    ],
    [
      '?mx:b\u00fccher.example',
      '?mx:xn--bcher-kva.example',
      '"b\u00fccher.example" is written "xn--bcher-kva.example" in DNS',
    ],
    ['include:http://a.example', 'include:a.example', 'a name stands here, not a URL: without "http://"'],
    ['-mx:https://a.example:8080/', '-mx:a.example', 'a name stands here, not a URL: without "https://"'],
    ['redirect=https://a.example/', 'redirect=a.example', 'a name stands here, not a URL: without "https://"'],
    ['exp=https://a.example', 'exp=a.example', 'a name stands here, not a URL: without "https://"'],
    ['include:', '', 'nothing stands after "include:"'],
    ['-exists:', '', 'nothing stands after "exists:"'],
  ])('%s', (...row) => check(row));

  test.each(['include:https://a.example/path', 'a:https://a.example/?x', 'ip4:192.0.2.300', 'x.example'])(
    'of %s nobody knows what was meant',
    (written) => expect(repairRecord(`v=spf1 ${written} -all`)).toMatchObject({ repairs: [] }),
  );
});

describe('a space too few', () => {
  const said = (rest: string): string => `a space is missing before "${rest}"`;
  test.each<Row>([
    ['mx/24-a:b.example', 'mx/24 -a:b.example', said('-a:b.example')],
    ['ip4:192.0.2.1include:a.example', 'ip4:192.0.2.1 include:a.example', said('include:a.example')],
    ['ip4:192.0.2.1-mx', 'ip4:192.0.2.1 -mx', said('-mx')],
    ['a?ptr', 'a ?ptr', said('?ptr')],
    [
      'include:a.example-exists:%{i}.b.example',
      'include:a.example -exists:%{i}.b.example',
      said('-exists:%{i}.b.example'),
    ],
  ])('%s', (...row) => check(row));

  test.each([
    'include:b.examplea:c.example',
    'exists:%{l-}.mx-a.example',
    'include:_spf-a.example',
    'include:b-mx.example',
    'a:c-all.example',
  ])('%s is one term', (written) => expect(repairRecord(`v=spf1 ${written} -all`)).toMatchObject({ repairs: [] }));
});
