import { parseIp, type Resolver } from '@unsent/dns';
import { checkHost, parseSpf, printSpf, type SpfRecord } from '@unsent/spf';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyRecord, goodRecord } from '../support/spf-arbitrary.ts';

const RUNS = { numRuns: 2000 };

test('any text is read without an exception, and every problem has its place in it', () => {
  fc.assert(
    fc.property(anyRecord, (text) => {
      const { record, problems } = parseSpf(text);
      expect(record.text).toBe(text);
      expect(problems.length).toBeLessThanOrEqual(100);
      let last = 0;
      for (const { span } of problems) {
        if (span === null) throw new Error('a syntax problem without a place');
        expect(span.start).toBeGreaterThanOrEqual(last);
        expect(span.end).toBeLessThanOrEqual(text.length);
        expect(span.end).toBeGreaterThanOrEqual(span.start);
        last = span.start;
      }
    }),
    RUNS,
  );
});

describe('a well-formed record', () => {
  test('has no problems, and is the same record when printed and read again', () => {
    fc.assert(
      fc.property(goodRecord, (text) => {
        const { record, problems } = parseSpf(text);
        expect(problems).toEqual([]);
        const printed = printSpf(record);
        const again = parseSpf(printed);
        expect(again.problems).toEqual([]);
        expect(meaning(again.record)).toEqual(meaning(record));
        expect(printSpf(again.record)).toBe(printed);
      }),
      RUNS,
    );
  });

  test('has terms whose spans are the text between the spaces', () => {
    fc.assert(
      fc.property(goodRecord, (text) => {
        const { record } = parseSpf(text);
        const spans = [
          ...record.directives,
          ...record.unknownModifiers,
          ...[record.redirect, record.exp].filter((modifier) => modifier !== null),
        ].map(({ span }) => text.slice(span.start, span.end));
        expect(spans.sort()).toEqual(text.split(/ +/).slice(1).sort());
      }),
      RUNS,
    );
  });
});

test('ip4 is read the same on its short way and on the way of all terms', () => {
  const piece = fc.constantFrom('0', '1', '9', '25', '192', '256', '.', '.', '.', '/', '24', '32', '33', '-', ' ', 'x');
  const almost = fc.oneof(
    fc.array(piece, { maxLength: 10 }).map((pieces) => pieces.join('')),
    fc
      .tuple(fc.ipV4(), fc.constantFrom('', '/', '/0', '/00', '/8', '/08', '/32', '/33', '/320', '//8', '.', '-all'))
      .map((two) => two.join('')),
  );
  fc.assert(
    fc.property(almost, (text) => {
      // The short way takes lower case only.
      const short = parseSpf(`v=spf1 ip4:${text}`);
      const long = parseSpf(`v=spf1 IP4:${text}`);
      expect(short.record.directives).toEqual(long.record.directives);
      expect(short.problems.map(({ code, span }) => [code, span])).toEqual(
        long.problems.map(({ code, span }) => [code, span]),
      );
    }),
    { numRuns: 5000 },
  );
});

describe('macro expansion', () => {
  const macro = fc
    .tuple(
      fc.constantFrom('l', 'o', 'd', 'h', 's', 'L', 'H'),
      fc.option(fc.integer({ min: 1, max: 12 }), { nil: '' }),
      fc.constantFrom('', 'r', 'R'),
      fc.constantFrom('', '.', '-', '+-', '.-_=/,+'),
    )
    .map(([letter, keep, reverse, delimiters]) => `%{${letter}${keep}${reverse}${delimiters}}`);
  const spec = fc
    .tuple(fc.array(fc.oneof(macro, fc.constantFrom('x', '.', '%%', '%_', '%-', 'y'.repeat(40))), { maxLength: 8 }))
    .map(([parts]) => `${parts.join('')}.example.org`);
  const word = fc.array(fc.constantFrom('a', 'B', '.', '-', '_', '+', '=', ' ', 'long'.repeat(12)), {
    minLength: 1,
    maxLength: 12,
  });

  test('asks for what a plain reading of RFC 7208 §7.3 asks for', () => {
    fc.assert(
      fc.property(spec, word, word, (text, local, helo) => {
        const values: Values = { l: local.join(''), o: 'Sender.example.com', d: 'example.com', h: helo.join('') };
        expect(askedFor(text, values)).toBe(plainReading(text, values));
      }),
      RUNS,
    );
  });

  type Values = { readonly l: string; readonly o: string; readonly d: string; readonly h: string };

  /** The name that an `exists` with this target asks for, or null when it asks for none. */
  function askedFor(text: string, { l, o, d, h }: Values): string | null {
    const asked: string[] = [];
    const resolver: Resolver = {
      resolve(name, type) {
        if (type === 'A') asked.push(name);
        return { kind: 'nodata', ttlSeconds: 0 };
      },
    };
    const ip = parseIp('192.0.2.1');
    if (ip === null) throw new Error('no address');
    const query = { ip, domain: d, sender: `${l}@${o}`, helo: h, receiver: '', now: new Date(0) };
    void checkHost(query, resolver, { override: () => `v=spf1 exists:${text} -all` });
    return asked[0] ?? null;
  }

  /** From left to right, whole, and truncated at the end: as the text of the RFC goes, whatever it costs. */
  function plainReading(text: string, values: Values): string | null {
    const all: Record<string, string> = { ...values, s: `${values.l}@${values.o}` };
    const expanded = text.replace(
      /%%|%_|%-|%\{([a-zA-Z])(\d*)([rR]?)([^}]*)\}/g,
      (whole, letter, keep, reverse, delimiters) => {
        if (whole === '%%') return '%';
        if (whole === '%_') return ' ';
        if (whole === '%-') return '%20';
        const split = delimiters === '' ? '.' : delimiters;
        let parts = splitAt(all[letter.toLowerCase()] ?? '', split);
        if (reverse !== '') parts.reverse();
        if (keep !== '') parts = parts.slice(-Number(keep));
        const joined = parts.join('.');
        return letter === letter.toUpperCase() ? encodeURIComponent(joined) : joined;
      },
    );
    let name = expanded.toLowerCase();
    while (name.length > 253) {
      if (!name.includes('.')) return null;
      name = name.slice(name.indexOf('.') + 1);
    }
    return name.split('.').every((label) => label.length >= 1 && label.length <= 63) ? name : null;
  }

  function splitAt(value: string, delimiters: string): string[] {
    const parts = [''];
    for (const character of value) {
      if (delimiters.includes(character)) parts.push('');
      else parts[parts.length - 1] += character;
    }
    return parts;
  }
});

/** A record without what its spelling decides. */
function meaning({ directives, redirect, exp, unknownModifiers }: SpfRecord): unknown {
  return {
    directives: directives.map(({ qualifier, mechanism }) => ({ qualifier, mechanism })),
    redirect: redirect?.domain,
    exp: exp?.domain,
    unknownModifiers: unknownModifiers.map(({ name, value }) => ({ name, value })),
  };
}
