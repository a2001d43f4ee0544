import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { type DomainName, UnsentError } from '@unsent/dns';
import type { Config } from '../config.ts';
import { errorFromSystem } from '../output/file-error.ts';
import type { Shell } from '../shell.ts';
import { readDomain } from '../spf/input.ts';
import type { DomainRole } from './facts.ts';

/** A domain to look at, and what its owner says about it. */
export type AuditTarget = { readonly domain: DomainName; readonly role: DomainRole };

export type TargetFlags = { readonly file?: string; readonly all?: boolean };

/** The domains named on the command line, in the file, in the configuration, and `locked` by us; each once, in that order. */
export async function auditTargets(
  shell: Shell,
  given: readonly string[],
  flags: TargetFlags,
  locked: readonly DomainName[],
): Promise<readonly AuditTarget[]> {
  const config = await shell.config();
  const roles = rolesOf(config);
  const names = [
    ...given.map((name) => readDomain(name)),
    ...(flags.file === undefined ? [] : await readDomainFile(shell, flags.file)),
    ...(flags.all === true ? [...roles.keys(), ...locked] : []),
  ];
  if (names.length === 0) throw nothingToDo(flags, config);
  return [...new Set(names)].map((domain) => ({ domain, role: roles.get(domain) ?? 'unknown' }));
}

/** One domain a line; blank lines and what follows a `#` are skipped. Throws `usage` naming the line. */
function parseDomainList(source: string, name: string): readonly DomainName[] {
  return source.split('\n').flatMap((line, i) => {
    const word = (line.split('#')[0] ?? '').trim();
    return word === '' ? [] : [readDomain(word, `line ${i + 1} of ${name}`)];
  });
}

function rolesOf({ domains }: Config): ReadonlyMap<DomainName, DomainRole> {
  return new Map<DomainName, DomainRole>([
    ...domains.unused.map(({ name }) => [name, 'unused'] as const),
    ...domains.receiving.map(({ name }) => [name, 'receiving'] as const),
    ...domains.sending.map(({ name }) => [name, 'sending'] as const),
  ]);
}

async function readDomainFile(shell: Shell, path: string): Promise<readonly DomainName[]> {
  if (path === '-') return parseDomainList(await text(shell.stdin), 'standard input');
  try {
    return parseDomainList(await readFile(resolve(shell.cwd, path), 'utf8'), path);
  } catch (cause) {
    const known = cause instanceof UnsentError ? cause : errorFromSystem(cause, 'read', path);
    if (known === null) throw cause;
    throw new UnsentError(known.code, { message: known.message, exitCode: 2, cause });
  }
}

function nothingToDo({ all }: TargetFlags, config: Config): UnsentError {
  const message = all === true ? `${config.path ?? 'the configuration'} names no domains` : 'no domain to look at';
  return new UnsentError('usage', { message, hint: 'Name domains, or use --file FILE or --all.', exitCode: 2 });
}
