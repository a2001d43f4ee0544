import { lstat, readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileErrorCode } from './errors.ts';

/** The name of a message without its flags, which never changes. */
export function uniqueOf(place: string): string {
  return basename(place).split(':', 1)[0] ?? '';
}

/**
 * Where in a Maildir the message is that was at `place`; null when it is not there any more. Flags and the move from new to
 * cur change its name; only then are the folders listed.
 */
export async function findMessage(maildir: string, place: string): Promise<string | null> {
  const folder = basename(dirname(place));
  const there = join(maildir, folder, basename(place));
  if ((folder === 'new' || folder === 'cur') && (await isThere(there))) return there;
  return findUnique(maildir, uniqueOf(place));
}

/** The same in a Maildir in which it is not expected: its names are listed once, and again for one that is among them. */
export function findAmong(maildir: string) {
  let uniques: Promise<Set<string>> | null = null;
  const listed = (): Promise<Set<string>> => {
    uniques ??= listUniques(maildir);
    return uniques;
  };
  return {
    async find(unique: string): Promise<string | null> {
      return (await listed()).has(unique) ? findUnique(maildir, unique) : null;
    },
    async add(unique: string): Promise<void> {
      (await listed()).add(unique);
    },
  };
}

async function listUniques(maildir: string): Promise<Set<string>> {
  const uniques = new Set<string>();
  for (const folder of ['new', 'cur']) for (const name of await namesIn(maildir, folder)) uniques.add(uniqueOf(name));
  return uniques;
}

async function findUnique(maildir: string, unique: string): Promise<string | null> {
  for (const folder of ['new', 'cur', 'new']) {
    const name = (await namesIn(maildir, folder)).find((one) => uniqueOf(one) === unique);
    if (name !== undefined) return join(maildir, folder, name);
  }
  return null;
}

async function namesIn(maildir: string, folder: string): Promise<readonly string[]> {
  return readdir(join(maildir, folder)).catch((error: unknown) => {
    if (fileErrorCode(error) === 'ENOENT') return [];
    throw error;
  });
}

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
