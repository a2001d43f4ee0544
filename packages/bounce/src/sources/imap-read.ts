import type { ImapFlow } from 'imapflow';
import { imapPlace } from './imap-actions.ts';
import { fetchGroup, groups, sizesOf } from './imap-fetch.ts';
import type { ImapSession } from './imap-session.ts';
import type { RawMessage, SourceOptions } from './source.ts';

/** How far a folder was read. */
export type ImapPosition = {
  /** While it stays, a number means the same message (RFC 3501 §2.3.1.1). */
  readonly uidValidity: string;
  readonly lastUid: number;
  /** Numbers up to `lastUid` that the server would not hand out. */
  readonly retry: readonly number[];
};

/** Messages whose sizes are asked for at once. */
const UIDS_PER_LIST = 1000;
const MAX_RETRY = 1000;
export type Listed = { readonly at: ImapPosition; readonly uids: readonly number[] };
type Step = { readonly done: number; readonly message: ((label: string) => RawMessage) | null };

/** What is there and was not read, up to `lastUid`: first what failed before, then what is new. */
export async function listUids(
  client: ImapFlow,
  before: ImapPosition | null,
  lastUid: number | '*' = '*',
): Promise<Listed> {
  if (client.mailbox === false) throw new Error('no folder is open');
  const uidValidity = String(client.mailbox.uidValidity);
  const at = before?.uidValidity === uidValidity ? before : { uidValidity, lastUid: 0, retry: [] };
  if (client.mailbox.exists === 0) return { at, uids: [] };
  const found = await client.search({ uid: `${at.lastUid + 1}:${lastUid}` }, { uid: true });
  if (!Array.isArray(found)) throw new Error('the server would not list its messages');
  // N:* holds the last message also when its number is below N (RFC 3501 §6.4.8).
  const fresh = found.filter((uid) => uid > at.lastUid).sort((a, b) => a - b);
  return { at, uids: [...at.retry, ...fresh] };
}

/** The messages with these numbers; ends early when the folder is numbered anew. */
export async function* readUids(
  session: ImapSession,
  folder: string,
  { at: { uidValidity, lastUid, retry }, uids }: Listed,
  options: SourceOptions,
): AsyncGenerator<Step, 'whole' | 'renumbered'> {
  const failed = new Set(retry);
  let [last, done] = [lastUid, 0];
  let position: ImapPosition = { uidValidity, lastUid, retry };
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
        // With more than can be remembered the position stays: what is not remembered must lie behind it.
        if (failed.size <= MAX_RETRY) position = { uidValidity, lastUid: last, retry: [...failed] };
        const reached = position;
        const message = (label: string): RawMessage => ({
          bytes: source,
          place: imapPlace(label, uidValidity, uid),
          item: null,
          position: () => JSON.stringify(reached),
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

/** A stored position; null for what another version wrote: the folder is then read again, and nothing is counted twice. */
export function readImapPosition(text: string | null): ImapPosition | null {
  const read: unknown = text === null || !text.startsWith('{') ? null : JSON.parse(text);
  if (typeof read !== 'object' || read === null) return null;
  if (!('uidValidity' in read) || !('lastUid' in read) || !('retry' in read)) return null;
  const { uidValidity, lastUid, retry } = read;
  if (typeof uidValidity !== 'string' || typeof lastUid !== 'number' || !Array.isArray(retry)) return null;
  return { uidValidity, lastUid, retry: retry.filter((uid): uid is number => typeof uid === 'number') };
}
