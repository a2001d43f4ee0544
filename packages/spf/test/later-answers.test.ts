import type { Resolver } from '@unsent/dns';
import { describe, expect, test } from 'vitest';
import { checkHost } from '../src/check-host.ts';
import { createRecordCache } from '../src/record-cache.ts';
import { name, query, recorded, zone } from './support/check.ts';

const RESOLVER = zone(
  `
include TXT "v=spf1 include:inner.example.com include:%{l}.inner.example.com -all"
inner TXT "v=spf1 ip4:198.51.100.0/24 a:host.example.com ~all"
alice.inner TXT "v=spf1 exists:%{ir}.%{v}.ok.example.com ?all"
1.2.0.192.in-addr.ok A 127.0.0.2
host A 203.0.113.7
redirect TXT "v=spf1 mx redirect=inner.example.com"
redirect MX 10 host
redirect MX 20 gone
ptr TXT "v=spf1 ptr -exists:%{p}.example.com ~all"
named TXT "v=spf1 exists:%{p}.example.com -all"
below TXT "v=spf1 include:%{p}.example.com -all"
mail.ptr.example.com TXT "v=spf1 ip4:192.0.2.1 -all"
void TXT "v=spf1 a:gone.example.com mx:gone.example.com a:gone2.example.com -all"
broken TXT "v=spf1 include:dead.example.com -all"
none TXT "v=spf1 include:gone.example.com -all"
loop TXT "v=spf1 include:loop.example.com -all"
exp TXT "v=spf1 ip4:203.0.113.7 ip6:2001:db8:7::/48 -all exp=why.example.com"
why TXT "%{i} (%{p}) may not send as %{s}"
$ORIGIN 2.0.192.in-addr.arpa.
1 PTR mail.ptr.example.com.
$ORIGIN ptr.example.com.
mail A 192.0.2.1
`,
  [{ name: name('dead.example.com'), cause: 'servfail' }],
);

/** The same answers, each a little later. */
const LATER: Resolver = { resolve: async (...asked) => RESOLVER.resolve(...asked) };

const DOMAINS = ['include', 'redirect', 'ptr', 'named', 'below', 'void', 'broken', 'none', 'loop', 'exp', 'gone'].map(
  (one) => `${one}.example.com`,
);
const CLIENTS = ['192.0.2.1', '203.0.113.7', '198.51.100.9', '2001:db8::1', '2001:db8:7::1'];

describe.each(DOMAINS)('%s, with answers that come later', (domain) => {
  test.each(CLIENTS)('has for %s the outcome and the questions that it has with answers at hand', async (ip) => {
    const [now, later] = [recorded(RESOLVER), recorded(LATER)];
    const expected = checkHost(query({ domain, ip }), now.resolver);
    const outcome = checkHost(query({ domain, ip }), later.resolver);
    expect(expected).not.toBeInstanceOf(Promise);
    expect(outcome).toBeInstanceOf(Promise);
    expect(await outcome).toEqual(expected);
    expect(later.questions).toEqual(now.questions);
  });

  test.each(CLIENTS)('has for %s the same trace', async (ip) => {
    const options = { trace: true };
    expect(await checkHost(query({ domain, ip }), LATER, options)).toEqual(
      checkHost(query({ domain, ip }), RESOLVER, options),
    );
  });

  test.each(CLIENTS)('has for %s the same outcome with records that are remembered', async (ip) => {
    const options = { recordCache: createRecordCache(100) };
    const expected = checkHost(query({ domain, ip }), RESOLVER);
    for (let i = 0; i < 4; i++) expect(await checkHost(query({ domain, ip }), LATER, options)).toEqual(expected);
    const traced = checkHost(query({ domain, ip }), RESOLVER, { trace: true });
    expect(await checkHost(query({ domain, ip }), LATER, { ...options, trace: true })).toEqual(traced);
  });
});

describe.each([
  ['at hand', RESOLVER],
  ['that come later', LATER],
])('of answers %s', (_when, resolver) => {
  test('onAnswer hears each, a failure too', async () => {
    const kinds: string[] = [];
    const options = { onAnswer: ({ kind }: { readonly kind: string }) => kinds.push(kind) };
    await checkHost(query({ domain: 'broken.example.com' }), resolver, options);
    expect(kinds).toEqual(['records', 'failure']);
  });
});
