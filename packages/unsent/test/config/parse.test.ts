import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../src/config/parse.ts';
import { renderProblem } from '../../src/config/problem.ts';

/** What is wrong with the text, as people read it. */
function problemsOf(text: string): readonly string[] {
  const parsed = parseConfig(text);
  return parsed.kind === 'ok' ? [] : parsed.problems.map((problem) => renderProblem('f', problem));
}

describe('a right configuration', () => {
  test.each([
    ['an empty file', ''],
    ['only comments', '# later\n'],
    ['sections whose keys are all commented out', 'domains:\ndns:\npolicy:\nlockdown:\nprovider:\n'],
    [
      'every form of a domain',
      'domains:\n  unused: [a.example, {name: b.example, since: 2026-01-01}, "ü.example", c.example.]\n',
    ],
    ['a sending domain without anything', 'domains: {sending: {a.example: }}'],
    [
      'a resolver with and without port',
      'dns: {servers: [192.0.2.1, "192.0.2.1:5300", "[2001:db8::1]:53", "2001:db8::1"]}',
    ],
  ])('%s', (_, text) => {
    expect(problemsOf(text)).toEqual([]);
  });

  test('a bare null is the name of a choice for the MX', () => {
    const parsed = parseConfig('lockdown: {mx: null}');
    expect(parsed.kind === 'ok' && parsed.tree.lockdown.mx).toBe('null');
  });

  test('names are canonical, days begin at midnight UTC', () => {
    const parsed = parseConfig('domains: {unused: [{name: Bücher.Example., since: 2026-01-31}]}');
    expect(parsed.kind === 'ok' && parsed.tree.domains.unused).toEqual([
      { name: 'xn--bcher-kva.example', since: new Date('2026-01-31T00:00:00Z') },
    ]);
  });

  test('an alias stands for what it names', () => {
    const parsed = parseConfig('domains: {unused: &list [a.example]}\npolicy: {strictDomains: *list}');
    expect(parsed.kind === 'ok' && parsed.tree.policy.strictDomains).toEqual(['a.example']);
  });
});

describe('a wrong configuration', () => {
  test.each([
    ['domains:\n  unusd: [a.example]', 'f:2:3: domains.unusd: unknown key; did you mean "unused"?'],
    [
      'zones: 1',
      'f:1:1: zones: unknown key; known here: domains, dns, state, mailboxes, keep, notify, provider, policy, lockdown',
    ],
    [
      'domains:\n  unused: a.example',
      'f:2:11: domains.unused: expected a list of domain names, got text; begin each with "- "',
    ],
    ['domains: [a.example]', 'f:1:10: domains: expected a mapping, got a list'],
    ['policy: {listen: [foo]}', 'f:1:19: policy.listen[1]: "foo" is not unix:PATH or HOST:PORT'],
    ['- a.example', 'f:1:1: expected a mapping, got a list'],
    ['just text', 'f:1:1: expected a mapping, got text'],
    ['domains: {unused: [42]}', 'f:1:20: domains.unused[1]: expected a domain name, got the number 42'],
    ['domains: {unused: ["*.a.example"]}', 'f:1:20: domains.unused[1]: "*.a.example" is not a domain name'],
    ['domains: {unused: [example]}', 'f:1:20: domains.unused[1]: "example" is not a domain name'],
    ['domains: {unused: [a@b.example]}', 'f:1:20: domains.unused[1]: "a@b.example" is not a domain name'],
    [
      'domains: {unused: [{name: a.example, since: 2026-02-30}]}',
      'f:1:45: domains.unused[1].since: "2026-02-30" is not a date such as 2026-11-23',
    ],
    ['domains: {unused: [{since: 2026-01-01}]}', 'f:1:20: domains.unused[1]: the key "name" is missing'],
    [
      'domains:\n  unused: [a.example]\n  receiving: [A.Example.]',
      'f:3:15: domains.receiving[1]: a.example already stands in domains.unused (line 2)',
    ],
    [
      'domains:\n  unused: [a.example]\n  sending:\n    a.example:',
      'f:4:5: domains.sending."a.example": a.example already stands in domains.unused (line 2)',
    ],
    [
      'domains: {sending: {a.example: {outbound: [192.0.2.300]}}}',
      'f:1:44: domains.sending."a.example".outbound[1]: "192.0.2.300" is not an address, a prefix such as 192.0.2.0/24, or a host name',
    ],
    [
      'dns:\n  timeoutMs: 1e9',
      'f:2:14: dns.timeoutMs: expected a whole number of milliseconds from 50 to 60000, got 1000000000',
    ],
    [
      'dns: {servers: ["192.0.2.1:99999"]}',
      'f:1:17: dns.servers[1]: "192.0.2.1:99999" is not a resolver: an address, with :PORT where it is not 53',
    ],
    ['policy: {preset: strikt}', 'f:1:18: policy.preset: expected observe, standard or strict, got "strikt"'],
    ['policy: {refusePrivateClients: yes}', 'f:1:32: policy.refusePrivateClients: expected true or false, got "yes"'],
    ['provider: {name: cloudflair}', 'f:1:18: provider.name: "cloudflair" is no provider; did you mean "cloudflare"?'],
    [
      'provider: {url: https://a.example}',
      'f:1:11: provider.name: expected the name of a provider (cloudflare, rfc2136, powerdns or memory), got nothing',
    ],
    ['a: 1\na: 2', 'f:2:1: this key stands twice in the same mapping'],
    ['a: 1\n---\nb: 2', 'f:2:1: the file holds a second document ("---")'],
    ['domains: !mine {}', 'f:1:10: not valid YAML: unresolved tag: !mine'],
    ['a:\n\t- b', 'f:2:1: not valid YAML: tabs are not allowed as indentation'],
  ])('%j', (text, problem) => {
    expect(problemsOf(text)).toEqual([problem]);
  });

  test('every problem is told, in the order of the file', () => {
    expect(
      problemsOf('polcy: 1\ndomains: {unusd: 1, receivng: 2}\ndns: {servers: 5}').map((line) => line.slice(0, 6)),
    ).toEqual(['f:1:1:', 'f:2:11', 'f:2:21', 'f:3:16']);
  });

  test('a secret in the file is refused without being shown', () => {
    const text =
      'provider: {name: cloudflare, token: s3cr3t}\ndomains: {sending: {a.example: {batv: {keys: [{digit: 1, secret: s3cr3t}]}}}}';
    const problems = problemsOf(text).join('\n');
    expect(problems).not.toContain('s3cr3t');
    expect(problems.match(/a secret never stands in this file/g)).toHaveLength(2);
  });

  test('a password in an address is refused without being shown', () => {
    const problems = problemsOf('provider: {name: powerdns, url: "http://u:s3cr3t@h.example/", apiKey: {env: K}}');
    expect(problems).toEqual(['f:1:33: provider.url: expected an address without user and password in it']);
  });

  test('an alias bomb is refused', () => {
    const levels = Array.from({ length: 12 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(10)}]`);
    expect(problemsOf(['a0: &a0 [x]', ...levels].join('\n'))).toEqual([
      'f:1:1: not valid YAML: excessive alias count indicates a resource exhaustion attack',
    ]);
  });

  test('an alias of nothing is told', () => {
    expect(problemsOf('domains: *x')).toEqual([
      'f:1:1: not valid YAML: unresolved alias (the anchor must be set before the alias): x',
    ]);
  });
});
