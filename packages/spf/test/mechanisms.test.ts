import type { Answer, DomainName, RrType } from '@unsent/dns';
import { describe, expect, test } from 'vitest';
import { checkNow, name, recorded, zone } from './support/check.ts';

function txt(record: string, more = '') {
  return zone(`@ TXT "${record}"\n${more}`);
}

describe('a', () => {
  const hosts = 'one A 192.0.2.1\none AAAA 2001:db8::1\nsix AAAA 2001:db8::1\nempty TXT "x"';
  test.each([
    ['a:one.example.com', '192.0.2.1', true],
    ['a:one.example.com', '192.0.2.2', false],
    ['a:one.example.com/24', '192.0.2.2', true],
    ['a:one.example.com//64', '192.0.2.2', false],
    ['a:one.example.com//64', '2001:db8::2', true],
    ['a:one.example.com/0', '2001:db8::2', false],
    ['a:six.example.com/0', '192.0.2.1', false], // no A record, so not even /0 matches
    ['a:empty.example.com/0', '192.0.2.1', false],
    ['a:gone.example.com/0', '192.0.2.1', false],
    ['a:one.example.com', '::ffff:192.0.2.1', true],
    ['a:ONE.Example.COM.', '192.0.2.1', true],
    [`a:${'a'.repeat(64)}.example.com`, '192.0.2.1', false], // no name to ask for: no match
  ])('%s for %s: %s', (term, ip, matches) => {
    expect(checkNow(txt(`v=spf1 ${term} -all`, hosts), { ip }).result).toBe(matches ? 'pass' : 'fail');
  });
});

describe('mx', () => {
  const hosts = [
    '@ MX 10 m1\n@ MX 20 m2\nm1 A 198.51.100.1\nm2 A 192.0.2.1\nm2 AAAA 2001:db8::1',
    'alice MX 1 m2\nnull MX 0 .\nnull A 192.0.2.1\nbare A 192.0.2.1\nvoid MX 1 gone\nvoid MX 2 gone2\nvoid MX 3 gone3',
  ].join('\n');
  test.each([
    ['mx', '192.0.2.1', 'pass'],
    ['mx', '198.51.100.1', 'pass'],
    ['mx', '192.0.2.2', 'fail'],
    ['mx/24', '192.0.2.2', 'pass'],
    ['mx', '2001:db8::1', 'pass'],
    ['mx:null.example.com', '192.0.2.1', 'fail'], // RFC 7505
    ['mx:%{l}.example.com', '192.0.2.1', 'pass'],
    ['mx:bare.example.com', '192.0.2.1', 'fail'], // §5.4: never the A instead
    ['mx:void.example.com', '192.0.2.1', 'fail'], // hosts without addresses are no void lookups
  ])('%s for %s → %s', (term, ip, result) => {
    expect(checkNow(txt(`v=spf1 ${term} -all`, hosts), { ip }).result).toBe(result);
  });

  test.each(['.', ''] as const)('for the host %j of a null MX nothing is asked', (exchange) => {
    const { resolver, questions } = recorded({
      resolve: <T extends RrType>(asked: DomainName, type: T) =>
        type === 'MX'
          ? ({ kind: 'records', data: [{ preference: 0, exchange }], ttlSeconds: 60 } as unknown as Answer<T>)
          : txt('v=spf1 mx -all').resolve(asked, type),
    });
    expect(checkNow(resolver).result).toBe('fail');
    expect(questions).toEqual(['example.com TXT', 'example.com MX']);
  });

  test.each([
    [10, 'pass'],
    [11, 'permerror'],
  ])('of %i hosts → %s', (count, result) => {
    const more = Array.from({ length: count }, (_, i) => `@ MX ${i} m${i}\nm${i} A 192.0.2.${i + 100}`).join('\n');
    const outcome = checkNow(txt('v=spf1 mx -all', more), { ip: '192.0.2.109' });
    expect(outcome.result).toBe(result);
    if (outcome.result === 'permerror') expect(outcome.problem.code).toBe('too-many-mx');
    else expect(outcome.lookups).toBe(1);
  });
});

