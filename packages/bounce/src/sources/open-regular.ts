import { constants, type Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/**
 * Opens a regular file for reading. What else bears its name fails with EISDIR or EFTYPE: whoever may write in a mailbox can put a
 * named pipe there, and to open one the usual way waits for a writer that never comes.
 */
export async function openRegular(path: string): Promise<{ readonly file: FileHandle; readonly found: Stats }> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const found = await file.stat();
    if (!found.isFile()) throw notRegular(path, found);
    return { file, found };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** In the words that Node has for an error of the file system. */
export function notRegular(path: string, found: Stats): Error {
  const [code, what] = found.isDirectory() ? ['EISDIR', 'a directory'] : ['EFTYPE', 'not a regular file'];
  return Object.assign(new Error(`${code}: ${what}, open '${path}'`), { code });
}
