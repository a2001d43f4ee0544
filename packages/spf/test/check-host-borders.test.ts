import { describe, expect, test } from 'vitest';
import { checkNow, name, recorded, zone } from './support/check.ts';

/** A local part that is not ASCII: a term with %{l} or %{s} then matches nothing (RFC 8616 §4). */
const FOREIGN = { sender: 'j\u00f6rg@example.com' };

describe('what is asked', () => {
  test('nothing of a null MX, and the hosts beside one', () => {
    const { resolver, questions } = recorded(
      zone('@ TXT "v=spf1 mx -all"\n@ MX 0 .\n@ MX 10 m1\n@ MX 20 m2\nm2 A 192.0.2.1'),
    );
    expect(checkNow(resolver).result).toBe('pass');
    expect(questions).toEqual(['example.com TXT', 'example.com MX', 'm1.example.com A', 'm2.example.com A']);
  });

  test('a name of 253 octets with a dot at its end', () => {
    const { resolver, questions } = recorded(zone('@ TXT "v=spf1 -all"'));
    const longest = [63, 63, 63, 61].map((length) => 'a'.repeat(length)).join('.');
    expect(checkNow(resolver, { domain: `${longest}.` })).toMatchObject({ result: 'none', why: 'nxdomain' });
    expect(questions).toEqual([`${longest} TXT`]);
  });

  test('no explanation whose name or text cannot be had', () => {
    const text = '@ TXT "v=spf1 -all exp=%{l}.example.com"\nalice TXT "no"\nbob TXT "one"\nbob TXT "two"';
    expect(checkNow(zone(text))).toMatchObject({ result: 'fail', explanation: 'no' });
    expect(checkNow(zone(text), { sender: 'bob@example.com' })).toMatchObject({ result: 'fail', explanation: null });
    const { resolver, questions } = recorded(zone(text));
    expect(checkNow(resolver, FOREIGN)).toMatchObject({ result: 'fail', explanation: null });
    const noName = { sender: `${'a'.repeat(64)}@example.com` };
    expect(checkNow(resolver, noName)).toMatchObject({ result: 'fail', explanation: null });
    expect(questions).toEqual(['example.com TXT', 'example.com TXT']);
  });
});

describe('what is counted', () => {
  const codeAndVoids = (text: string, failing: Parameters<typeof zone>[1] = [], options = {}) => {
    const outcome = checkNow(zone(text, failing), {}, options);
    return [
      outcome.result === 'permerror' ? outcome.problem.code : outcome.result,
      outcome.lookups,
      outcome.voidLookups,
    ];
  };

  test('the PTR of the client once, however many terms want its name', () => {
    const reverse = '$ORIGIN 2.0.192.in-addr.arpa.\n1 PTR mail.example.com.\n$ORIGIN example.com.\nmail A 192.0.2.1\n';
    const record = '@ TXT "v=spf1 exists:%{p}.a.example.com exists:%{p}.b.example.com -all"\n';
    expect(codeAndVoids(`${record}${reverse}`)).toEqual(['fail', 3, 2]);
  });

  test('no void lookup for a PTR that failed', () => {
    const dead = [{ name: name('1.2.0.192.in-addr.arpa'), cause: 'servfail' as const }];
    expect(codeAndVoids('@ TXT "v=spf1 ptr -all"', dead, { limits: { voids: 0 } })).toEqual(['fail', 1, 0]);
    expect(codeAndVoids('@ TXT "v=spf1 ptr -all"', [], { limits: { voids: 0 } })[0]).toBe('too-many-void-lookups');
  });

  test('no void lookup for an include that has TXT records, or a name that is not asked', () => {
    const options = { limits: { voids: 0 } };
    const include = (target: string, more = '') =>
      codeAndVoids(`@ TXT "v=spf1 include:${target} -all"\n${more}`, [], options)[0];
    expect(include('noise.example.com', 'noise TXT "x"')).toBe('include-has-no-record');
    expect(include('%{h1}')).toBe('include-has-no-record');
    expect(include('gone.example.com')).toBe('too-many-void-lookups');
  });

  test('by dual stack: a void for a name without any address, for clients of either family', () => {
    const hosts = 'six AAAA 2001:db8::7\nfour A 192.0.2.7\nempty TXT "x"';
    const options = { voidCounting: 'dual-stack', limits: { voids: 0 } } as const;
    const result = (term: string, ip: string) =>
      checkNow(zone(`@ TXT "v=spf1 ${term} -all"\n${hosts}`), { ip }, options).result;
    expect(result('a:six.example.com', '192.0.2.1')).toBe('fail');
    expect(result('a:four.example.com', '2001:db8::1')).toBe('fail');
    expect(result('a:empty.example.com', '192.0.2.1')).toBe('permerror');
    expect(result('a:empty.example.com', '2001:db8::1')).toBe('permerror');
  });
});

describe('a redirect', () => {
  const dead = [{ name: name('dead.example.com'), cause: 'servfail' as const }];
  const result = (record: string, more: string, fields = {}) => {
    const resolver = zone(`@ TXT "v=spf1 ${record}"\n${more}`, dead);
    const { trace, result: outcome } = checkNow(resolver, fields, { trace: true });
    return [outcome, trace?.terms.map((term) => term.outcome)];
  };

  test('with a local part that is not ASCII leads nowhere', () => {
    expect(result('redirect=%{l}.example.com', '', FOREIGN)).toEqual(['neutral', ['no-match']]);
  });
  test('is shown with what it led to', () => {
    expect(result('redirect=r.example.com', 'r TXT "v=spf1 ~all"')).toEqual(['softfail', ['match']]);
    expect(result('redirect=dead.example.com', '')).toEqual(['temperror', ['error']]);
    expect(result('redirect=r.example.com', 'r TXT "v=spf1 oops"')).toEqual(['permerror', ['error']]);
    expect(result('redirect=r.example.com', 'r TXT "v=spf1 include:gone.example.com"')).toEqual([
      'permerror',
      ['error'],
    ]);
  });
});

test('of two records the first stands with the problem', () => {
  const outcome = checkNow(zone('@ TXT "v=spf1 -all"\n@ TXT "v=spf1 +all"'));
  expect(outcome).toMatchObject({ result: 'permerror', problem: { code: 'multiple-records', text: 'v=spf1 -all' } });
});
