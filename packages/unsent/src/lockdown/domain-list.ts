import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { DomainName } from '@unsent/dns';
import type { Config } from '../config.ts';
import { errorFromSystem } from '../output/file-error.ts';
import { readDomain, usage } from './request.ts';

/** Where the domains of a run come from, besides the command line. */
export type ListFlags = { readonly file?: string; readonly allUnused?: boolean };

/** All domains of a run, each once, in the order given: arguments, then the file, then the configuration. */
export async function listDomains(
  args: readonly string[],
  flags: ListFlags,
  config: Config,
  cwd: string,
): Promise<readonly DomainName[]> {
  const fromFile = flags.file === undefined ? [] : await readList(resolve(cwd, flags.file));
  const unused = flags.allUnused === true ? config.domains.unused.map(({ name }) => name) : [];
  if (flags.allUnused === true && unused.length === 0) throw usage('the configuration calls no domain unused');
  return [...new Set([...args.map(readDomain), ...fromFile, ...unused])];
}

/** One domain a line; empty lines and what follows a `#` mean nothing. Throws `usage` that names a line it cannot read. */
async function readList(path: string): Promise<readonly DomainName[]> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw errorFromSystem(cause, 'read the list of domains', path) ?? cause;
  }
  return text.split('\n').flatMap((line, i) => {
    const word = line.replace(/#.*/, '').trim();
    if (word === '') return [];
    try {
      return [readDomain(word)];
    } catch {
      throw usage(`${path}, line ${i + 1}: "${word}" is no domain name`, 'Write one domain in each line.');
    }
  });
}
