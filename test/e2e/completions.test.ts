import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commandTree } from '../../packages/unsent/src/cli.ts';
import { findProgram, needs } from '../support/require.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'unsent-completions-'));
const files = { bash: join(folder, 'unsent.bash'), zsh: join(folder, '_unsent') };

beforeAll(async () => {
  const { bashCompletion, zshCompletion } = await import(join(root, 'scripts/release/completions.mjs'));
  writeFileSync(files.bash, bashCompletion(commandTree('0')));
  writeFileSync(files.zsh, zshCompletion(commandTree('0')));
  writeFileSync(join(folder, 'mailbox.mbox'), '');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What is typed, and what Tab makes of it. */
const TYPED = [
  ['unsent lockd', 'unsent lockdown '],
  ['unsent spf ch', 'unsent spf check '],
  ['unsent lockdown --dry', 'unsent lockdown --dry-run '],
  ['unsent spf check --verb', 'unsent spf check --verbose '],
  ['unsent lockdown --mx nu', 'unsent lockdown --mx null '],
  ['unsent scan mailb', 'unsent scan mailbox.mbox '],
  ['unsent nosu', 'unsent nosu'],
] as const;

describe.skipIf(!needs('zsh', findProgram('zsh') !== null))('completion in zsh', () => {
  let lines: readonly string[] = [];
  beforeAll(() => {
    const script = join(root, 'test/support/complete.zsh');
    const typed = TYPED.map(([line]) => line);
    const env = { PATH: process.env['PATH'], HOME: folder, TERM: 'dumb' };
    lines = execFileSync('zsh', ['-f', script, folder, ...typed], { encoding: 'utf8', env, timeout: 50_000 }).split(
      '\n',
    );
  }, 60_000);

  test.each(TYPED.map((one, i) => [...one, i] as const))('%s → %s', (_, completed, i) => {
    expect(lines[i]).toBe(completed);
  });
});

describe.skipIf(!needs('bash', findProgram('bash') !== null))('completion in bash', () => {
  test.each(TYPED)('%s → %s', (line, completed) => {
    const words = line.split(' ');
    const script = `source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _unsent; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const found = execFileSync('bash', ['-c', script, files.bash, ...words], { encoding: 'utf8', cwd: folder });
    const [only = ''] = found
      .trim()
      .split('\n')
      .filter((word) => word !== '');
    expect([...words.slice(0, -1), only === '' ? words.at(-1) : `${only} `].join(' ')).toBe(completed);
    expect(found.trim().split('\n').length).toBe(1);
  });

  test('a file name with a space is one word', () => {
    writeFileSync(join(folder, 'two words.mbox'), '');
    const script = `source "$0"; COMP_WORDS=(unsent scan two); COMP_CWORD=2; _unsent; printf '%s\n' "\${COMPREPLY[@]}"`;
    expect(execFileSync('bash', ['-c', script, files.bash], { encoding: 'utf8', cwd: folder })).toBe(
      'two words.mbox\n',
    );
  });
});
