import { chmod, chown, lstat, mkdir, open, rm, stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { dirname, resolve } from 'node:path';
import { UnsentError } from '@unsent/dns';
import { configPlaces } from '../config/places.ts';
import { errorFromSystem } from '../output/file-error.ts';
import type { Shell } from '../shell.ts';

/** Where the configuration is written; `isFound`: commands find it there by themselves. */
export type Place = { readonly path: string; readonly isFound: boolean };

const SYSTEM_FOLDER = '/etc/unsent';

/**
 * Where to write: `output`, else what --config or UNSENT_CONFIG names, else the place of root or of this user.
 *
 * Throws `file-exists` when a configuration is there or would win over the new one.
 */
export async function findPlace(shell: Shell, output: string | undefined): Promise<Place> {
  const { options, env, cwd } = shell;
  const places = configPlaces(options.config, env, cwd).map(({ path }) => path);
  const named = output === undefined ? null : resolve(cwd, output);
  const [first] = places;
  const own = userInfo().uid === 0 ? first : places.at(-1);
  const path = named ?? own ?? resolve(cwd, 'unsent.yaml');
  for (const taken of named === null ? places : [named]) if (await isThere(taken)) throw exists(taken);
  return { path, isFound: options.config === null && places.includes(path) };
}

/**
 * Writes a file that is not there yet, readable for its owner alone, and in /etc for its folder's group too, so that the
 * daemon can read it. Nothing is left behind when it cannot be written whole.
 */
export async function writeNew(path: string, text: string): Promise<void> {
  const isSystems = dirname(path) === SYSTEM_FOLDER;
  try {
    await mkdir(dirname(path), { recursive: true, mode: isSystems ? 0o755 : 0o700 });
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    } finally {
      await file.close();
    }
    if (!isSystems) return;
    await chown(path, -1, (await stat(dirname(path))).gid);
    await chmod(path, 0o640);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST' && (await isThere(path)))
      throw exists(path);
    throw errorFromSystem(cause, 'write the configuration', path) ?? cause;
  }
}

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

function exists(path: string): UnsentError {
  return new UnsentError('file-exists', {
    message: `There is a configuration already: ${path}. It was left as it is.`,
    hint: 'Change it by hand (unsent config check tells what is wrong), or write another one with --output FILE.',
    exitCode: 2,
  });
}
