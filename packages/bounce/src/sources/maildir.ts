import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { explainFileError, fileErrorCode } from './errors.ts';
import { maildirActions } from './maildir-actions.ts';
import { inOrder, readFileHead } from './read-files.ts';
import type { MailSource, RawMessage, SourceOptions } from './source.ts';

/** A delivered message: `unique` never changes, the file is renamed when its flags do. */
type Delivered = { readonly unique: string; readonly path: string };

/**
 * A Maildir: `new` and `cur`, never `tmp`. A message is known by its unique name, so that flags and the move from
 * `new` to `cur` change nothing.
 */
export function maildirSource(path: string, realPath: string, options: SourceOptions): MailSource {
  let done = 0;
  let total: number | null = null;
  return {
    name: `maildir:${realPath}`,
    kind: 'maildir',
    mailbox: maildirActions(realPath, options.maxMessageBytes),
    label: path,
    progress: () => ({ done, total }),
    notes: () => [],
    async *messages(memory) {
      const delivered = await list(path).catch((error: unknown) => {
        throw explainFileError(error, path);
      });
      const unread = await memory.unread([...delivered.keys()].sort());
      total = unread.length;
      for await (const message of inOrder(unread, (unique, turn) => read(path, delivered.get(unique), options, turn))) {
        done++;
        if (message !== null) yield message;
      }
    },
  };
}

/** `new` before `cur`: a message that moves meanwhile is then seen at least once. */
async function list(path: string): Promise<Map<string, Delivered>> {
  const found = new Map<string, Delivered>();
  for (const folder of ['new', 'cur']) {
    const names = await readdir(join(path, folder)).catch((error: unknown) => {
      if (fileErrorCode(error) === 'ENOENT') return [];
      throw error;
    });
    for (const name of names) {
      if (name.startsWith('.')) continue;
      const unique = name.split(':', 1)[0] ?? name;
      found.set(unique, { unique, path: join(path, folder, name) });
    }
  }
  return found;
}

/** Null when the message is gone: its owner deleted it while we read. */
async function read(
  maildir: string,
  at: Delivered | undefined,
  options: SourceOptions,
  turn: Promise<void>,
): Promise<RawMessage | null> {
  if (at === undefined) return null;
  try {
    return await readDelivered(at, options, turn);
  } catch (error) {
    if (fileErrorCode(error) !== 'ENOENT') return unreadable(at, error);
  }
  const moved = (await list(maildir)).get(at.unique);
  if (moved === undefined) return null;
  return readDelivered(moved, options, turn).catch((error: unknown) =>
    fileErrorCode(error) === 'ENOENT' ? null : unreadable(moved, error),
  );
}

async function readDelivered(
  { unique, path }: Delivered,
  { maxMessageBytes }: SourceOptions,
  turn: Promise<void>,
): Promise<RawMessage> {
  const { bytes, sizeBytes } = await readFileHead(path, maxMessageBytes, turn);
  const cutFromBytes = sizeBytes > bytes.length ? sizeBytes : null;
  return { bytes, place: path, item: unique, position: null, cutFromBytes, error: null };
}

function unreadable({ unique, path }: Delivered, error: unknown): RawMessage {
  if (fileErrorCode(error) === null || !(error instanceof Error)) throw error;
  return {
    bytes: Buffer.alloc(0),
    place: path,
    item: unique,
    position: null,
    cutFromBytes: null,
    error: error.message,
  };
}
