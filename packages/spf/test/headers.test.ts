import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { textWork } from '../../../test/support/text-work.ts';
import { parseReceivedSpf, type WritableReceivedSpf, writeReceivedSpf } from '../src/headers.ts';

const NOTHING: WritableReceivedSpf = {
  result: 'fail',
  identity: 'mailfrom',
  comment: null,
  clientIp: null,
  envelopeFrom: null,
  helo: null,
  receiver: null,
  mechanism: null,
  problem: null,
  others: [],
};

describe('writing Received-SPF', () => {
  test('one line, the identity always named', () => {
    const field = writeReceivedSpf({
      ...NOTHING,
      comment: 'mx.example.net: 192.0.2.1 is not allowed to use alice@example.com',
      clientIp: '192.0.2.1',
      envelopeFrom: 'alice@example.com',
      helo: 'host.example.org',
      receiver: 'mx.example.net',
      mechanism: '-all',
    });
    expect(field).toBe(
      'Received-SPF: fail (mx.example.net: 192.0.2.1 is not allowed to use alice@example.com) identity=mailfrom; ' +
        'client-ip=192.0.2.1; envelope-from="alice@example.com"; helo=host.example.org; receiver=mx.example.net; ' +
        'mechanism=-all;',
    );
  });

  test.each<[string, Partial<WritableReceivedSpf>, string]>([
    ['a null sender is an empty quoted-string', { envelopeFrom: '' }, 'envelope-from="";'],
    ['an IPv6 client is quoted for its colons', { clientIp: '2001:db8::1' }, 'client-ip="2001:db8::1";'],
    ['a semicolon stays inside quotes', { helo: 'a;identity=helo' }, 'helo="a;identity=helo";'],
    ['quotes and backslashes are escaped', { helo: '"\\' }, 'helo="\\"\\\\";'],
    ['a line break becomes visible', { helo: 'a\r\nX-Evil: 1' }, 'helo="a\\\\x{D}\\\\x{A}X-Evil: 1";'],
    ['a NUL becomes visible', { helo: 'a\0b' }, 'helo="a\\\\x{0}b";'],
    [
      'an EAI local part becomes visible ASCII',
      { envelopeFrom: 'jösé@example.com' },
      '"j\\\\x{F6}s\\\\x{E9}@example.com";',
    ],
    ['dots at the wrong place are quoted', { helo: 'a..b' }, 'helo="a..b";'],
    ['parentheses in a comment are escaped', { comment: 'x) evil=1; (' }, '(x\\) evil=1; \\()'],
    [
      'a pair with an impossible name is left out',
      { others: [{ name: 'x: y', value: '1' }] },
      'fail identity=mailfrom;',
    ],
    [
      'a pair cannot stand in for a known one',
      { others: [{ name: 'Identity', value: 'helo' }] },
      'fail identity=mailfrom;',
    ],
  ])('%s', (_title, fields, expected) => {
    expect(writeReceivedSpf({ ...NOTHING, ...fields })).toContain(expected);
  });

  test('folds between pairs, at most 78 characters where a pair allows it', () => {
    const fields = { ...NOTHING, clientIp: '192.0.2.1', envelopeFrom: 'alice@example.com', helo: 'h.example' };
    expect(writeReceivedSpf({ ...fields, receiver: 'mx.example.net' }, { fold: true })).toBe(
      'Received-SPF: fail identity=mailfrom; client-ip=192.0.2.1;\r\n' +
        '\tenvelope-from="alice@example.com"; helo=h.example; receiver=mx.example.net;',
    );
  });

  test('a value of 64 KB is cut, the field stays under 998 characters and says so', () => {
    const field = writeReceivedSpf({ ...NOTHING, helo: 'h'.repeat(65_536), comment: '\r'.repeat(65_536) });
    expect(field.length).toBeLessThanOrEqual(998);
    expect(parseReceivedSpf(field)?.helo).toMatch(/^h+\.\.\.$/);
    expect(parseReceivedSpf(field)?.identity).toBe('mailfrom');
  });
});

