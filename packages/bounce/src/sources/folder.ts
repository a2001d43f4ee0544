import { stat } from 'node:fs/promises';
import { relative } from 'node:path';
import { fileErrorCode, sourceError } from './errors.ts';
import { type FolderFiles, listFolderFiles } from './folder-files.ts';
import { cutItems, readItems } from './piece.ts';
import { inOrder, readFileHead } from './read-files.ts';
import type { MailSource, RawMessage, SourceNote, SourceOptions } from './source.ts';

/**
 * A folder of messages, one in a file: every `.eml` in it and below it, and every other file that surely is mail.
 * Hidden files and symbolic links are left out. Null when there is none.
 *
 * A folder below it that cannot be listed is one message with an error. A file is known by its name, size and time of change.
 */
export async function folderSource(path: string, realPath: string, options: SourceOptions): Promise<MailSource | null> {
  const files = await listFolderFiles(path);
  const { messages: paths, unreadable } = files;
  const [closed] = unreadable;
  if (paths.length === 0 && closed === undefined) return null;
  if (paths.length === 0 && closed !== undefined) throw sourceError('source-unreadable', path, new Error(closed.error));
  const notes = notesOn(files);
  let done = 0;
  let total: number | null = null;
  const keyed = async (): Promise<ReadonlyMap<string, string>> => {
    const keys = new Map<string, string>();
    for await (const { file, key } of inOrder(paths, (one) => keyOf(path, one))) keys.set(key, file);
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
        for (const { path: place, error } of unreadable) notes.push({ place, text: `cannot be read (${error})` });
        yield* cutItems(path, await memory.unread([...(await keyed()).keys()]), size);
      },
      read: (piece, memory) => readItems(source, piece, memory),
    },
    async *messages(memory) {
      const keys = await keyed();
      const unread = await memory.unread([...keys.keys()], unreadable.length === 0);
      total = unread.length;
      for await (const message of inOrder(unread, (key, turn) => read(keys.get(key) ?? '', key, options, turn))) {
        done++;
        yield message;
      }
      for (const { path: place, error } of unreadable) yield unreadableAt(place, null, error);
    },
  };
  return source;
}

function notesOn({ mailboxes, links }: FolderFiles): SourceNote[] {
  const notes = mailboxes.map((place) => ({ place, text: 'is an mbox; name it to have it read' }));
  const [link] = links;
  if (link === undefined) return notes;
  const others = links.length === 1 ? '' : `, nor are ${links.length - 1} more`;
  return [...notes, { place: link, text: `is a symbolic link, which is not followed${others}` }];
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
  try {
    const { bytes, sizeBytes } = await readFileHead(path, maxMessageBytes, turn);
    const cutFromBytes = sizeBytes > bytes.length ? sizeBytes : null;
    return { place: path, item, position: null, bytes, cutFromBytes, error: null };
  } catch (error) {
    if (fileErrorCode(error) === null || !(error instanceof Error)) throw error;
    return unreadableAt(path, item, error.message);
  }
}

/** `item`: null for a folder. */
function unreadableAt(place: string, item: string | null, error: string): RawMessage {
  return { place, item, position: null, bytes: Buffer.alloc(0), cutFromBytes: null, error };
}