describe('ptr', () => {
  const pointers =
    '$ORIGIN 2.0.192.in-addr.arpa.\n1 PTR liar.example.com.\n1 PTR host.Example.com.\n$ORIGIN example.com.\n';
  test.each([
    ['ptr', '192.0.2.1', 'pass'],
    ['ptr:example.com', '192.0.2.1', 'pass'],
    ['ptr:host.example.com', '192.0.2.1', 'pass'],
    ['ptr:liar.example.com', '192.0.2.1', 'fail'], // its address is another
    ['ptr:ample.com', '192.0.2.1', 'fail'], // whole labels only
    ['ptr', '192.0.2.2', 'fail'],
  ])('%s for %s → %s', (term, ip, result) => {
    const resolver = txt(`v=spf1 ${term} -all`, `host A 192.0.2.1\nliar A 192.0.2.9\n${pointers}`);
    expect(checkNow(resolver, { ip }).result).toBe(result);
  });

  test.each([
    ['the address of the client', 'AAAA 2001:db8::1', 'pass'],
    ['another one beside it', 'AAAA 2001:db8::2\nhost AAAA 2001:db8::1', 'pass'],
    ['one of the same /32 alone', 'AAAA 2001:db8::2', 'fail'],
    ['an IPv4 address', 'A 192.0.2.1', 'fail'],
  ])('a name of an IPv6 client with %s', (_title, address, result) => {
    const pointer = `${'1.0.0.0.'.padEnd(48, '0.')}8.b.d.0.1.0.0.2.ip6.arpa. PTR host.example.com.`;
    const resolver = txt('v=spf1 ptr -all', `host ${address}\n${pointer}`);
    expect(checkNow(resolver, { ip: '2001:db8::1' }).result).toBe(result);
  });

  test('asks for the first ten names only, and only for those that could match', () => {
    const names = Array.from({ length: 1000 }, (_, i) => `1 PTR p${i}.${i % 2 ? 'example.com' : 'example.net'}.`);
    const text = `@ TXT "v=spf1 ptr ptr:x.example.com ptr -all"\n$ORIGIN 2.0.192.in-addr.arpa.\n${names.join('\n')}`;
    const { resolver, questions } = recorded(zone(text));
    checkNow(resolver);
    const odd = [1, 3, 5, 7, 9].map((i) => `p${i}.example.com A`);
    expect(questions).toEqual(['example.com TXT', '1.2.0.192.in-addr.arpa PTR', ...odd]);
  });

  test('an error while asking for the PTR is no match, one for a name skips it (RFC 7208 §5.5)', () => {
    const failing = (failed: string) =>
      zone(`@ TXT "v=spf1 ptr ~all"\nhost A 192.0.2.1\nbad A 192.0.2.1\n${pointers}`, [{ name: name(failed) }]);
    expect(checkNow(failing('1.2.0.192.in-addr.arpa')).result).toBe('softfail');
    expect(checkNow(failing('liar.example.com')).result).toBe('pass');
  });
});

describe('exists', () => {
  test.each([
    ['exists:%{ir}.x.example.com', '192.0.2.1', 'pass'],
    ['exists:%{ir}.x.example.com', '192.0.2.2', 'fail'],
    ['exists:six.example.com', '2001:db8::1', 'fail'], // A even for an IPv6 client (§5.7)
    ['exists:four.example.com', '2001:db8::1', 'pass'],
    ['exists:%{l}.x.example.com', '192.0.2.1', 'pass'],
  ])('%s for %s → %s', (term, ip, result) => {
    const more = '1.2.0.192.x A 127.0.0.2\nalice.x A 127.0.0.2\nsix AAAA 2001:db8::1\nfour A 127.0.0.2';
    expect(checkNow(txt(`v=spf1 ${term} -all`, more), { ip }).result).toBe(result);
  });

  test('a non-ASCII local part matches nothing and costs nothing (RFC 8616 §4)', () => {
    const { resolver, questions } = recorded(txt('v=spf1 exists:%{l}.x.example.com include:%{s}.example.com ~all'));
    const outcome = checkNow(resolver, { sender: '\u00fcser@example.com' });
    expect(outcome).toMatchObject({ result: 'softfail', lookups: 0 });
    expect(questions).toEqual(['example.com TXT']);
  });

  test('terms with other macros match for a non-ASCII local part too (RFC 8616 §4)', () => {
    const outcome = checkNow(txt('v=spf1 exists:%{o}.x.example.com -all', 'example.com.x A 127.0.0.2'), {
      sender: '\u00fcser@example.com',
    });
    expect(outcome.result).toBe('pass');
  });

  test('a local part with DEL is ASCII still', () => {
    const { resolver, questions } = recorded(txt('v=spf1 exists:%{L}.x.example.com -all'));
    checkNow(resolver, { sender: 'a\u007f@example.com' });
    expect(questions.at(-1)).toBe('a%7f.x.example.com A');
  });

  test('%{p} of a client without a name asks for no name', () => {
    const { resolver, questions } = recorded(txt('v=spf1 exists:%{p}.x.example.com -all'));
    checkNow(resolver);
    expect(questions).toEqual(['example.com TXT', '1.2.0.192.in-addr.arpa PTR', 'unknown.x.example.com A']);
  });

  test('%{p} is the validated name: the domain itself, then one below it, then any', () => {
    const pointers = (names: string) => `$ORIGIN 2.0.192.in-addr.arpa.\n${names}`;
    const hosts = '@ A 192.0.2.1\nmail A 192.0.2.1\nother.example.net. A 192.0.2.1\n';
    const asked = (names: string) => {
      const more = `${hosts}${pointers(names)}`;
      const { resolver, questions } = recorded(txt('v=spf1 exists:%{p}.x.example.com -all', more));
      checkNow(resolver);
      return questions.at(-1);
    };
    expect(asked('1 PTR mail.example.com.\n1 PTR example.com.')).toBe('example.com.x.example.com A');
    expect(asked('1 PTR other.example.net.\n1 PTR mail.example.com.')).toBe('mail.example.com.x.example.com A');
    expect(asked('1 PTR other.example.net.')).toBe('other.example.net.x.example.com A');
    expect(asked('1 PTR liar.example.net.')).toBe('unknown.x.example.com A');
    expect(asked('2 PTR mail.example.com.')).toBe('unknown.x.example.com A');
  });
});
