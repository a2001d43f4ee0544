import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Codes stand at their `UnsentError`, in `const` lists of codes, or in a table of words about each. */
const PLACES = [
  /UnsentError\(\s*'([a-z0-9-]+)'/g,
  /UnsentError\(\s*[^,'()]*\? '([a-z0-9-]+)' : '([a-z0-9-]+)'/g,
  /\bcode: '([a-z]+-[a-z0-9-]+)', text:/g,
];
const LISTS = /_ERROR_CODES = \[([^\]]*)\] as const/g;

function codesInSources(): string[] {
  const found = new Set<string>();
  for (const name of readdirSync(join(root, 'packages'))) {
    const folder = join(root, 'packages', name, 'src');
    for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      if (!path.endsWith('.ts')) continue;
      const text = readFileSync(join(folder, path), 'utf8');
      for (const place of PLACES) {
        for (const match of text.matchAll(place)) for (const code of match.slice(1)) found.add(code);
      }
      for (const [, list = ''] of text.matchAll(LISTS)) {
        for (const [, code = ''] of list.matchAll(/'([a-z0-9-]+)'/g)) found.add(code);
      }
    }
  }
  return [...found].sort();
}

function codesOnPage(): string[] {
  const page = readFileSync(join(root, 'docs/errors.md'), 'utf8');
  return [...page.matchAll(/^\| `([a-z0-9-]+)` +\|/gm)].map(([, code = '']) => code);
}

test('docs/errors.md explains every code that the sources can throw, and no other', () => {
  expect(codesOnPage().sort()).toEqual(codesInSources());
});

test('no code is explained twice', () => {
  expect(codesOnPage()).toHaveLength(new Set(codesOnPage()).size);
});
