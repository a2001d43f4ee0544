import { addressKey, type Policy } from '@unsent/policyd';
import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../src/config/parse.ts';
import { makeConfig } from '../../src/config.ts';
import { knowledgeOf } from '../../src/policyd/knowledge.ts';

const CONFIG = `
policy:
  preset: standard
  helo: { on: { softfail: reject } }
  trusted: { networks: [192.0.2.0/24] }
  recipients:
    example.com: { mailFrom: { on: { fail: accept } } }
    Sales@Example.com:
      preset: observe
      helo: { check: false }
      trusted: { heloNames: [relay.example] }
    deep.example.com: { onlyNoMailRecords: true }
    nothing.example:
    bücher.example: { mailFrom: { on: { fail: defer } } }
    Käufer@Bücher.Example: { mailFrom: { on: { fail: accept } } }
    rooted.example.: { mailFrom: { on: { fail: accept } } }
  reportAddresses: [Reports@Bücher.Example, ruf@rooted.example.]
`;

describe('the policy of a recipient', () => {
  const knowledge = knowledgeOf(configOf(CONFIG), 'mx.example');
  const policy = (recipient: string): Policy => knowledge.policy({ recipient });

  test.each([
    ['u@other.example', 'reject'], // as for all
    ['u@example.com', 'accept'],
    ['U@EXAMPLE.COM', 'accept'],
    ['u@www.example.com', 'accept'], // below the domain
    ['u@notexample.com', 'reject'],
    ['u@deep.example.com', 'reject'], // the closest domain counts, and alone
    ['u@nothing.example', 'reject'],
    ['', 'reject'],
    ['postmaster', 'reject'],
    // RFC 8616 §4: a U-label and its A-label are one name; so are a name with and without its last dot (RFC 1034 §3.1).
    ['u@bücher.example', 'defer'],
    ['u@xn--bcher-kva.example', 'defer'],
    ['käufer@BÜCHER.example', 'accept'],
    ['käufer@xn--bcher-kva.example', 'accept'],
    ['käufer@www.xn--bcher-kva.example', 'defer'],
    ['u@rooted.example', 'accept'],
    ['u@rooted.example.', 'accept'],
    ['sales@example.com.', 'reject'],
  ])('%j: a fail of MAIL FROM is answered with %s', (recipient, action) => {
    expect(policy(recipient).mailFrom.on.fail).toBe(action);
  });

  test('an address beats its domain, and keeps what it does not name', () => {
    const own = policy('sales@example.com');
    expect([own.isObserving, own.helo.isChecked, own.helo.on.softfail, own.mailFrom.on.fail]).toEqual([
      true,
      false,
      'reject',
      'reject',
    ]);
    expect([own.trusted.networks.length, own.trusted.heloNames]).toEqual([1, ['relay.example']]);
  });

  test('names addresses for reports as requests are compared with them', () => {
    const known = [...policy('').reportAddresses];
    expect(known).toEqual(['reports@bücher.example', 'ruf@rooted.example'].map(addressKey));
    expect(addressKey('reports@bücher.example')).toBe('reports@xn--bcher-kva.example');
  });

  test('counts from the next request on when the configuration is read again', () => {
    const changing = knowledgeOf(configOf(CONFIG), 'mx.example');
    changing.useConfig(configOf('policy: { recipients: { other.example: { preset: observe } } }'));
    expect(changing.policy({ recipient: 'u@other.example' }).isObserving).toBe(true);
    expect(changing.policy({ recipient: 'sales@example.com' }).isObserving).toBe(false);
  });
});

test.each([
  ['recipients: { "a b": {} }', /"a b" is neither an address nor a domain/],
  ['recipients: { "@example.com": {} }', /is neither an address nor a domain/],
  ['recipients: { example.com: { listen: [x] } }', /unknown key/],
  ['recipients: [example.com]', /expected a mapping, got a list/],
  ['helo: { passRestriction: OK }', /"OK" is not a restriction of main\.cf that cannot relay/],
  ['mailFrom: { passRestriction: permit_mynetworks }', /cannot relay/],
  ['mailFrom: { passRestriction: "250" }', /cannot relay/],
])('%s is refused', (text, why) => {
  const parsed = parseConfig(`policy: { ${text} }`);
  expect(parsed.kind === 'wrong' && parsed.problems.map(({ message }) => message).join()).toMatch(why);
});

function configOf(text: string) {
  const parsed = parseConfig(text);
  if (parsed.kind === 'wrong') throw new Error(parsed.problems[0]?.message);
  return makeConfig(null, parsed.tree, {});
}
