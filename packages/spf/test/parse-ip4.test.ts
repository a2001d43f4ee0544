import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseSpf } from '../src/parse.ts';

/** What a record with this term says; `IP4:` is read by the grammar alone, `ip4:` by a short way where that can. */
function readAs(name: 'ip4' | 'IP4', argument: string) {
  const { record, problems } = parseSpf(`v=spf1 ${name}:${argument} -all`);
  return {
    directives: record.directives.map(({ mechanism, span }) => ({ mechanism, span })),
    problems: problems.map(({ code, span }) => ({ code, span })),
  };
}

test('every prefix is read the same by the short way and by the grammar', () => {
  for (let prefix = 0; prefix <= 130; prefix++) {
    const argument = `192.0.2.129/${prefix}`;
    expect(readAs('ip4', argument)).toEqual(readAs('IP4', argument));
  }
});

test.each([
  '',
  '/',
  '1.2.3',
  '1.2.3.4.5',
  '01.2.3.4',
  '1.2.3.256',
  '255.255.255.255',
  '0.0.0.0',
  '1..2.3',
  '.1.2.3',
  '1.2.3.',
  '1.2.3.4/08',
  '1.2.3.4/',
  '1.2.3.4//32',
  '1.2.3.4x',
  '1.2.3.4/24x',
  '1.2.3.4,5.6.7.8',
])('%j is read the same by both', (argument) => expect(readAs('ip4', argument)).toEqual(readAs('IP4', argument)));

test('whatever looks like an address is read the same by both', () => {
  const piece = fc.constantFrom('.', '/', '0', '1', '9', '25', '255', '256', '32', 'a', ':');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      expect(readAs('ip4', pieces.join(''))).toEqual(readAs('IP4', pieces.join('')));
    }),
    { numRuns: 2000 },
  );
});
