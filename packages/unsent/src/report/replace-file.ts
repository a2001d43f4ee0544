import { randomBytes } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import { errorFromSystem } from '../output/file-error.ts';

/**
 * Writes a file that only its owner may read (it names mail and people), whole or not at all. Throws a `file-…` error
 * that names the path.
 */
export async function replaceFile(path: string, content: string): Promise<void> {
  const unfinished = `${path}.${randomBytes(6).toString('hex')}.part`;
  try {
    await writeFile(unfinished, content, { mode: 0o600, flag: 'wx' });
    await rename(unfinished, path);
  } catch (cause) {
    await rm(unfinished, { force: true });
    throw errorFromSystem(cause, 'write', path) ?? cause;
  }
}
