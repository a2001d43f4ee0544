import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const PACKAGES = ['dns', 'spf', 'bounce', 'lockdown', 'policyd', 'store'] as const;

type Example = { readonly page: string; readonly title: string; readonly file: string; readonly code: string };

const examples = PACKAGES.flatMap((name) => examplesOf(name));
// Below the command's package, because that one depends on all of them.
const cache = join(root, 'packages/unsent/node_modules/.cache');
mkdirSync(cache, { recursive: true });
const folder = mkdtempSync(join(cache, 'examples-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function examplesOf(name: string): readonly Example[] {
  const text = readFileSync(join(root, `docs/api/${name}.md`), 'utf8');
  const sections = text.split(/^(?=##? )/m);
  return sections.flatMap((section) => {
    const title = /^##? (.*)$/m.exec(section)?.[1] ?? '';
    return [...section.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code = ''], i) => {
      const file = `${name}-${title.replace(/\W+/g, '-').toLowerCase()}-${i}`;
      return { page: name, title, file, code };
    });
  });
}

describe('the examples of docs/api', () => {
  beforeAll(() => {
    writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
    for (const { file, code } of examples) writeFileSync(join(folder, `${file}.ts`), code);
  });

  test('are compiled', () => {
    const options = [
      '--ignoreConfig',
      '--module',
      'nodenext',
      '--target',
      'es2023',
      '--strict',
      '--types',
      'node',
      '--outDir',
      folder,
    ];
    const files = examples.map(({ file }) => join(folder, `${file}.ts`));
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const run = spawnSync(
      process.execPath,
      [tsc, ...options, '--typeRoots', join(root, 'node_modules/@types'), ...files],
      {
        cwd: folder,
        encoding: 'utf8',
      },
    );
    expect(run.stdout).toBe('');
    expect(run.status).toBe(0);
  }, 120_000);

  test.each(examples)('$page: $title prints what its comments say', ({ file, code }) => {
    const said = [...code.matchAll(/console\.log\(.*?\);(?: \/\/ (.*))?$/gm)].map(([, text]) => text);
    expect(said.length).toBeGreaterThan(0);
    const run = spawnSync(process.execPath, [join(folder, `${file}.js`)], { encoding: 'utf8', env: { NO_COLOR: '1' } });
    expect(run.stderr).toBe('');
    expect(run.stdout.trimEnd().split('\n')).toEqual(said);
  });
});

test.each(PACKAGES)(
  'each value that @unsent/%s exports is used in an example',
  async (name) => {
    const exported = Object.keys(await import(join(root, `packages/${name}/src/index.ts`)));
    const code = examples
      .filter(({ page }) => page === name)
      .map((one) => one.code.replace(/^import [\s\S]*?;$/gm, ''))
      .join('\n');
    const missing = exported.filter((one) => !new RegExp(`\\b${one}\\b`).test(code));
    expect(missing).toEqual([]);
  },
  60_000,
);
