import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { commandTree } from '../../packages/unsent/src/cli.ts';
import { wordsOf } from '../support/shown.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

const PAGES: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => join('docs', path)),
  ...readdirSync(join(root, 'packages')).map((name) => join('packages', name, 'README.md')),
];

test.each(PAGES)('every link of %s leads somewhere, and to a heading that is there', (page) => {
  const links = [...read(page).matchAll(/\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)]+))?\)/g)];
  const broken = links
    .map(([, path = '', heading]) => ({
      file: path === '' ? page : relative(root, resolve(root, dirname(page), path)),
      heading,
    }))
    .filter(
      ({ file, heading }) =>
        !existsSync(join(root, file)) || (heading !== undefined && !headingsOf(file).includes(heading)),
    );
  expect(broken).toEqual([]);
});

test('every page of docs/ is reached from the README or from a page that is', () => {
  const seen = new Set(['README.md']);
  for (const page of seen) {
    for (const [, path = ''] of read(page).matchAll(/\]\((?!https?:|mailto:)([^)#\s]+\.md)/g)) {
      seen.add(relative(root, resolve(root, dirname(page), path)));
    }
  }
  expect(PAGES.filter((page) => page.startsWith('docs/') && !seen.has(page))).toEqual([]);
});

function headingsOf(page: string): readonly string[] {
  return [...read(page).matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe('commands that the pages show', () => {
  const shown = PAGES.flatMap((page) => commandsIn(read(page)).map((line) => ({ page, line })));

  test('are found', () => {
    expect(shown.length).toBeGreaterThan(80);
    expect(commandsIn('```sh\n$ unsent a "b c"  # why\n```\n\n    x | unsent d - > f\n\n`unsent no`\n')).toEqual([
      'unsent a "b c"',
      'unsent d -',
    ]);
  });

  test.each(shown)('$page: $line', async ({ line }) => {
    await expect(parse(line)).resolves.toBeUndefined();
  });

  test.each(['unsent nosuch', 'unsent scan --nosuch', 'unsent unlock'])('%s would be noticed', async (line) => {
    await expect(parse(line)).rejects.toThrow();
  });
});

/** Each line of a code block that starts the command, without prompt, comment, pipes and redirections. */
function commandsIn(text: string): readonly string[] {
  const fenced = [...text.matchAll(/^```(?:sh|console.*|)\n(.*?)^```/gms)].map(([, block = '']) => block);
  const indented = [...text.replace(/^```.*?^```/gms, '').matchAll(/^ {4}(.*)$/gm)].map(([, line = '']) => line);
  return [...fenced.flatMap((block) => block.split('\n')), ...indented].flatMap((line) => {
    const command = /^\s*(?:\$ )?(?:sudo )?(?:-u \S+ )?(?:[^#|]*\| )?(unsent \S.*)$/.exec(line)?.[1] ?? '';
    const bare = command.replace(/ +#.*$/, '').replace(/ (?:[|>]|2>|&&).*$/, '');
    return bare === '' || bare.includes('…') ? [] : [bare.trim()];
  });
}

/** Lets the command's own parser read the line; nothing is run. */
async function parse(line: string): Promise<void> {
  const words = wordsOf(line);
  if (words.at(-1) === '--help') return;
  await commandTree('0').parseAsync(words.slice(1), { from: 'user' });
}

describe('docs/how-it-works.md', () => {
  const text = read('docs/how-it-works.md');
  const files = [...text.matchAll(/`([a-z]+\/src\/[\w./-]+)`/g)].map(([, path = '']) => path);

  test('names files that exist', () => {
    expect(files.length).toBeGreaterThan(20);
    expect(files.filter((path) => !existsSync(join(root, 'packages', path)))).toEqual([]);
  });

  test('names what those files export', () => {
    const named = [...text.matchAll(/`([a-z]+\/src\/[\w./-]+\.ts)`,? \(?`(\w+)`/g)];
    expect(named.length).toBeGreaterThan(10);
    const missing = named.filter(
      ([, path = '', name = '']) =>
        !new RegExp(`^export (?:async )?(?:function|const|type|interface|class) ${name}\\b`, 'm').test(
          read(join('packages', path)),
        ),
    );
    expect(missing.map(([shownAs]) => shownAs)).toEqual([]);
  });
});

describe('the limits of docs/threat-model.md', () => {
  const rows = read('docs/threat-model.md')
    .split('\n')
    .filter((line) => /^\| .*`\w+\/test\//.test(line))
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map(([, what = '', limit = '', where = '', proof = '']) => ({ what, limit, where, proof }));

  test('are there', () => expect(rows.length).toBeGreaterThan(12));

  test.each(rows)('$what: $limit', ({ limit, where, proof }) => {
    const [, file = '', name] = /^`([^`]+)`(?: `(\w+)`)?$/.exec(where) ?? [];
    const source = read(join('packages', file));
    const declared = name === undefined ? source : (new RegExp(`const ${name}\\b[^=]*= (.*);`).exec(source)?.[1] ?? '');
    expect(numbersIn(limit).filter((number) => !numbersIn(declared).includes(number))).toEqual([]);
    const [, testFile = '', title = ''] = /^`([^`]+)`: (.*)$/.exec(proof) ?? [];
    expect(read(join('packages', testFile))).toContain(`'${title}'`);
  });
});

/** Numbers as people and sources write them: 2,000; 64 MiB; 67_108_864; 4 << 20. */
function numbersIn(text: string): readonly number[] {
  const units: Readonly<Record<string, number>> = { KiB: 1 << 10, MiB: 1 << 20 };
  return [...text.matchAll(/(\d[\d_,]*)(?: (KiB|MiB)\b| << (\d+))?/g)].map(
    ([, digits = '', unit = '', shift = '0']) =>
      Number(digits.replace(/[_,]/g, '')) * (units[unit] ?? 1) * 2 ** Number(shift),
  );
}
