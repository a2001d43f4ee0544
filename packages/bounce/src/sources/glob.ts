import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { explainFileError, fileErrorCode, sourceError } from './errors.ts';

/**
 * The paths that `label` names: itself where it exists or holds no `*` and no `?`, else what it matches, without hidden
 * files, locks and named pipes, which nobody meant and which would be waited for. A mailbox that was rotated comes behind
 * the files it became, the oldest of them first.
 *
 * Throws `source-missing` when nothing matches.
 */
export async function expandPath(label: string): Promise<readonly string[]> {
  if (!/[*?]/.test(label) || (await exists(label))) return [label];
  const found = await matchBelow(label);
  if (found.length === 0) throw sourceError('source-missing', label);
  const kept: string[] = [];
  for (const path of found) if (!path.endsWith('.lock') && !(await isPipe(path))) kept.push(path);
  return kept.sort(byAge);
}

/** Matches the last part in every folder that the parts before it match. */
async function matchBelow(pattern: string): Promise<readonly string[]> {
  if (!/[*?]/.test(pattern)) return (await exists(pattern)) ? [pattern] : [];
  const parent = dirname(pattern);
  const name = pattern.slice(pattern.lastIndexOf('/') + 1);
  const wanted = new RegExp(`^${[...name].map(toExpression).join('')}$`, 's');
  const found: string[] = [];
  for (const folder of pattern.includes('/') ? await matchBelow(parent) : ['.']) {
    for (const entry of await namesIn(folder)) {
      if (wanted.test(entry) && (!entry.startsWith('.') || name.startsWith('.'))) {
        found.push(pattern.includes('/') ? join(folder, entry) : entry);
      }
    }
  }
  return found;
}

function toExpression(character: string): string {
  if (character === '*') return '.*';
  return character === '?' ? '.' : character.replace(/[\\^$.+()[\]{}|]/, '\\$&');
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch((error: unknown) => {
    if (['ENOENT', 'ENOTDIR'].includes(fileErrorCode(error) ?? '')) return [];
    throw explainFileError(error, folder);
  });
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function isPipe(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFIFO(),
    () => false,
  );
}

/** A file that logrotate or a mail program made of a mailbox: `mailbox.1`, `mailbox-20261123`, `mailbox.2.gz`. */
export type Rotated = { readonly mailbox: string; readonly number: number; readonly isDate: boolean };

/** Null for a name that no rotation makes. */
export function rotatedName(path: string): Rotated | null {
  const [, mailbox, digits] = /^(.*[^.-])[.-](\d{1,10})(?:\.(?:gz|zst))?$/.exec(path) ?? [];
  if (mailbox === undefined || digits === undefined) return null;
  return { mailbox, number: Number(digits), isDate: digits.length >= 8 };
}

/** Orders paths by mailbox, then the oldest file that it became first, and itself last. */
export function byAge(a: string, b: string): number {
  const [ageA, ageB] = [ageOf(a), ageOf(b)];
  if (ageA.mailbox !== ageB.mailbox) return ageA.mailbox < ageB.mailbox ? -1 : 1;
  return ageA.order - ageB.order || (a < b ? -1 : 1);
}

/** Dates count up to now, numbers down to it. */
function ageOf(path: string): { readonly mailbox: string; readonly order: number } {
  const rotated = rotatedName(path);
  if (rotated === null) return { mailbox: path, order: Number.MAX_SAFE_INTEGER };
  return { mailbox: rotated.mailbox, order: rotated.isDate ? rotated.number : -rotated.number };
}
