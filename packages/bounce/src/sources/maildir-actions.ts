import { link, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { messageIdentity } from '../identity.ts';
import { fileErrorCode, sourceError } from './errors.ts';
import { findAmong, findMessage, uniqueOf } from './maildir-find.ts';
import { makeMaildir } from './maildir-folder.ts';
import { readFileHead } from './read-files.ts';
import type { ActionMailbox, ActionOutcome, MailAction, MessageAt } from './source.ts';

/** The letters of the flags behind `:2,`. */
const LETTERS: Readonly<Record<string, string>> = { flagged: 'F', seen: 'S', answered: 'R' };

/**
 * What can be done in the Maildir at `realPath`. Before a file is touched its content is compared; a message is moved by a
 * second link, so that nothing is ever overwritten and it is in one of the two places whenever we are ended.
 */
export function maildirActions(realPath: string, maxMessageBytes: number): ActionMailbox {
  const arrivals = new Map<string, Arrivals>();
  /** What bears another name since we flagged it. */
  const flagged = new Map<string, string>();
  const move = (from: string, to: string, message: MessageAt): Promise<ActionOutcome> => {
    const arrived = arrivals.get(to) ?? findAmong(to);
    arrivals.set(to, arrived);
    return moveBetween({ from, to, arrived }, message, maxMessageBytes);
  };
  return {
    source: realPath,
    isSame: (folder) => folderPath(realPath, folder) === realPath,
    check: (action) => check(realPath, action),
    act: (action, message) =>
      explained(async () => {
        const unique = uniqueOf(message.place);
        const now = { ...message, place: flagged.get(unique) ?? message.place };
        if (action.kind === 'move') return move(realPath, folderPath(realPath, action.folder) ?? '', now);
        const outcome = await change(realPath, action, now, maxMessageBytes);
        if (outcome.kind === 'done' && outcome.place !== null) flagged.set(unique, outcome.place);
        return outcome;
      }),
    moveBack: (folder, message, placeBefore) => {
      const place = message.place === '' ? placeBefore : message.place;
      const from = folderPath(realPath, folder) ?? '';
      return explained(() => move(from, realPath, { ...message, place }));
    },
  };
}

/** A Maildir++ folder beside or below the one at `path`; null for a name that none can have. */
function folderPath(path: string, folder: string): string | null {
  if (isAbsolute(folder)) return folder;
  const parts = folder.split('/');
  if (parts.some((part) => part === '' || part.startsWith('.') || part.includes('\0'))) return null;
  return folder.toUpperCase() === 'INBOX' ? topOf(path) : join(topOf(path), `.${parts.join('.')}`);
}

function topOf(path: string): string {
  return basename(path).startsWith('.') ? dirname(path) : path;
}

async function check(path: string, action: MailAction): Promise<void> {
  switch (action.kind) {
    case 'delete':
      return;
    case 'flag':
    case 'unflag':
      if (LETTERS[action.flag] !== undefined) return;
      throw sourceError('source-action', path, new Error(`a Maildir knows ${Object.keys(LETTERS).join(', ')} only`));
    case 'move': {
      const target = folderPath(path, action.folder);
      if (target === null)
        throw sourceError('source-action', path, new Error(`${action.folder} is no name of a folder`));
      await makeMaildir(target, topOf(path)).catch((error: unknown) => {
        throw sourceError('source-action', path, error);
      });
    }
  }
}

type Change = Exclude<MailAction, { readonly kind: 'move' }>;

async function change(maildir: string, action: Change, message: MessageAt, maxBytes: number): Promise<ActionOutcome> {
  const path = await findMessage(maildir, message.place);
  if (path === null) return { kind: 'gone' };
  if (!(await isStill(path, message.identity, maxBytes))) return { kind: 'changed' };
  if (action.kind === 'delete') {
    await unlink(path);
    return { kind: 'done', place: null };
  }
  return setFlag(maildir, path, LETTERS[action.flag] ?? '', action.kind === 'flag');
}

async function setFlag(maildir: string, path: string, letter: string, isOn: boolean): Promise<ActionOutcome> {
  const [unique = '', flags = ''] = basename(path).split(':2,');
  if (flags.includes(letter) === isOn) return { kind: 'already' };
  const rest = [...flags].filter((one) => one !== letter);
  // In the order of their letters, as the form of the names wants it.
  const place = join(maildir, 'cur', `${unique}:2,${[...rest, ...(isOn ? [letter] : [])].sort().join('')}`);
  await rename(path, place);
  return { kind: 'done', place };
}

type Arrivals = ReturnType<typeof findAmong>;
type Way = { readonly from: string; readonly to: string; readonly arrived: Arrivals };

async function moveBetween(
  { from, to, arrived: arrivals }: Way,
  { place, identity }: MessageAt,
  maxBytes: number,
): Promise<ActionOutcome> {
  const unique = uniqueOf(place);
  const [path, arrived] = [await findMessage(from, place), await arrivals.find(unique)];
  if (path === null) {
    // We were ended between the move and the note that it was done.
    if (arrived !== null && (await isStill(arrived, identity, maxBytes))) return { kind: 'done', place: arrived };
    return { kind: 'gone' };
  }
  if (!(await isStill(path, identity, maxBytes))) return { kind: 'changed' };
  const target = arrived ?? join(to, basename(dirname(path)), basename(path));
  if (arrived === null) await link(path, target);
  else if ((await stat(arrived)).ino !== (await stat(path)).ino) {
    return { kind: 'failed', why: `${arrived} is there already` };
  }
  await unlink(path);
  await arrivals.add(unique);
  return { kind: 'done', place: target };
}

async function isStill(path: string, identity: string, maxBytes: number): Promise<boolean> {
  const { bytes, sizeBytes } = await readFileHead(path, maxBytes);
  return messageIdentity(bytes, sizeBytes > bytes.length ? sizeBytes : null) === identity;
}

/** A file that goes away while we look is gone; what the system forbids is told. */
async function explained(work: () => Promise<ActionOutcome>): Promise<ActionOutcome> {
  try {
    return await work();
  } catch (error) {
    const code = fileErrorCode(error);
    if (code === null || !(error instanceof Error)) throw error;
    if (code === 'ENOENT') return { kind: 'gone' };
    return { kind: 'failed', why: code === 'EXDEV' ? 'the folder is on another file system' : error.message };
  }
}
