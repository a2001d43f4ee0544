import { spawn, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { runUnsent, startUnsent, unsentBin } from '../support/cli.ts';
import { importsOf } from '../support/source.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const example = join(root, 'examples/joe-job');
const shared = ['--config', `${example}/unsent.yaml`, '--dns', `zone:${example}/dns.txt`];
const folder = mkdtempSync(join(tmpdir(), 'unsent-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the command', () => {
  test('says how to build it when it is not built', () => {
    mkdirSync(join(folder, 'bin'));
    copyFileSync(unsentBin, join(folder, 'bin/unsent.js'));
    const { status, stderr } = spawnSync(process.execPath, [join(folder, 'bin/unsent.js')], { encoding: 'utf8' });
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stderr).toContain('npm run build');
    expect(status).toBe(2);
  });

  test('ends quietly when its reader goes away', async () => {
    const child = spawn('sh', [
      '-c',
      `"$0" "$@" | head -n 1`,
      process.execPath,
      unsentBin,
      'scan',
      '--json',
      '--forget',
      `${example}/mailbox.mbox`,
      ...shared,
    ]);
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk));
    await new Promise((resolve) => child.on('close', resolve));
    expect(JSON.parse(stdout)).toHaveProperty('kind');
    expect(stderr).toBe('');
  });

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('ends with %s as shells expect, and says no more than a line', async (signal, expected) => {
    const child = startUnsent(['scan', '-', '--forget', ...shared]);
    let stderr = '';
    child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk));
    // It waits for standard input by then.
    await new Promise((resolve) => setTimeout(resolve, 1500));
    child.kill(signal);
    const exitCode = await new Promise((resolve) => child.on('close', (code, by) => resolve(by ?? code)));
    expect(exitCode).toBe(expected);
    expect(stderr).toMatch(/^(unsent: interrupted[^\n]*\n)?$/);
  });

  test('prints no colours into a pipe, and colours when forced', async () => {
    const args = ['config', 'check', `${example}/unsent.yaml`];
    expect((await runUnsent(args)).stdout).not.toContain('\x1b');
    expect((await runUnsent(args, { env: { FORCE_COLOR: '1' } })).stdout).toContain('\x1b[32mok');
    expect((await runUnsent([...args, '--no-color'], { env: { FORCE_COLOR: '1' } })).stdout).not.toContain('\x1b');
  });

  test('--verbose tells code and cause', async () => {
    const { stderr } = await runUnsent(['--verbose', 'config', 'check', 'nosuch.yaml']);
    expect(stderr).toContain('  code: config-unreadable\n  because: ENOENT');
  });

  test('whatever strangers wrote, no control character reaches the terminal', async () => {
    const { stdout, stderr } = await runUnsent(
      ['scan', '--forget', '--top', '99', `${example}/mailbox.mbox`, ...shared],
      {
        env: { FORCE_COLOR: '0' },
      },
    );
    expect(stdout).toContain('\\e[31m');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
    expect(stdout + stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
  });
});

describe('the first try of a newcomer, with no configuration', () => {
  const home = join(folder, 'home');
  const env = { HOME: home };
  const args = ['scan', `${example}/mailbox.mbox`, '--dns', `zone:${example}/dns.txt`];

  test('says what to write into which file, and remembers nothing', async () => {
    const { exitCode, stdout, stderr } = await runUnsent(args, { env });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toContain(`${home}/.config/unsent/unsent.yaml`);
    expect(stdout).toContain('unused: [parked.example]');
    expect(stdout).toContain('\n  unsent init asks for it, checks each answer and writes the file.\n');
    expect(existsSync(home)).toBe(false);
  });

  test('says what asks for it, though no bounce was found', async () => {
    const letter = 'From a Mon Nov 23 10:00:00 2026\nFrom: anna@example.net\nSubject: hello\n\nhi\n';
    const { stdout } = await runUnsent(['scan', '-', ...args.slice(2)], { env, input: letter });
    expect(stdout).toContain('Say which domains are yours: unsent init asks for it');
  });

  test('what it says to write is right, and makes the next scan judge', async () => {
    const { stdout } = await runUnsent(args, { env });
    const [, yaml = ''] = stdout.split('unsent.yaml:\n\n');
    mkdirSync(join(home, '.config/unsent'), { recursive: true });
    writeFileSync(join(home, '.config/unsent/unsent.yaml'), yaml);
    expect(await runUnsent(['config', 'check'], { env })).toMatchObject({ exitCode: 0, stderr: '' });
    expect((await runUnsent(args, { env })).stdout).toMatch(/parked\.example +283 +269 +283 +100 %/);
  });
});

describe('start-up is cheap because', () => {
  const source = join(root, 'packages/unsent/src');

  test.each(readdirSync(join(source, 'commands')))('commands/%s loads nothing but commander', (name) => {
    const text = readFileSync(join(source, 'commands', name), 'utf8').replace(
      /import type [^;]*;|await import\([^)]*\)/g,
      '',
    );
    expect(importsOf(text)).toEqual(['commander']);
  });

  test('cli.ts loads nothing but commander, the commands, the help and the shell', () => {
    const text = readFileSync(join(source, 'cli.ts'), 'utf8').replace(/import type [^;]*;|await import\([^)]*\)/g, '');
    const others = importsOf(text).filter((name) => !name.startsWith('./commands/'));
    expect(others).toEqual(['commander', './help.ts', './shell.ts']);
  });
});
