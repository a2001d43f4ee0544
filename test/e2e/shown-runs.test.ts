import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { unsentBin } from '../support/cli.ts';
import { patternOf, shownRuns, wordsOf } from '../support/shown.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'unsent-docs-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** In a copy of which folder the runs of a page are played. */
const PLAYED_IN: Readonly<Record<string, string>> = {
  'README.md': 'examples/joe-job',
  'docs/quickstart.md': 'examples/joe-job',
  'docs/audit.md': 'test/e2e/shown',
  'docs/errors.md': 'test/e2e/shown',
  'docs/lockdown.md': 'test/e2e/shown',
  'docs/spf.md': 'test/e2e/shown',
};

/** What is shown in a block `console LABEL` needs more, and is run by the test that knows LABEL. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'own-servers': 'test/e2e/new-user.test.ts',
  drift: 'packages/unsent/test/audit/drift.test.ts',
};

test('every run that a page shows with its output is in a block that a test runs', () => {
  const pages = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.md'),
  );
  const shown = ['README.md', ...pages.map((name) => join('docs', name))].map((page) => ({
    page,
    text: readFileSync(join(root, page), 'utf8'),
  }));
  const outside = shown.filter(({ text }) => /^ *\$ unsent/m.test(text.replace(/^```console.*?^```/gms, '')));
  expect(outside.map(({ page }) => page)).toEqual([]);
  const unlabelled = shown.filter(({ text }) => /^```console$/m.test(text)).map(({ page }) => page);
  expect(unlabelled.sort()).toEqual(Object.keys(PLAYED_IN).sort());
  const labels = new Set(
    shown.flatMap(({ text }) => [...text.matchAll(/^```console (.+)$/gm)].map(([, label]) => label)),
  );
  expect([...labels].sort()).toEqual(Object.keys(ELSEWHERE).sort());
  for (const [label, file] of Object.entries(ELSEWHERE)) {
    expect(readFileSync(join(root, file), 'utf8')).toContain(`shownRuns(page, '${label}')`);
  }
});

describe.each(Object.entries(PLAYED_IN))('%s', (page, place) => {
  const runs = shownRuns(readFileSync(join(root, page), 'utf8'));
  const folder = join(scratch, page.replace(/\W/g, '-'), place);
  mkdirSync(dirname(folder), { recursive: true });
  cpSync(join(root, place), folder, { recursive: true });

  test('shows runs', () => {
    expect(runs.length).toBeGreaterThan(0);
  });

  test.each(runs)('$command prints what is shown', ({ command, output }) => {
    const [program, ...args] = wordsOf(command);
    expect(program).toBe('unsent');
    const { stdout, stderr } = spawnSync(process.execPath, [unsentBin, ...args], {
      cwd: folder,
      encoding: 'utf8',
      env: { UNSENT_CONFIG: 'unsent.yaml', HOME: scratch },
    });
    expect(`${stdout}${stderr}`.trimEnd().replaceAll(folder, '/home/you')).toMatch(patternOf(output));
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
