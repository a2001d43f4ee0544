import { UnsentError } from '@unsent/dns';
import { describe, expect, test } from 'vitest';
import { printFailure } from '../src/exit.ts';
import type { GlobalOptions } from '../src/surroundings.ts';
import { fakeSurroundings } from './support/surroundings.ts';

const options: GlobalOptions = {
  config: null,
  state: null,
  dns: null,
  json: false,
  quiet: false,
  verbose: false,
  color: true,
};

function print(error: unknown, given: Partial<GlobalOptions> = {}, isTerminal = false) {
  const surroundings = fakeSurroundings({ isTerminal });
  const exitCode = printFailure(error, surroundings, { ...options, ...given });
  return { exitCode, text: surroundings.stderr.text(), out: surroundings.stdout.text() };
}

describe('an error is printed', () => {
  test('as what happened and what to do, on standard error', () => {
    const error = new UnsentError('x', { message: 'It broke.', hint: 'Mend it.', exitCode: 3 });
    expect(print(error)).toEqual({ exitCode: 3, text: 'unsent: It broke.\n  Mend it.\n', out: '' });
  });

  test('with its code and causes when asked', () => {
    const cause = new Error('inner\nline', { cause: new Error('innermost') });
    expect(print(new UnsentError('x-y', { message: 'It broke.', cause }), { verbose: true }).text).toBe(
      'unsent: It broke.\n  code: x-y\n  because: inner\\nline\n  because: innermost\n',
    );
  });

  test('escaped, and of bounded length', () => {
    const { text } = print(new UnsentError('x', { message: `\x1b[2J${'a'.repeat(5000)}` }));
    expect(text).toMatch(/^unsent: \\e\[2Ja+…\n$/);
    expect(text.length).toBeLessThan(1000);
  });

  test('with a red name on a terminal, and without after --no-color', () => {
    const error = new UnsentError('x', { message: 'It broke.' });
    expect(print(error, {}, true).text).toBe('\x1b[31munsent:\x1b[39m It broke.\n');
    expect(print(error, { color: false }, true).text).toBe('unsent: It broke.\n');
  });

  test('in words when it comes from the file system', () => {
    const error = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC', path: '/x/y' });
    expect(print(error)).toMatchObject({ exitCode: 1, text: 'unsent: cannot open /x/y: the disk is full\n' });
  });

  test('as a bug, with its stack, when nobody foresaw it', () => {
    const { exitCode, text } = print(new TypeError('x is not a function'));
    expect(exitCode).toBe(1);
    expect(text).toMatch(/^unsent: this is a bug in unsent; please report it/);
    expect(text).toMatch(/TypeError: x is not a function\n {2} {4}at /);
  });

  test.each([['text'], [null], [undefined], [{ code: 'ENOENT' }]])('as a bug when somebody threw %j', (thrown) => {
    expect(print(thrown).text).toMatch(/^unsent: this is a bug/);
  });
});
