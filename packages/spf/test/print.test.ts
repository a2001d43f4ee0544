import { expect, test } from 'vitest';
import { parseSpf } from '../src/parse.ts';
import { networkText, printSpf } from '../src/print.ts';

test.each([
  ['v=spf1', 'v=spf1'],
  ['V=SPF1   +A:Mail.Example.com/32   -ALL  ', 'v=spf1 a:Mail.Example.com -all'],
  ['v=spf1 ip4:192.0.2.7/32 ip6:2001:0DB8:0:0:0:0:0:1/128 ~all', 'v=spf1 ip4:192.0.2.7 ip6:2001:db8::1 ~all'],
  ['v=spf1 mx//64 a/24 ptr ?all', 'v=spf1 mx//64 a/24 ptr ?all'],
  ['v=spf1 redirect=r.example.com exp=e.example.com x=y a', 'v=spf1 a redirect=r.example.com exp=e.example.com x=y'],
  ['v=spf1 exists:%{L3r.-}.%%.%_.%-.example.com', 'v=spf1 exists:%{L3r.-}.%%.%_.%-.example.com'],
  ['v=spf1 exists:%{I}.%{DR}', 'v=spf1 exists:%{I}.%{Dr}'],
  ['v=spf1 exists:%%20.example.com', 'v=spf1 exists:%-.example.com'], // the same text either way
])('%s → %s', (text, printed) => {
  const { record, problems } = parseSpf(text);
  expect(problems).toEqual([]);
  expect(printSpf(record)).toBe(printed);
});

test.each([
  ['ip4:198.51.100.0/24', '198.51.100.0/24'],
  ['ip4:255.0.0.1', '255.0.0.1'],
  ['ip6:2001:db8::/32', '2001:db8::/32'],
  ['ip6:::1', '::1'],
])('the network of %s is %s', (term, expected) => {
  const mechanism = parseSpf(`v=spf1 ${term}`).record.directives[0]?.mechanism;
  expect(mechanism?.name === 'ip4' || mechanism?.name === 'ip6' ? networkText(mechanism) : null).toBe(expected);
});
