import { readdir, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { explainFileError, fileErrorCode } from './errors.ts';
import { HEAD_BYTES, isSurelyMail, lookAt } from './look.ts';
import { mboxSplitter } from './mbox-splitter.ts';
import { cutItems, readItems } from './piece.ts';
import { inOrder, readFileHead } from './read-files.ts';
import type { MailSource, RawMessage, SourceOptions } from './source.ts';

/** A larger file with a From_ line is taken for a mailbox without counting. */
const MAX_SINGLE_BYTES = 1 << 20;

/**
 * A folder of messages, one in a file: every `.eml` in it and below it, and every other file that surely is mail.
 * Hidden files are left out. Null when there is none.
 *
 * A file is known by its name, size and time of change.
 */
export async function folderSource(path: string, realPath: string, options: SourceOptions): Promise<MailSource | null> {
  const { files, mailboxes } = await list(path).catch((error: unknown) => {
    throw explainFileError(error, path);
  });
  if (files.length === 0) return null;
  const notes = mailboxes.map((place) => ({ place, text: 'is an mbox; name it to have it read' }));
  let done = 0;
  let total: number | null = null;
  const keyed = async (): Promise<ReadonlyMap<string, string>> => {
    const keys = new Map<string, string>();
    for await (const { file, key } of inOrder(files, (one) => keyOf(path, one))) keys.set(key, file);
    return keys;
  };
  const source: MailSource = {
    name: `folder:${realPath}`,
    kind: 'folder',
    label: path,
    progress: () => ({ done, total }),
    notes: () => notes,
    pieces: {
      async *cut(memory, size) {
        yield* cutItems(path, await memory.unread([...(await keyed()).keys()]), size);
      },
      read: (piece, memory) => readItems(source, piece, memory),
    },
    async *messages(memory) {
      const keys = await keyed();
      const unread = await memory.unread([...keys.keys()]);
      total = unread.length;
      for await (const message of inOrder(unread, (key, turn) => read(keys.get(key) ?? '', key, options, turn))) {
        done++;
        yield message;
      }
    },
  };
  return source;
}

type Found = { readonly files: string[]; readonly mailboxes: string[] };

async function list(folder: string, found: Found = { files: [], mailboxes: [] }): Promise<Found> {
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.name.startsWith('.')) continue;
    if (entry.isDirectory()) await list(path, found);
    else if (entry.isFile()) {
      const what = entry.name.endsWith('.eml') ? 'message' : await lookInto(path);
      if (what === 'message') found.files.push(path);
      if (what === 'mbox') found.mailboxes.push(path);
    }
  }
  return found;
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

async function keyOf(folder: string, file: string): Promise<{ readonly file: string; readonly key: string }> {
  const name = relative(folder, file);
  const found = await stat(file).catch(() => null);
  return { file, key: found === null ? name : `${name} ${found.size} ${Math.floor(found.mtimeMs)}` };
}

async function read(
  path: string,
  item: string,
  { maxMessageBytes }: SourceOptions,
  turn: Promise<void>,
): Promise<RawMessage> {
  const base = { place: path, item, position: null };
  try {
    const { bytes, sizeBytes } = await readFileHead(path, maxMessageBytes, turn);
    return { ...base, bytes, cutFromBytes: sizeBytes > bytes.length ? sizeBytes : null, error: null };
  } catch (error) {
    if (fileErrorCode(error) === null || !(error instanceof Error)) throw error;
    return { ...base, bytes: Buffer.alloc(0), cutFromBytes: null, error: error.message };
  }
}
