import { describe, expect, test } from 'vitest';
import { isKnownName, meantName } from '../src/lint-names.ts';

test.each(['all', 'include', 'a', 'mx', 'ptr', 'ip4', 'ip6', 'exists', 'redirect', 'exp'])('%s is known', (name) => {
  expect(isKnownName(name)).toBe(true);
});
test.each(['', 'ip', 'All', 'include:', 'constructor'])('%j is not', (name) => expect(isKnownName(name)).toBe(false));

describe('what was meant', () => {
  test.each([
    ['ipv4', 'ip4'],
    ['ipv6', 'ip6'],
    ['ip', 'ip4'],
    ['ip4v', 'ip4'],
    ['ip6v', 'ip6'],
    ['i4', 'ip4'],
    ['i6', 'ip6'],
    ['exist', 'exists'],
    ['includes', 'include'],
    ['host', 'a'],
    ['any', 'all'],
    ['explanation', 'exp'],
  ])('%s is another word for %s', (name, meant) => expect(meantName(name)).toBe(meant));

  // Two slips in a long name, one in "all": a letter too many, too few, another one, or two that changed places.
  test.each([
    ['incude', 'include'],
    ['inculde', 'include'],
    ['incluude', 'include'],
    ['imclude', 'include'],
    ['inlcdue', 'include'], // two pairs
    ['incldee', 'include'],
    ['exsits', 'exists'],
    ['exissts', 'exists'],
    ['rediretc', 'redirect'],
    ['redirectss', 'redirect'],
    ['redriect', 'redirect'],
    ['al', 'all'],
    ['lal', 'all'],
    ['alll', 'all'],
    ['aal', 'all'],
  ])('%s is a slip of the pen for %s', (name, meant) => expect(meantName(name)).toBe(meant));

  test.each([
    'foo',
    'inc', // too short to tell
    'inlcudse1', // three slips
    'nidulce',
    'allll',
    'la',
    'ab',
    'exi',
    'dirct',
    'incde', // two letters short of a name
    'exts',
    'inxyzde', // three letters in a row
    'rexyzect',
    'mail',
    'spf',
    'mxx',
    'constructor',
    '',
  ])('of %j nobody knows', (name) => expect(meantName(name)).toBeNull());
});
