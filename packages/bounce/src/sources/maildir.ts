import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { explainFileError, fileErrorCode } from './errors.ts';
import { maildirActions } from './maildir-actions.ts';
import { cutItems, readItems } from './piece.ts';
import { inOrder, readFileHead } from './read-files.ts';
import type { MailSource, RawMessage, SourceMemory, SourceOptions } from './source.ts';

/** A delivered message: `unique` never changes, the file (below the Maildir) is renamed when its flags do. */
type Delivered = { readonly unique: string; readonly file: string };

const FOLDERS = ['new', 'cur'] as const;
/** A change in the moment of the last one leaves the time of a folder as it is; this much later it does not. */
const CLOCK_STEP_MS = 2000;

/**
 * A Maildir: `new` and `cur`, never `tmp`. A message is known by its unique name, so that flags and the move from
 * `new` to `cur` change nothing. While neither folder has changed, their names are not even listed.
 */
export function maildirSource(path: string, realPath: string, options: SourceOptions): MailSource {
  let done = 0;
  let total: number | null = null;
  let end: string | null = null;
  const source: MailSource = {
    name: `maildir:${realPath}`,
    kind: 'maildir',
    mailbox: maildirActions(realPath, options.maxMessageBytes),
    label: path,
    progress: () => ({ done, total }),
    notes: () => [],
    endPosition: () => end,
    pieces: {
      async *cut(memory, size) {
        const unread = await listUnread(path, memory);
        yield* cutItems(
          path,
          unread.map(({ unique }) => unique),
          size,
        );
      },
      read: (piece, memory) => readItems(source, piece, memory),
    },
    async *messages(memory) {
      end = null;
      let isWhole = true;
      const stamp = await stampOf(path, options.now());
      const unread = stamp !== null && stamp === memory.position ? [] : await listUnread(path, memory);
      total = unread.length;
      for await (const message of inOrder(unread, (at, turn) => read(path, at, options, turn))) {
        done++;
        if (message === null) continue;
        if (message.error !== null) isWhole = false;
        yield message;
      }
      if (isWhole) end = stamp;
    },
  };
  return source;
}

/** Which folders they are and when a name in them changed last; null when that may be too recent to tell a change. */
async function stampOf(path: string, now: Date): Promise<string | null> {
  const found = await Promise.all(
    FOLDERS.map((folder) => stat(join(path, folder), { bigint: true }).catch(() => null)),
  );
  const isSettled = found.every((one) => one === null || now.getTime() - Number(one.mtimeMs) >= CLOCK_STEP_MS);
  return isSettled ? found.map((one) => (one === null ? '-' : `${one.ino}:${one.mtimeNs}`)).join(' ') : null;
}

async function listUnread(path: string, memory: SourceMemory): Promise<readonly Delivered[]> {
  const listed = await list(path).catch((error: unknown) => {
    throw explainFileError(error, path);
  });
  const unread = await memory.unread(listed.flatMap(({ names }) => names.map(uniqueOf)));
  if (unread.length === 0) return [];
  const wanted = new Set(unread);
  const found = new Map<string, Delivered>();
  for (const { folder, names } of listed) {
    for (const name of names) {
      const unique = uniqueOf(name);
      // Of a message that moved meanwhile, the file in `cur` is the later one.
      if (wanted.has(unique)) found.set(unique, { unique, file: `${folder}/${name}` });
    }
  }
  return [...found.values()].sort((a, b) => (a.unique < b.unique ? -1 : 1));
}

type Listed = { readonly folder: string; readonly names: readonly string[] };

/** `new` before `cur`: a message that moves meanwhile is then seen at least once. There may be a million names. */
async function list(path: string): Promise<readonly Listed[]> {
  const listed: Listed[] = [];
  for (const folder of FOLDERS) {
    const names = await readdir(join(path, folder)).catch((error: unknown) => {
      if (fileErrorCode(error) === 'ENOENT') return [];
      throw error;
    });
    listed.push({ folder, names: names.filter((name) => !name.startsWith('.')) });
  }
  return listed;
}

/** The name without its flags. */
function uniqueOf(name: string): string {
  const flags = name.indexOf(':');
  return flags === -1 ? name : name.slice(0, flags);
}

/** Null when the message is gone: its owner deleted it while we read. */
async function read(
  maildir: string,
  at: Delivered,
  options: SourceOptions,
  turn: Promise<void>,
): Promise<RawMessage | null> {
  try {
    return await readDelivered(maildir, at, options, turn);
  } catch (error) {
    if (fileErrorCode(error) !== 'ENOENT') return unreadable(maildir, at, error);
  }
  const files = (await list(maildir)).flatMap(({ folder, names }) => {
    const name = names.findLast((one) => uniqueOf(one) === at.unique);
    return name === undefined ? [] : [`${folder}/${name}`];
  });
  const file = files.at(-1);
  if (file === undefined) return null;
  const moved = { unique: at.unique, file };
  return readDelivered(maildir, moved, options, turn).catch((error: unknown) =>
    fileErrorCode(error) === 'ENOENT' ? null : unreadable(maildir, moved, error),
  );
}

async function readDelivered(
  maildir: string,
  { unique, file }: Delivered,
  { maxMessageBytes }: SourceOptions,
  turn: Promise<void>,
): Promise<RawMessage> {
  const path = join(maildir, file);
  const { bytes, sizeBytes } = await readFileHead(path, maxMessageBytes, turn);
  const cutFromBytes = sizeBytes > bytes.length ? sizeBytes : null;
  return { bytes, place: path, item: unique, position: null, cutFromBytes, error: null };
}

function unreadable(maildir: string, { unique, file }: Delivered, error: unknown): RawMessage {
  if (fileErrorCode(error) === null || !(error instanceof Error)) throw error;
  return {
    bytes: Buffer.alloc(0),
    place: join(maildir, file),
    item: unique,
    position: null,
    cutFromBytes: null,
    error: error.message,
  };
}