describe('reading Received-SPF', () => {
  test("RFC 7208 §9.1's form: comment, then pairs in any order", () => {
    const field =
      'Received-SPF: pass (mx.example.org: domain of\r\n user@example.com designates 192.0.2.1 as permitted sender)\r\n' +
      '     receiver=mx.example.org; client-ip=192.0.2.1;\r\n     envelope-from="user@example.com"; helo=foo.example.com;';
    expect(parseReceivedSpf(field)).toEqual({
      ...NOTHING,
      result: 'pass',
      identity: null,
      comment: 'mx.example.org: domain of  user@example.com designates 192.0.2.1 as permitted sender',
      receiver: 'mx.example.org',
      clientIp: '192.0.2.1',
      envelopeFrom: 'user@example.com',
      helo: 'foo.example.com',
    });
  });

  test.each<[string, string, object]>([
    ['the name may be missing', 'none', { result: 'none' }],
    [
      'case does not matter in names and results',
      'RECEIVED-SPF: SoftFail IDENTITY=HELO',
      { result: 'softfail', identity: 'helo' },
    ],
    ['an unquoted address', 'pass envelope-from=a@b.example; helo=h', { envelopeFrom: 'a@b.example', helo: 'h' }],
    ['space and comments around =', 'pass helo (x) = (y) h.example ;', { helo: 'h.example' }],
    [
      'a semicolon inside quotes does not end a value',
      'pass helo="a;b\\"c"; receiver=r',
      { helo: 'a;b"c', receiver: 'r' },
    ],
    ['the first of two equal names counts', 'pass helo=a; helo=b', { helo: 'a' }],
    ['an unknown name is kept', 'pass x-id=7', { others: [{ name: 'x-id', value: '7' }] }],
    ['nested comments', 'pass (a (b) c) helo=h', { comment: 'a (b) c', helo: 'h' }],
    ['a quote that never ends', 'pass helo="abc', { helo: 'abc' }],
    ['junk between pairs is skipped', 'pass ;;= ; what is this; helo=h', { helo: 'h' }],
    ['an unknown identity is not one', 'pass identity=pra', { identity: null }],
  ])('%s', (_title, field, expected) => {
    expect(parseReceivedSpf(field)).toMatchObject(expected);
  });

  test.each(['', 'Received-SPF:', 'Received-SPF: passed', 'Received-SPFX: pass', 'Subject: pass', '(pass)'])(
    'is null for %j',
    (field) => expect(parseReceivedSpf(field)).toBeNull(),
  );
});

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.string({
    unit: fc.constantFrom('\r', '\n', '\t', ';', '"', '\\', '(', ')', '=', ' ', 'x', '{', '}', '5', 'C', 'é', '.'),
    maxLength: 20,
  }),
);
const anyFields = fc.record({
  result: fc.constantFrom('pass', 'fail', 'softfail', 'neutral', 'none', 'temperror', 'permerror'),
  identity: fc.constantFrom('mailfrom', 'helo'),
  comment: fc.option(anyText),
  clientIp: fc.option(anyText),
  envelopeFrom: fc.option(anyText),
  helo: fc.option(anyText),
  receiver: fc.option(anyText),
  mechanism: fc.option(anyText),
  problem: fc.option(anyText),
  others: fc.constant([]),
});

describe('properties', () => {
  test('what was written is what is read, folded or not', () => {
    fc.assert(
      fc.property(anyFields, fc.boolean(), (fields, fold) => {
        const field = writeReceivedSpf(fields, { fold });
        fc.pre(!field.includes('...'));
        expect(parseReceivedSpf(field)).toEqual(fields);
      }),
    );
  });

  test('no stranger ever adds a line, and nothing but printable ASCII is written', () => {
    const long = fc.string({ unit: 'binary', maxLength: 3000 });
    fc.assert(
      fc.property(anyFields, long, long, fc.boolean(), (fields, helo, comment, fold) => {
        const field = writeReceivedSpf({ ...fields, helo, comment }, { fold });
        const unfolded = field.replaceAll('\r\n\t', ' ');
        expect(unfolded).toMatch(/^[\x20-\x7e]+$/);
        expect(unfolded.length).toBeLessThanOrEqual(998);
        expect(parseReceivedSpf(field)).toMatchObject({ result: fields.result, identity: fields.identity });
      }),
    );
  });

  test('reading never throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseReceivedSpf(text)));
    fc.assert(fc.property(anyText, (text) => void parseReceivedSpf(`Received-SPF: pass ${text}`)));
  });

  test.each(['(', '"', ';', 'a=', '\\x{', 'a="(\\'])('twice as much of %s is twice the work', (unit) => {
    const work = (length: number): number =>
      textWork(() => void parseReceivedSpf(`Received-SPF: pass ${unit.repeat(length / unit.length)}`));
    expect(work(40_000)).toBeLessThan(2.2 * work(20_000) + 1000);
    expect(work(40_000)).toBeLessThan(20 * 40_000);
  });
});
