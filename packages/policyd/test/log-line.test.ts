import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatLogLine, type LogFields } from '../src/log-line.ts';

const FIELDS: LogFields = {
  id: '4ABC',
  action: 'reject',
  intended: null,
  rule: 'spf-mailfrom',
  result: 'fail',
  identity: 'mailfrom',
  client: '192.0.2.1',
  helo: 'mx.example.net',
  sender: '',
  recipient: 'a b@example.com',
  domain: 'example.net',
  reason: 'fail',
  lookups: 2,
  ms: 0.25,
};

test('a decision is one line of name=value, values with spaces quoted, unknown ones left out', () => {
  expect(formatLogLine(FIELDS)).toBe(
    '4ABC: action=reject rule=spf-mailfrom result=fail identity=mailfrom client=192.0.2.1 helo=mx.example.net ' +
      'sender="" recipient="a b@example.com" domain=example.net reason=fail lookups=2 ms=0.25',
  );
});

test.each([
  ['a\nb', '"a\\u{a}b"'],
  ['x"y\\', '"x\\"y\\\\"'],
  ['\u001b[31m', '"\\u{1b}[31m"'],
  ['\u202egro', '"\\u{202e}gro"'],
  ['a=b', '"a=b"'],
])('a HELO of %j cannot forge a field or move the cursor', (helo, written) => {
  expect(formatLogLine({ ...FIELDS, helo })).toContain(` helo=${written} sender=`);
});

test('whatever is logged is one line of printable ASCII of bounded length', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 2000 }), (text) => {
      const line = formatLogLine({ ...FIELDS, id: text, helo: text, sender: text, recipient: text, reason: text });
      expect(line).toMatch(/^[\x20-\x7e]*$/);
      expect(line.length).toBeLessThan(13_000);
    }),
  );
}, 30_000);
