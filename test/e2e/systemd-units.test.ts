import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findProgram, needs } from '../support/require.ts';

const exec = promisify(execFile);
const units = fileURLToPath(new URL('../../examples/systemd', import.meta.url));
const analyze = findProgram('systemd-analyze') ?? '';

describe.skipIf(!needs('systemd-analyze', analyze !== ''))('the systemd units', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'unsent-units-'));
    await cp(units, folder, { recursive: true });
    // `verify` wants the program to be there.
    for (const name of await readdir(folder)) {
      const text = await readFile(join(folder, name), 'utf8');
      await writeFile(join(folder, name), text.replaceAll('/usr/bin/unsent', '/bin/true'));
    }
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('are understood by systemd without a remark', async () => {
    const files = (await readdir(folder)).map((name) => join(folder, name));
    const { stdout, stderr } = await exec(analyze, ['verify', '--man=no', ...files]);
    expect(`${stdout}${stderr}`).toBe('');
  });

  test('expose little: at most 1.4 of 10', async () => {
    const service = join(folder, 'unsent-policyd.service');
    await exec(analyze, ['security', '--offline=true', '--threshold=14', service]);
  });
});
