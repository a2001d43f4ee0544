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
  ])('%s', (_title, fields, expected) => {
    expect(writeReceivedSpf({ ...NOTHING, ...fields })).toContain(expected);
  });

  // RFC 7208 §6: name = ALPHA *( ALPHA / DIGIT / "-" / "_" / "." ); at most 64 characters is ours.
  test.each(['x', 'X-Id', 'a.b_c-9', 'n'.repeat(64)])('a pair of the name %j is written', (name) => {
    const field = writeReceivedSpf({ ...NOTHING, others: [{ name, value: '7' }] });
    expect(field).toBe(`Received-SPF: fail identity=mailfrom; ${name}=7;`);
  });
  test.each([
    ['', 'is none'],
    ['n'.repeat(65), 'is too long'],
    ['x: y', 'would end the pair'],
    ['x\r\ny', 'would end the line'],
    ['9x', 'does not begin with a letter'],
    ['é', 'is not ASCII'],
    ['\u212aey', 'is not ASCII: the sign of the unit kelvin is no letter k'],
    ['Identity', 'is a known one, which nothing else may stand in for'],
    ['HELO', 'is a known one too'],
  ])('a pair is left out whose name %j %s', (name) => {
    const field = writeReceivedSpf({ ...NOTHING, others: [{ name, value: '7' }] });
    expect(field).toBe('Received-SPF: fail identity=mailfrom;');
  });

  test('folds between pairs, at most 78 characters where a pair allows it', () => {
    const fields = { ...NOTHING, clientIp: '192.0.2.1', envelopeFrom: 'alice@example.com', helo: 'h.example' };
    expect(writeReceivedSpf({ ...fields, receiver: 'mx.example.net' }, { fold: true })).toBe(
      'Received-SPF: fail identity=mailfrom; client-ip=192.0.2.1;\r\n' +
        '\tenvelope-from="alice@example.com"; helo=h.example; receiver=mx.example.net;',
    );
  });

  test('a text of 64 KB is cut, the field stays under 998 characters and says so', () => {
    const field = writeReceivedSpf({ ...NOTHING, problem: 'p'.repeat(65_536), comment: '\r'.repeat(65_536) });
    expect(field.length).toBeLessThanOrEqual(998);
    expect(parseReceivedSpf(field)?.problem).toMatch(/^p+\.\.\.$/);
    expect(parseReceivedSpf(field)?.identity).toBe('mailfrom');
  });

  test('a line of 998 characters is whole; of one more the comment is left out, and then the longest text is cut', () => {
    const rest = 'Received-SPF: fail (why) identity=mailfrom; problem=;'.length;
    const written = (length: number): object | null =>
      parseReceivedSpf(writeReceivedSpf({ ...NOTHING, comment: 'why', problem: 'p'.repeat(length - rest) }));
    expect(written(998)).toMatchObject({ comment: 'why', problem: 'p'.repeat(998 - rest) });
    expect(written(999)).toMatchObject({ comment: null, problem: 'p'.repeat(999 - rest) });
    expect(written(1100)).toMatchObject({ comment: null, problem: `${'p'.repeat(509)}...` });
  });

  test('many long texts are cut before any is left out', () => {
    const others = Array.from({ length: 40 }, (_, i) => ({ name: `name-${10 + i}xyz`, value: 'v'.repeat(100) }));
    const read = parseReceivedSpf(writeReceivedSpf({ ...NOTHING, others }));
    expect(read?.others).toEqual(others.map(({ name }) => ({ name, value: 'vvvvv...' })));
  });

  test.each<[string, Partial<WritableReceivedSpf>, Partial<WritableReceivedSpf>]>([
    ['a HELO name', { helo: `${'h'.repeat(989)}.example` }, { helo: null }],
    ['a mechanism', { mechanism: `include:${'m'.repeat(989)}.example` }, { mechanism: null }],
    ['a domain', { envelopeFrom: `a@${'d'.repeat(989)}.example` }, { envelopeFrom: null }],
    [
      'a local part',
      { envelopeFrom: `${'a'.repeat(989)}@example.com` },
      { envelopeFrom: `${'a'.repeat(497)}...@example.com` },
    ],
  ])('of the names none is cut: %s', (_title, fields, read) => {
    expect(parseReceivedSpf(writeReceivedSpf({ ...NOTHING, ...fields }))).toEqual({ ...NOTHING, ...read });
  });

  // 253 characters are the longest name of DNS (RFC 1035 §2.3.4), 45 the longest address.
  test('names that DNS can know are all there, however long the rest', () => {
    const longest = `${`${'d'.repeat(49)}.`.repeat(5)}com`;
    const names = { helo: longest, receiver: longest, clientIp: '2001:0db8:0000:0000:0000:ffff:255.255.255.255' };
    const envelopeFrom = `${'"'.repeat(2000)}@${longest}`;
    const long = { comment: 'c'.repeat(2000), mechanism: 'm'.repeat(2000), problem: '"'.repeat(2000) };
    const field = writeReceivedSpf({ ...NOTHING, ...names, ...long, envelopeFrom });
    expect(field.length).toBeLessThanOrEqual(998);
    expect(parseReceivedSpf(field)).toMatchObject({
      ...names,
      envelopeFrom: expect.stringMatching(`^"*[.]{3}@${longest}$`),
    });
  });

  test('names that fill the line by themselves are left out, and the comment with them', () => {
    const others = Array.from({ length: 40 }, (_, i) => ({ name: `${'n'.repeat(30)}${i}`, value: 'v' }));
    const field = writeReceivedSpf({ ...NOTHING, comment: 'c', helo: 'h.example', others });
    expect(field).toBe('Received-SPF: fail identity=mailfrom; helo=h.example;');
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
      comment: 'mx.example.org: domain of user@example.com designates 192.0.2.1 as permitted sender',
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
    ['junk between pairs is skipped', 'pass ;;= ; =x; what is this; helo=h', { helo: 'h', others: [] }],
    ['junk behind a value is skipped', 'pass helo=h x=1; receiver=r', { helo: 'h', receiver: 'r', others: [] }],
    ['a quoted semicolon ends no junk', 'pass helo=h ";receiver=evil"; receiver=r', { helo: 'h', receiver: 'r' }],
    ['nor does one in a comment', 'pass helo=h (;receiver=evil); receiver=r', { helo: 'h', receiver: 'r' }],
    ['a comment right behind the result', 'pass(why) helo=h', { result: 'pass', comment: 'why', helo: 'h' }],
    ['a semicolon right behind the result', 'pass; helo=h', { result: 'pass', helo: 'h' }],
    ['spaces before the colon', 'Received-SPF  : pass', { result: 'pass' }],
    // RFC 5322 §2.2.3: a line break before a space or a tab is nothing, and the space stays.
    ['folds', 'pass (a\r\n b\n\tc\r d)', { comment: 'a b c d' }],
    ['line breaks that fold nothing', 'pass\r\nidentity=helo;\nhelo=h\rx', { identity: 'helo', helo: 'h' }],
    ['tabs', 'pass\tidentity=helo;\thelo=h\tx', { identity: 'helo', helo: 'h' }],
    ['an unknown identity is not one', 'pass identity=pra', { identity: null }],
  ])('%s', (_title, field, expected) => {
    expect(parseReceivedSpf(field)).toMatchObject(expected);
  });

  // RFC 6533 §3 writes a code point as \x{HEX}, of one to six digits.
  test.each([
    ['\\x{41}', 'A'],
    ['a\\x{e9}\\x{1F600}b', 'aé\u{1F600}b'],
    ['\\x{00007E}', '~'],
    ['\\x{10FFFF}', '\u{10FFFF}'],
    ['\\x{110000}', '\\x{110000}'], // no code point
    ['\\x{0000041}', '\\x{0000041}'],
    ['\\x{}', '\\x{}'],
    ['\\x{4G}', '\\x{4G}'],
    ['\\x{41', '\\x{41'],
    ['\\x{\\x{41}', '\\x{A'],
  ])('the value %s is %j', (value, expected) => expect(parseReceivedSpf(`pass helo=${value}`)?.helo).toBe(expected));

  test('of many unknown pairs the first fifty are kept', () => {
    const names = Array.from({ length: 60 }, (_, i) => `x${i}`);
    const read = parseReceivedSpf(`pass ${names.map((name) => `${name}=1; `).join('')}`);
    expect(read?.others.map(({ name }) => name)).toEqual(names.slice(0, 50));
  });

  test.each([
    '',
    'Received-SPF:',
    'Received-SPF: passed',
    'Received-SPFX: pass',
    'Received-SPFX pass',
    'Subject: pass',
    '(pass)',
  ])('is null for %j', (field) => expect(parseReceivedSpf(field)).toBeNull());
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
  test.each(['\\x{41}', '\\', '\\x{', 'x{41}\\x{', '\uffffA', '\u{1F600}A', '\ud800A', '~ \x7f'])(
    '%j is read as it was written',
    (helo) => expect(parseReceivedSpf(writeReceivedSpf({ ...NOTHING, helo }))?.helo).toBe(helo),
  );

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
