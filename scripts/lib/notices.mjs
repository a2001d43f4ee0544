// The licences of the libraries that a bundle contains.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './run.mjs';

const LICENCE_FILE = /^(licen[cs]e|copying|notice)([.-].*)?$/i;

/** One text with name, version and licence of every library among `inputs` (paths from the root, as esbuild gives them). */
export function noticesFor(inputs) {
  const folders = [...new Set(inputs.map(folderOf).filter((folder) => folder !== null))];
  const libraries = folders.map(readLibrary).sort((a, b) => a.title.localeCompare(b.title, 'en'));
  const head = 'The file beside this one contains these libraries. Their licences:\n';
  return [head, ...libraries.map(({ title, text }) => `${'='.repeat(80)}\n${title}\n\n${text.trim()}\n`)].join('\n');
}

function folderOf(input) {
  return /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? null;
}

function readLibrary(folder) {
  const path = join(root, folder);
  const { name, version, license } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
  const files = readdirSync(path).filter((file) => LICENCE_FILE.test(file));
  const texts = files.map((file) => readFileSync(join(path, file), 'utf8'));
  return { title: `${name} ${version} (${license})`, text: texts.join('\n'), hasText: texts.length > 0 };
}
