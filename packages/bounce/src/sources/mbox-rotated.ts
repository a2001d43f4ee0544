import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { byAge, rotatedName } from './glob.ts';
import { HEAD_BYTES } from './look.ts';
import { beginsAlike, type Opened, openMbox, type Resumed, resume } from './mbox-position.ts';
import { packedName, readPackedPosition } from './packed-position.ts';
import { readFileHead } from './read-files.ts';
import type { SourceMemory } from './source.ts';
import { type Packing, packingOf, unpack } from './unpack.ts';

/** Files that a mailbox became, the oldest first. */
export type RotatedFiles = {
  /** The first holds the position that was reached, or would if it were not packed; those behind it came after it. */
  readonly plain: readonly Opened[];
  /** Packed ones of the same age, which were not read to their end. */
  readonly packed: readonly string[];
};

/**
 * What the mailbox at `path` was renamed to since the position `remembered` was reached, told by that position. Nothing
 * where no file beside it holds it: it was rewritten, or that file is gone. The caller closes what is open.
 */
export async function rotatedSince(path: string, memory: SourceMemory): Promise<RotatedFiles> {
  const files = await rotatedBeside(path);
  // The youngest is the one that it most likely is in.
  const holder = await findLast(files, (file) => holds(file, memory.position ?? ''));
  if (memory.position === null || holder === null) return { plain: [], packed: [] };
  const { isDate } = holder;
  const since = files.slice(files.indexOf(holder)).filter((file) => file.isDate === isDate);
  const packed: string[] = [];
  for (const { at, packing } of since) if (packing !== null && !(await wasRead(at, memory))) packed.push(at);
  return { plain: await openAll(since.filter(({ packing }) => packing === null)), packed };
}

/** All at once: while the first is read, the next rotation may rename the others. One that cannot be opened is not passed over. */
async function openAll(files: readonly Beside[]): Promise<readonly Opened[]> {
  const opened: Opened[] = [];
  try {
    for (const { at } of files) opened.push(await openMbox(at));
  } catch (error) {
    for (const { file } of opened) await file.close();
    throw error;
  }
  return opened;
}

type Beside = { readonly at: string; readonly isDate: boolean; readonly packing: Packing | null };

async function rotatedBeside(path: string): Promise<readonly Beside[]> {
  const [folder, name] = [dirname(path), basename(path)];
  const entries = (await readdir(folder)).filter((entry) => entry !== name && rotatedName(entry)?.mailbox === name);
  const files: Beside[] = [];
  for (const entry of entries.sort(byAge)) {
    const at = join(folder, entry);
    const head = await readFileHead(at, HEAD_BYTES).catch(() => null);
    const isDate = rotatedName(entry)?.isDate === true;
    if (head !== null) files.push({ at, isDate, packing: packingOf(head.bytes) });
  }
  return files;
}

async function findLast<T>(all: readonly T[], isIt: (one: T) => Promise<boolean>): Promise<T | null> {
  for (const one of all.toReversed()) if (await isIt(one)) return one;
  return null;
}

async function holds({ at, packing }: Beside, remembered: string): Promise<boolean> {
  if (packing !== null) return beginsAlike(await unpackedHead(at, packing), remembered);
  const opened = await openMbox(at).catch(() => null);
  if (opened === null) return false;
  try {
    return (await resume(opened, remembered)) !== null;
  } finally {
    await opened.file.close();
  }
}

/** Nothing of one that is damaged. */
async function unpackedHead(path: string, packing: Packing): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of unpack(path, packing, path)) {
      chunks.push(chunk);
      length += chunk.length;
      if (length >= HEAD_BYTES) break;
    }
  } catch {
    return Buffer.alloc(0);
  }
  return Buffer.concat(chunks);
}

/** Also when it was named itself, as by a pattern. */
async function wasRead(packed: string, memory: SourceMemory): Promise<boolean> {
  const { name } = await packedName(packed);
  return readPackedPosition(await memory.positionOf(name)).isWhole;
}

/** For a file that was a mailbox until it was rotated: the position that was reached when it had its earlier name. */
export async function inheritedPosition(
  opened: Opened,
  realPath: string,
  memory: SourceMemory,
): Promise<{ readonly text: string; readonly position: Resumed } | null> {
  const rotated = rotatedName(realPath);
  if (rotated === null) return null;
  const { mailbox, number, isDate } = rotated;
  const names = isDate || number <= 1 ? [mailbox] : [`${mailbox}.${number - 1}`, mailbox];
  for (const name of names) {
    const text = await memory.positionOf(`mbox:${name}`);
    const position = await resume(opened, text);
    if (text !== null && position !== null) return { text, position };
  }
  return null;
}
