import { execFile } from 'node:child_process';
import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

/** A user of this system and the groups it is in; `gid` is the one of its entry in passwd(5). */
export type UserIds = { readonly uid: number; readonly gid: number; readonly gids: ReadonlySet<number> };

const exec = promisify(execFile);

/** Null when there is no such user. */
export async function readUser(name: string): Promise<UserIds | null> {
  // A name that begins with a dash would be an option of id(1).
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(name)) return null;
  try {
    const { stdout: uid } = await exec('id', ['-u', name]);
    // The first of them is the one of passwd(5).
    const { stdout } = await exec('id', ['-G', name]);
    const gids = stdout.trim().split(/\s+/).map(Number);
    return { uid: Number(uid), gid: gids[0] ?? -1, gids: new Set(gids) };
  } catch {
    return null; // id(1) says by its exit code that there is no such user
  }
}

/** The number of a group; null when there is none. */
export async function readGroup(name: string): Promise<number | null> {
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(name)) return null;
  try {
    const { stdout } = await exec('getent', ['group', name]);
    return Number(stdout.split(':')[2]);
  } catch {
    return null; // getent(1) says so by its exit code
  }
}

export type Right = 'read' | 'write' | 'execute';

const BIT: Readonly<Record<Right, number>> = { read: 4, write: 2, execute: 1 };

/**
 * May this user do that with the file? Goes by owner, group and mode of it and of the folders above it, not by ACLs.
 * Null: yes; else the path that is in the way, which may be missing.
 */
export async function whatForbids(path: string, right: Right, user: UserIds): Promise<string | null> {
  const folders: string[] = [];
  for (let at = dirname(path); at !== dirname(at); at = dirname(at)) folders.unshift(at);
  for (const folder of folders) if (!(await grants(folder, 'execute', user))) return folder;
  return (await grants(path, right, user)) ? null : path;
}

async function grants(path: string, right: Right, { uid, gids }: UserIds): Promise<boolean> {
  const found: Stats | null = await stat(path).catch(() => null);
  if (found === null) return false;
  if (uid === 0) return true;
  const shift = found.uid === uid ? 6 : gids.has(found.gid) ? 3 : 0;
  return ((found.mode >> shift) & BIT[right]) !== 0;
}
