import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { explainFileError, fileErrorCode } from './errors.ts';
import { HEAD_BYTES, isSurelyMail, lookAt } from './look.ts';
import { mboxSplitter } from './mbox-splitter.ts';
import { readFileHead } from './read-files.ts';

/** A larger file with a From_ line is taken for a mailbox without counting. */
const MAX_SINGLE_BYTES = 1 << 20;

/** What is in a folder of messages and below it, each in the order of its path. */
export type FolderFiles = {
  readonly messages: readonly string[];
  readonly mailboxes: readonly string[];
  /** Symbolic links. Where one leads may be none of the folder's business, so that none is followed. */
  readonly links: readonly string[];
  /** Folders below it that could not be listed. */
  readonly unreadable: readonly { readonly path: string; readonly error: string }[];
};

/** Lists every `.eml` and every other file that surely is mail. Throws a `source-` error when `folder` itself cannot be listed. */
export async function listFolderFiles(folder: string): Promise<FolderFiles> {
  const found: Found = { messages: [], mailboxes: [], links: [], unreadable: [] };
  try {
    await list(folder, found);
  } catch (error) {
    throw explainFileError(error, folder);
  }
  return found;
}

type Found = { readonly [K in keyof FolderFiles]: FolderFiles[K][number][] };

async function list(folder: string, found: Found): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.name.startsWith('.')) continue;
    if (entry.isDirectory()) await listBelow(path, found);
    else if (entry.isSymbolicLink()) found.links.push(path);
    else if (entry.isFile()) {
      const what = entry.name.endsWith('.eml') ? 'message' : await lookInto(path);
      if (what === 'message') found.messages.push(path);
      if (what === 'mbox') found.mailboxes.push(path);
    }
  }
}

async function listBelow(folder: string, found: Found): Promise<void> {
  try {
    await list(folder, found);
  } catch (error) {
    const code = fileErrorCode(error);
    if (code === null || !(error instanceof Error)) throw error;
    if (code !== 'ENOENT') found.unreadable.push({ path: folder, error: error.message }); // else it went away meanwhile
  }
}

/** A file that begins with a From_ line and holds one message only is that message, saved by a mailbox program. */
async function lookInto(path: string): Promise<'message' | 'mbox' | 'other'> {
  try {
    const { bytes, sizeBytes } = await readFileHead(path, HEAD_BYTES);
    if (lookAt(bytes) !== 'mbox') return isSurelyMail(bytes) ? 'message' : 'other';
    if (sizeBytes > MAX_SINGLE_BYTES) return 'mbox';
    const splitter = mboxSplitter({ maxMessageBytes: MAX_SINGLE_BYTES, offset: 0, lengthTrust: 0 });
    const pieces = [...splitter.push((await readFileHead(path, MAX_SINGLE_BYTES)).bytes), ...splitter.end()];
    return pieces.length === 1 ? 'message' : 'mbox';
  } catch (error) {
    if (fileErrorCode(error) === null) throw error;
    return 'other'; // an unreadable file that nobody called mail
  }
}
