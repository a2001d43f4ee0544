import { parseIp } from '@unsent/dns';
import { expect, test } from 'vitest';
import type { SpfRecord } from '../src/ast.ts';
import { layOut, nextCandidate } from '../src/layout.ts';
import { parseSpf } from '../src/parse.ts';

const RECORD = 'v=spf1 ip4:192.0.2.0/25 ip6:2001:db8::/32 a ip4:203.0.113.7 ip4:198.51.100.0/0 -all';

/** The terms that a client is left with, in order. */
function candidates(record: SpfRecord, client: string): readonly string[] {
  const { directives4, networks4 } = layOut(record);
  const ip = parseIp(client);
  if (ip === null) throw new Error(client);
  const terms: string[] = [];
  for (let i = nextCandidate(networks4, ip, 0); i < directives4.length; i = nextCandidate(networks4, ip, i + 1)) {
    const span = directives4[i]?.span;
    terms.push(record.text.slice(span?.start, span?.end));
  }
  return terms;
}

test.each([
  ['192.0.2.127', ['ip4:192.0.2.0/25', 'a', 'ip4:198.51.100.0/0', '-all']],
  ['192.0.2.128', ['a', 'ip4:198.51.100.0/0', '-all']],
  ['203.0.113.7', ['a', 'ip4:203.0.113.7', 'ip4:198.51.100.0/0', '-all']],
  ['::ffff:203.0.113.8', ['a', 'ip4:198.51.100.0/0', '-all']],
])('of an IPv4 client %s only networks that hold it and terms that are none are looked at', (client, terms) => {
  expect(candidates(parseSpf(RECORD).record, client)).toEqual(terms);
});

test('an IPv6 client is left with all but the IPv4 networks', () => {
  const { record } = parseSpf(RECORD);
  const names = layOut(record).directives6.map(({ mechanism }) => mechanism.name);
  expect(names).toEqual(['ip6', 'a', 'all']);
});

test('a record of modifiers alone has no candidate', () => {
  expect(candidates(parseSpf('v=spf1 redirect=example.com').record, '192.0.2.1')).toEqual([]);
});
