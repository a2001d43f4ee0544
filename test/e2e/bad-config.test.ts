import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { runUnsent } from '../support/cli.ts';

const folder = fileURLToPath(new URL('./bad-config/', import.meta.url));
const cases = readdirSync(folder);

/** Each folder holds one broken file and the lines it must be refused with: for that reason, and for no other. */
describe.each(cases)('bad configuration: %s', (name) => {
  const cwd = `${folder}${name}/`;
  const expected = readFileSync(`${cwd}expected-error`, 'utf8').trimEnd().split('\n');

  test('config check names every mistake, and only those', async () => {
    const { exitCode, stdout, stderr } = await runUnsent(['config', 'check', 'unsent.yaml'], { cwd });
    const lines = stderr.replaceAll(cwd, '').trimEnd().split('\n');
    expect(lines.filter((line) => !/^\d+ problems?$/.test(line))).toEqual(expected);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  });

  test('every other command stops at the first, before it does anything', async () => {
    const args = ['--config', 'unsent.yaml', 'scan', 'nosuch.mbox', '--forget'];
    const { exitCode, stdout, stderr } = await runUnsent(args, { cwd });
    const first = expected[0] ?? '';
    expect(stderr.replaceAll(cwd, '').split('\n')[0]).toBe(first.startsWith('unsent: ') ? first : `unsent: ${first}`);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  });
});
