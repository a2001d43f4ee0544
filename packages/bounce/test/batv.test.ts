import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkBatvTag, readBatvTag, withoutBatvTag } from '../src/batv.ts';

// Six hex digits computed with Python: hmac.new(key, kddd + address, sha1).hexdigest()[:6].
const VECTORS = [
  ['s3cret', 'prvs=0512aadfdf=anna@example.com'],
  ['s3cret', 'prvs=0512971377=ben+list@news.example.com'],
  ['older', 'prvs=30070b71a0=anna@example.com'],
] as const;
const KEYS = [
  { digit: 0, secret: 's3cret' },
  { digit: 3, secret: 'older' },
];
/** Day 20514 and day 21005 since 1970, so 514 and 5 modulo 1000. */
const DAY_514 = new Date('2026-03-02T12:00:00Z');
const DAY_005 = new Date(21_005 * 86_400_000);

function check(address: string, at: Date): string {
  const tag = readBatvTag(address);
  return tag === null ? 'no tag' : checkBatvTag(tag, KEYS, at);
}

test.each(VECTORS)('key %s made %s', (secret, address) => {
  const tag = readBatvTag(address);
  expect(tag).not.toBeNull();
  const at = address.includes('3007') ? DAY_005 : DAY_514;
  expect(tag === null ? null : checkBatvTag(tag, [{ digit: tag.digit, secret }], at)).toBe('valid');
});

describe('what becomes of a tag', () => {
  test.each([
    ['prvs=0512aadfdf=anna@example.com', DAY_514, 'valid'],
    ['PRVS=0512AADFDF=Anna@Example.COM', DAY_514, 'valid'], // folded on the way
    ['prvs=0512aadfde=anna@example.com', DAY_514, 'invalid'],
    ['prvs=0513aadfdf=anna@example.com', DAY_514, 'invalid'], // another day
    ['prvs=0512aadfdf=ben@example.com', DAY_514, 'invalid'], // another address
    ['prvs=1512aadfdf=anna@example.com', DAY_514, 'unknown-key'],
    ['prvs=0512aadfdf=anna@example.com', new Date('2026-04-02T12:00:00Z'), 'expired'],
    ['prvs=0512aadfdf=anna@example.com', new Date('2026-01-02T12:00:00Z'), 'expired'],
    ['prvs=30070b71a0=anna@example.com', new Date(20_999 * 86_400_000), 'valid'], // days 999 → 7: the count wraps
    ['prvs=512aadfdf=anna@example.com', DAY_514, 'no tag'],
    ['anna@example.com', DAY_514, 'no tag'],
  ])('%s on %s is %s', (address, at, expected) => expect(check(address, at)).toBe(expected));
});

test('the tag is taken off, whatever stands before the @', () => {
  expect(withoutBatvTag('prvs=0512aadfdf=a=b@example.com')).toBe('a=b@example.com');
  expect(withoutBatvTag('prvs=x=anna@example.com')).toBe('prvs=x=anna@example.com');
});

test('never throws', () => {
  fc.assert(fc.property(fc.string(), fc.date({ noInvalidDate: true }), (text, at) => void check(text, at)));
});
