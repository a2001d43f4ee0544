import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const page = readFileSync(`${root}docs/dependencies.md`, 'utf8');

type Manifest = Readonly<Record<string, Readonly<Record<string, string>> | undefined>>;

const manifests = ['', ...readdirSync(`${root}packages`).map((name) => `packages/${name}/`)].map(
  (folder): Manifest => JSON.parse(readFileSync(`${root}${folder}package.json`, 'utf8')),
);

function named(...fields: readonly string[]): readonly string[] {
  const names = manifests.flatMap((manifest) => fields.flatMap((field) => Object.keys(manifest[field] ?? {})));
  return [...new Set(names)].filter((name) => !name.startsWith('@unsent/')).sort();
}

test('docs/dependencies.md has a row for each library that is installed with a package, and for no other', () => {
  const [, table = ''] = page.split('|---|---|---|---|---|---|---|\n');
  const rows = table
    .split('\n\n', 1)[0]
    ?.split('\n')
    .map((line) => line.split(' | ', 1)[0]?.replace('| ', ''));
  expect(rows?.sort()).toEqual(named('dependencies', 'peerDependencies'));
});

test('it names what only development needs', () => {
  const [, paragraph = ''] = page.split('Only development:');
  const inTable = named('dependencies', 'peerDependencies');
  const others = named('devDependencies').filter((name) => !inTable.includes(name) && !name.startsWith('@types/'));
  const words = paragraph.toLowerCase().split(/[\s,;:.]+/);
  // A tool and what belongs to it count as one: oxlint-tsgolint, @vitest/coverage-v8, @biomejs/biome.
  const isNamed = (name: string): boolean =>
    words.some(
      (word) =>
        word === name || name.startsWith(`${word}-`) || name.startsWith(`@${word}/`) || name.endsWith(`/${word}`),
    );
  expect(others.filter((name) => !isNamed(name))).toEqual([]);
});
