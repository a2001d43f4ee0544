import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { runCli } from '../src/cli.ts';
import { fakeSurroundings } from './support/surroundings.ts';

const folder = mkdtempSync(join(tmpdir(), 'unsent-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function unsent(...args: string[]) {
  const surroundings = fakeSurroundings({ cwd: folder, env: { HOME: folder } });
  const exitCode = await runCli(args, surroundings, '1.2.3');
  return { exitCode, out: surroundings.stdout.text(), err: surroundings.stderr.text() };
}

describe('usage', () => {
  test('--version', async () => {
    expect(await unsent('--version')).toEqual({ exitCode: 0, out: '1.2.3\n', err: '' });
  });

  test('--help stays within 80 columns and names the exit codes', async () => {
    const { exitCode, out } = await unsent('--help');
    expect(exitCode).toBe(0);
    expect(out).toMatch(/3 {2}refused; nothing was written/);
    expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  test.each([
    [['confg'], "unknown command 'confg' (Did you mean config?)", 'Run unsent --help'],
    [['config', 'chek'], "unknown command 'chek' (Did you mean check?)", 'Run unsent config --help'],
    [['--verbos', 'config', 'path'], "unknown option '--verbos' (Did you mean --verbose?)", 'Run unsent config --help'],
    [['config', 'check', 'a', 'b'], 'too many arguments', 'Run unsent config --help'],
    [['--dns'], "option '--dns <server>' argument missing", 'Run unsent --help'],
  ])('%j is one line and a hint, exit code 2', async (args, message, hint) => {
    const { exitCode, out, err } = await unsent(...args);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    expect(err.split('\n')).toHaveLength(3);
    expect(err).toContain(`unsent: ${message}`);
    expect(err).toContain(hint);
  });

  test('no command at all prints the help and is bad usage', async () => {
    const { exitCode, err } = await unsent();
    expect(exitCode).toBe(2);
    expect(err).toContain('Usage: unsent');
  });

  test('global options may stand behind the command too', async () => {
    writeFileSync(join(folder, 'ok.yaml'), 'domains: {unused: [a.example]}');
    expect((await unsent('config', 'check', '--config', 'ok.yaml', '--quiet')).exitCode).toBe(0);
  });
});

describe('config', () => {
  test('check names every problem on its own line', async () => {
    writeFileSync(join(folder, 'bad.yaml'), 'zones: 1\ndomains: {unusd: 1}\n');
    const { exitCode, err } = await unsent('config', 'check', 'bad.yaml');
    expect(exitCode).toBe(2);
    expect(err.split('\n')).toEqual([
      `${folder}/bad.yaml:1:1: zones: unknown key; known here: domains, dns, state, mailboxes, keep, notify, provider, policy, lockdown`,
      `${folder}/bad.yaml:2:11: domains.unusd: unknown key; did you mean "unused"?`,
      '2 problems',
      '',
    ]);
  });

  test('any other command stops at the first problem and says how many there are', async () => {
    writeFileSync(join(folder, 'bad.yaml'), 'zones: 1\ndomains: {unusd: 1}\n');
    const { exitCode, err } = await unsent('config', 'show', '--config', 'bad.yaml');
    expect(exitCode).toBe(2);
    expect(err).toContain('bad.yaml:1:1: zones: unknown key');
    expect(err).toContain('1 more: unsent config check');
  });

  test('check --json gives the places as numbers', async () => {
    writeFileSync(join(folder, 'bad.yaml'), 'zones: 1\n');
    expect(JSON.parse((await unsent('config', 'check', 'bad.yaml', '--json')).out).problems).toMatchObject([
      { line: 1, column: 1, key: 'zones' },
    ]);
  });

  test('show never shows a secret, only where it stands', async () => {
    writeFileSync(join(folder, 'p.yaml'), 'provider: {name: cloudflare, token: {file: t}}');
    const { out } = await unsent('config', 'show', '--config', 'p.yaml', '--json');
    expect(JSON.parse(out).provider).toEqual({ name: 'cloudflare', token: { file: join(folder, 't') } });
  });

  test('path and policyd --check tell programs in JSON', async () => {
    writeFileSync(join(folder, 'good.yaml'), 'domains: {unused: [parked.example]}\n');
    const good = { path: join(folder, 'good.yaml') };
    expect(JSON.parse((await unsent('--json', '--config', 'good.yaml', 'config', 'path')).out)).toEqual(good);
    const checked = await unsent('--json', '--config', 'good.yaml', 'policyd', '--check');
    expect(JSON.parse(checked.out)).toEqual({ ...good, problems: [] });
  });

  test('path says where a file may stand when there is none', async () => {
    const { exitCode, err } = await unsent('config', 'path');
    expect(exitCode).toBe(1);
    expect(err).toContain(`${folder}/.config/unsent/unsent.yaml`);
  });

  test('a file name from a stranger is escaped', async () => {
    const { err } = await unsent('config', 'check', 'a\x1b[31m.yaml');
    expect(err).toContain('a\\e[31m.yaml');
    expect(err).not.toContain('\x1b');
  });
});
