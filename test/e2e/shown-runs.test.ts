import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { unsentBin } from '../support/cli.ts';
import { patternOf, shownRuns } from '../support/shown.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'unsent-docs-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe.each(['README.md', 'docs/quickstart.md'])('%s', (page) => {
  const runs = shownRuns(readFileSync(join(root, page), 'utf8'));
  const folder = join(scratch, page.replace(/\W/g, '-'), 'examples/joe-job');
  mkdirSync(dirname(folder), { recursive: true });
  cpSync(join(root, 'examples/joe-job'), folder, { recursive: true });

  test('shows runs', () => {
    expect(runs.length).toBeGreaterThan(1);
  });

  test.each(runs)('$command prints what is shown', ({ command, output }) => {
    const [program, ...args] = command.split(' ');
    expect(program).toBe('unsent');
    const { stdout, stderr } = spawnSync(process.execPath, [unsentBin, ...args], {
      cwd: folder,
      encoding: 'utf8',
      env: { UNSENT_CONFIG: 'unsent.yaml', HOME: scratch },
    });
    expect(`${stdout}${stderr}`.trimEnd()).toMatch(patternOf(output));
  });
});

test('the library example of the README runs and prints what its comment says', () => {
  const [, code = ''] = /^```js\n(.*?)^```/ms.exec(readFileSync(join(root, 'README.md'), 'utf8')) ?? [];
  const run = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
    cwd: join(root, 'packages/unsent'),
    encoding: 'utf8',
  });
  expect(run.stdout.trim()).toBe(/console\.log\(.*\); \/\/ (.*)/.exec(code)?.[1]);
});

test.each([
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'docs/quickstart.md',
  'docs/configuration.md',
  'docs/init.md',
  'docs/doctor.md',
  'docs/errors.md',
])('every link of %s leads somewhere', (page) => {
  const text = readFileSync(join(root, page), 'utf8');
  const targets = [...text.matchAll(/\]\((?!https?:|mailto:|#)([^)#]+)/g)].map(([, target = '']) => target);
  expect(targets.filter((target) => !existsSync(resolve(root, dirname(page), target)))).toEqual([]);
});
