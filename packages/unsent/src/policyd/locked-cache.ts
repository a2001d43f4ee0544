import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type LockedTable, tableOf } from './locked-table.ts';

/** Where the last known list of a database is kept: `place` is part of the name, so that lists are never mixed up. */
export function lockedCachePath(folder: string, place: string): string {
  const key = createHash('sha256').update(place).digest('hex').slice(0, 12);
  return join(folder, `locked-${key}.cache`);
}

/** `revision`: of the database, when the list was read. */
type Header = { readonly format: 1; readonly revision: number; readonly count: number; readonly bytes: number };

export type NameChange = { readonly name: string; readonly lockedAtMs: number | null };

/** Writes the list, readable by its owner alone; whole or not at all. Changes that followed an older one are void. */
export async function writeLockedCache(path: string, table: LockedTable, revision: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const header: Header = { format: 1, revision, count: table.count, bytes: table.names.length };
  const parts = [table.starts, table.lockedAtMs, table.names].map(({ buffer, byteOffset, byteLength }) =>
    Buffer.from(buffer, byteOffset, byteLength),
  );
  await writeWhole(path, Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), ...parts, digestOf(parts)]));
}

/** Writes all that changed since the list was read: a few names, where the list itself may hold a million. */
export async function writeLockedChanges(
  path: string,
  revision: number,
  changes: readonly NameChange[],
): Promise<void> {
  await writeWhole(changesPath(path), Buffer.from(JSON.stringify({ revision, changes })));
}

/** The list as it was last written with the changes after it; null when there is none, or it is not whole. */
export async function readLockedCache(
  path: string,
): Promise<{ readonly table: LockedTable; readonly changes: readonly NameChange[] } | null> {
  const found = await readTable(path);
  if (found === null) return null;
  const text = await readFile(changesPath(path), 'utf8').catch(() => 'null');
  const later: { readonly revision: number; readonly changes: readonly NameChange[] } | null = parsed(text);
  return { table: found.table, changes: later?.revision === found.revision ? later.changes : [] };
}

function changesPath(path: string): string {
  return `${path}.changes`;
}

/** Cut off by a crash: as if there were none. */
function parsed<T>(text: string): T | null {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

async function writeWhole(path: string, content: Buffer): Promise<void> {
  const unfinished = `${path}.${process.pid}`;
  const file = await open(unfinished, 'w', 0o600);
  try {
    await file.writeFile(content);
  } finally {
    await file.close();
  }
  await rename(unfinished, path);
}

async function readTable(path: string): Promise<{ readonly table: LockedTable; readonly revision: number } | null> {
  const content = await readFile(path).catch(() => null);
  const end = content?.indexOf('\n') ?? -1;
  if (content === null || end === -1) return null;
  const { format, revision, count, bytes } = readHeader(content.toString('latin1', 0, end));
  const parts = split(content.subarray(end + 1), [(count + 1) * 4, count * 8, bytes, 32]);
  if (format !== 1 || parts === null) return null;
  const [starts, lockedAtMs, names, digest] = parts;
  if (starts === undefined || lockedAtMs === undefined || names === undefined || digest === undefined) return null;
  if (!digestOf([starts, lockedAtMs, names]).equals(digest)) return null;
  const table = tableOf(
    new Uint8Array(copyOf(names)),
    new Uint32Array(copyOf(starts)),
    new Float64Array(copyOf(lockedAtMs)),
  );
  return { table, revision };
}

function readHeader(line: string): Omit<Header, 'format'> & { readonly format: number } {
  const match = /^\{"format":(\d+),"revision":(\d+),"count":(\d{1,9}),"bytes":(\d{1,10})\}$/.exec(line);
  const [format = 0, revision = 0, count = 0, bytes = 0] = match === null ? [] : match.slice(1).map(Number);
  return { format, revision, count, bytes };
}

/** Null when the lengths are not exactly those. */
function split(content: Buffer, lengths: readonly number[]): Buffer[] | null {
  if (content.length !== lengths.reduce((sum, length) => sum + length, 0)) return null;
  let end = 0;
  return lengths.map((length) => {
    end += length;
    return content.subarray(end - length, end);
  });
}

/** A buffer of its own: the arrays want their bytes aligned. */
function copyOf(part: Buffer): ArrayBuffer {
  const copy = new ArrayBuffer(part.length);
  new Uint8Array(copy).set(part);
  return copy;
}

function digestOf(parts: readonly Buffer[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}
