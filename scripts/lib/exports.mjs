import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './run.mjs';

/** What a package exports: `{ name, isType, says }`, `says` being the first sentence of its doc comment or ''. */
export function exportsOf(name) {
  const index = `packages/${name}/src/index.ts`;
  const text = readFileSync(`${root}${index}`, 'utf8').replace(/\/\/.*/g, '');
  return [...text.matchAll(/export (type )?\{([^}]*)\} from '([^']+)'/g)].flatMap(([, type, names, path]) => {
    const source = readFileSync(`${root}${join(dirname(index), path)}`, 'utf8');
    return names
      .split(',')
      .map((one) => one.trim())
      .filter((one) => one !== '')
      .map((one) => ({ isType: type !== undefined || one.startsWith('type '), name: one.replace(/^type /, '') }))
      .map((one) => ({ ...one, says: sentenceOf(source, one.name) }));
  });
}

function sentenceOf(source, name) {
  const declared = new RegExp(`/\\*\\*((?:(?!\\*/)[\\s\\S])*)\\*/\\nexport (?:async |declare )?\\w+ ${name}\\b`).exec(
    source,
  );
  const text = (declared?.[1] ?? '').replace(/\n\s*\* ?/g, '\n').trim();
  const paragraph = (text.split(/\n\s*\n/)[0] ?? '').replace(/\s+/g, ' ');
  return (/^.*?[.;:](?= |$)/.exec(paragraph)?.[0] ?? paragraph).replace(/[;:]$/, '.').replaceAll('|', '\\|');
}

/** The table of a package's page. */
export function exportTable(name) {
  const rows = exportsOf(name).sort((a, b) => (a.isType === b.isType ? (a.name < b.name ? -1 : 1) : a.isType ? 1 : -1));
  return `| | what |\n|---|---|\n${rows.map(({ isType, name: called, says }) => `| \`${called}\`${isType ? ' (type)' : ''} | ${says} |\n`).join('')}`;
}
