import { expect, test } from 'vitest';
import { makeStyle, wantsColor } from '../../src/output/style.ts';

test.each([
  ['a terminal', true, {}, true, true],
  ['a pipe', true, {}, false, false],
  ['NO_COLOR', true, { NO_COLOR: '1' }, true, false],
  ['an empty NO_COLOR', true, { NO_COLOR: '' }, true, true],
  ['FORCE_COLOR into a pipe', true, { FORCE_COLOR: '1' }, false, true],
  ['FORCE_COLOR=0', true, { FORCE_COLOR: '0' }, true, false],
  ['FORCE_COLOR against NO_COLOR', true, { FORCE_COLOR: '1', NO_COLOR: '1' }, false, true],
  ['--no-color against FORCE_COLOR', false, { FORCE_COLOR: '1' }, true, false],
  ['a dumb terminal', true, { TERM: 'dumb' }, true, false],
])('%s', (_, isAllowed, env, isTerminal, isOn) => {
  expect(wantsColor(isAllowed, env, isTerminal)).toBe(isOn);
});

test('paints only when on, and never nothing', () => {
  expect(makeStyle(true).red('x')).toBe('\x1b[31mx\x1b[39m');
  expect(makeStyle(true).red('')).toBe('');
  expect(makeStyle(false).red('x')).toBe('x');
});
