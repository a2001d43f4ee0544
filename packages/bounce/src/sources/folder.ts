import { readdir, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { explainFileError, fileErrorCode } from './errors.ts';
import { HEAD_BYTES, isSurelyMail } from './look.ts';
import { inOrder, readFileHead } from './read-files.ts';
import type { MailSource, RawMessage, SourceOptions } from './source.ts';

/**
 * A folder of messages, one in a file: every `.eml` in it and below it, and every other file that surely is mail.
 * Hidden files are left out. Null when there is none.
 *
 * A file is known by its name, size and time of change.
 */
export async function folderSource(path: string, realPath: string, options: SourceOptions): Promise<MailSource | null> {
  const files = await list(path).catch((error: unknown) => {
    throw explainFileError(error, path);
  });
  if (files.length === 0) return null;
  let done = 0;
  let total: number | null = null;
  return {
    name: `folder:${realPath}`,
    kind: 'folder',
    label: path,
    progress: () => ({ done, total }),
    notes: () => [],
    async *messages(memory) {
      const keys = new Map<string, string>();
      for await (const { file, key } of inOrder(files, (one) => keyOf(path, one))) keys.set(key, file);
      const unread = await memory.unread([...keys.keys()]);
      total = unread.length;
      for await (const message of inOrder(unread, (key) => read(keys.get(key) ?? '', key, options))) {
        done++;
        yield message;
      }
    },
  };
}

async function list(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.name.startsWith('.')) continue;
    if (entry.isDirectory()) found.push(...(await list(path)));
    else if (entry.isFile() && (entry.name.endsWith('.eml') || (await isMailFile(path)))) found.push(path);
  }
  return found;
}

async function isMailFile(path: string): Promise<boolean> {
  try {
    return isSurelyMail((await readFileHead(path, HEAD_BYTES)).bytes);
  } catch (error) {
    if (fileErrorCode(error) === null) throw error;
    return false; // an unreadable file that nobody called mail
  }
}

async function keyOf(folder: string, file: string): Promise<{ readonly file: string; readonly key: string }> {
  const name = relative(folder, file);
  const found = await stat(file).catch(() => null);
  return { file, key: found === null ? name : `${name} ${found.size} ${Math.floor(found.mtimeMs)}` };
}

async function read(path: string, item: string, { maxMessageBytes }: SourceOptions): Promise<RawMessage> {
  const base = { place: path, item, position: null };
  try {
    const { bytes, sizeBytes } = await readFileHead(path, maxMessageBytes);
    return { ...base, bytes, cutFromBytes: sizeBytes > bytes.length ? sizeBytes : null, error: null };
  } catch (error) {
    if (fileErrorCode(error) === null || !(error instanceof Error)) throw error;
    return { ...base, bytes: Buffer.alloc(0), cutFromBytes: null, error: error.message };
  }
}
