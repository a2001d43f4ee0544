import type { ImapFlow } from 'imapflow';
import { sourceError } from './errors.ts';
import { imapActions, imapPlace } from './imap-actions.ts';
import { accountOf, type ImapAddress, imapLabel, matchFolders, parseImapAddress } from './imap-address.ts';
import { fetchGroup, groups, sizesOf } from './imap-fetch.ts';
import { type ImapAccount, type ImapSession, imapSession } from './imap-session.ts';
import type { MailSource, RawMessage, SourceOptions } from './source.ts';

/** How far a folder was read. */
type Position = {
  /** While it stays, a number means the same message (RFC 3501 §2.3.1.1). */
  readonly uidValidity: string;
  readonly lastUid: number;
  /** Numbers up to `lastUid` that the server would not hand out. */
  readonly retry: readonly number[];
};

/** Messages whose sizes are asked for at once. */
const UIDS_PER_LIST = 1000;
const MAX_RETRY = 1000;
/** A folder that is renumbered again and again while it is read is no folder. */
const MAX_RENUMBERINGS = 5;

export type ImapSources = { readonly sources: readonly MailSource[]; close(): Promise<void> };

/**
 * The folders that `imaps://user@host/FOLDER` names, over one connection. With a `*` the server is asked which there
 * are; one without is believed, and told by name when it is missing.
 */
export async function imapSources(
  label: string,
  accountFor: (address: ImapAddress) => ImapAccount,
  options: SourceOptions & { readonly signal?: AbortSignal },
): Promise<ImapSources> {
  const address = parseImapAddress(label);
  const limits = { maxMessageBytes: options.maxMessageBytes, signal: options.signal ?? null };
  const session = imapSession(address, accountFor(address), label, limits);
  try {
    const folders = await foldersOf(session, address.folder, label);
    return { sources: folders.map((folder) => imapSource(session, folder, options)), close: () => session.close() };
  } catch (error) {
    await session.close();
    throw error;
  }
}

async function foldersOf(session: ImapSession, pattern: string, label: string): Promise<readonly string[]> {
  const listed = await session.folders();
  const selectable = listed.filter(({ flags }) => !flags.has('\\Noselect') && !flags.has('\\NonExistent'));
  const found = matchFolders(pattern, selectable);
  if (found.length === 0) throw sourceError('source-folder-missing', label);
  return found;
}

/**
 * One folder, read by ascending UID up to what it holds when it is opened, without changing anything in it (EXAMINE,
 * BODY.PEEK). When UIDVALIDITY changes, all of it is read again; what is known by its content is not counted twice.
 */
function imapSource(session: ImapSession, folder: string, options: SourceOptions): MailSource {
  const name = `imap:${accountOf(session.address)}/${folder}`;
  const label = imapLabel(session.address, folder);
  let done = 0;
  let total: number | null = null;
  return {
    name,
    kind: 'imap',
    mailbox: imapActions(session, folder, options.maxMessageBytes),
    label,
    progress: () => ({ done, total }),
    notes: () => [],
    async *messages(memory) {
      let at = readPosition(memory.position);
      for (let renumberings = 0; renumberings < MAX_RENUMBERINGS; renumberings++) {
        const listed = await session.inFolder(folder, 'read', (client) => listUids(client, at));
        at = listed.at;
        done = 0;
        total = listed.uids.length;
        const reading = read(session, folder, listed, options);
        for (let next = await reading.next(); ; next = await reading.next()) {
          if (next.done === true) {
            if (next.value === 'whole') return;
            break; // it was renumbered: from the beginning
          }
          done = next.value.done;
          if (next.value.message !== null) yield next.value.message(label);
        }
      }
      throw sourceError('source-imap', label, new Error('its UIDVALIDITY changes all the time'));
    },
  };
}

type Listed = { readonly at: Position; readonly uids: readonly number[] };
type Step = { readonly done: number; readonly message: ((label: string) => RawMessage) | null };

/** What is there and was not read: first what failed before, then what is new. */
async function listUids(client: ImapFlow, before: Position | null): Promise<Listed> {
  if (client.mailbox === false) throw new Error('no folder is open');
  const uidValidity = String(client.mailbox.uidValidity);
  const at = before?.uidValidity === uidValidity ? before : { uidValidity, lastUid: 0, retry: [] };
  if (client.mailbox.exists === 0) return { at, uids: [] };
  const found = await client.search({ uid: `${at.lastUid + 1}:*` }, { uid: true });
  if (!Array.isArray(found)) throw new Error('the server would not list its messages');
  // N:* holds the last message also when its number is below N (RFC 3501 §6.4.8).
  const fresh = found.filter((uid) => uid > at.lastUid).sort((a, b) => a - b);
  return { at, uids: [...at.retry, ...fresh] };
}

async function* read(
  session: ImapSession,
  folder: string,
  { at: { uidValidity, lastUid, retry }, uids }: Listed,
  options: SourceOptions,
): AsyncGenerator<Step, 'whole' | 'renumbered'> {
  const failed = new Set(retry);
  let [last, done] = [lastUid, 0];
  for (let from = 0; from < uids.length; from += UIDS_PER_LIST) {
    const listed = uids.slice(from, from + UIDS_PER_LIST);
    const sizes = await inSame(session, folder, uidValidity, (client) => sizesOf(client, listed));
    if (sizes === 'renumbered') return sizes;
    const there = new Set(sizes.map(({ uid }) => uid));
    for (const uid of listed) if (!there.has(uid)) failed.delete(uid);
    for (const group of groups(sizes, options.maxMessageBytes)) {
      const found = await inSame(session, folder, uidValidity, (client) =>
        fetchGroup(client, group, options.maxMessageBytes),
      );
      if (found === 'renumbered') return found;
      for (const { uid, source, size, error } of found) {
        done++;
        if (error === null) failed.delete(uid);
        else failed.add(uid);
        last = Math.max(last, uid);
        const position: Position = { uidValidity, lastUid: last, retry: [...failed].slice(-MAX_RETRY) };
        const message = (label: string): RawMessage => ({
          bytes: source,
          place: imapPlace(label, uidValidity, uid),
          item: null,
          position: () => JSON.stringify(position),
          cutFromBytes: source.length >= options.maxMessageBytes && size > source.length ? size : null,
          error,
        });
        yield { done, message };
      }
    }
  }
  return 'whole';
}

/** 'renumbered' when the folder no longer has the numbers that we know. */
function inSame<T>(
  session: ImapSession,
  folder: string,
  uidValidity: string,
  work: (client: ImapFlow) => Promise<T>,
): Promise<T | 'renumbered'> {
  return session.inFolder(folder, 'read', async (client, open) =>
    String(open.uidValidity) === uidValidity ? work(client) : 'renumbered',
  );
}

/** Null for what another version wrote: the folder is then read again, and nothing is counted twice. */
function readPosition(text: string | null): Position | null {
  const read: unknown = text === null || !text.startsWith('{') ? null : JSON.parse(text);
  if (typeof read !== 'object' || read === null) return null;
  if (!('uidValidity' in read) || !('lastUid' in read) || !('retry' in read)) return null;
  const { uidValidity, lastUid, retry } = read;
  if (typeof uidValidity !== 'string' || typeof lastUid !== 'number' || !Array.isArray(retry)) return null;
  return { uidValidity, lastUid, retry: retry.filter((uid): uid is number => typeof uid === 'number') };
}
