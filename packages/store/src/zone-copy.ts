import { chmod, mkdir, open, readFile, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { UnsentError } from '@unsent/dns';

/**
 * Writes the copy of a zone to `folder` (made when missing) as `ID.zone`, for its owner alone.
 *
 * A copy is the last way back, and the entry it belongs to may be lost with its database: an older one of that name is
 * never written over, and the new one becomes `ID-2.zone`, `ID-3.zone` and so on. It is whole and on the disk when this
 * resolves. Rejects with `journal-copy-failed` when it could not be written.
 */
export async function writeZoneCopy(folder: string, id: string, content: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const path = await claimName(folder, id, content);
    if (path !== null) await writeWhole(path, content);
    await syncFolder(folder);
  } catch (cause) {
    throw new UnsentError('journal-copy-failed', {
      message: `The copy of the zone could not be written to ${folder}, so nothing was changed in DNS.`,
      hint: 'Make the folder writable, or make room on its disk.',
      cause,
    });
  }
}

/** Makes an empty file, so that nobody else takes its name; null when this very copy is there already. */
async function claimName(folder: string, id: string, content: string): Promise<string | null> {
  for (let number = 1; ; number++) {
    const path = join(folder, number === 1 ? `${id}.zone` : `${id}-${number}.zone`);
    try {
      await (await open(path, 'wx', 0o600)).close();
      return path;
    } catch (error) {
      if (!isTaken(error)) throw error;
    }
    // An entry that is begun again after its transaction was lost.
    if ((await readFile(path, 'utf8').catch(() => null)) === content) return null;
  }
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}

async function writeWhole(path: string, content: string): Promise<void> {
  const part = `${path}.part`;
  try {
    const file = await open(part, 'w', 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await chmod(part, 0o600);
    await rename(part, path);
  } catch (error) {
    await unlink(path).catch(() => undefined); // an empty file is no copy
    throw error;
  }
}

async function syncFolder(folder: string): Promise<void> {
  const directory = await open(folder, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
