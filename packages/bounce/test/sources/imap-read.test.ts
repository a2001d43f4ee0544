import { expect, test } from 'vitest';
import { listUids, readImapPosition, readUids } from '../../src/sources/imap-read.ts';
import type { ImapSession } from '../../src/sources/imap-session.ts';
import { sourceOptions } from '../support/files.ts';

/** A folder of `count` messages on a server that hands out only those that `isGiven` takes. */
function folderOn(count: number, isGiven: (uid: number) => boolean): ImapSession {
  const numbersIn = (set: string): number[] =>
    set.split(',').flatMap((run) => {
      const [first = 0, last = first] = run.split(':').map((text) => (text === '*' ? count : Number(text)));
      return Array.from({ length: last - first + 1 }, (_, index) => first + index);
    });
  const client = {
    mailbox: { uidValidity: 7n, exists: count },
    search: async ({ uid }: { uid: string }) => numbersIn(uid),
    noop: async () => {},
    fetchAll: async (set: string, { source }: { source?: unknown }) =>
      numbersIn(set).flatMap((uid) => {
        if (source === undefined) return [{ uid, size: 10 }];
        return isGiven(uid) ? [{ uid, size: 10, source: Buffer.from('Subject: a\n') }] : [];
      }),
  };
  // Only what reading asks for.
  const session: unknown = {
    inFolder: async (_: string, __: string, work: (...given: unknown[]) => unknown) => work(client, client.mailbox),
  };
  return session as ImapSession;
}

test.each<[string, number, number]>([
  ['are remembered one by one', 900, 2500],
  ['keep the place where there are more than can be remembered', 1500, 1000],
])('messages that a server does not hand out %s', async (_, closed, lastUid) => {
  const session = folderOn(2500, (uid) => uid > closed);
  const listed = await session.inFolder('INBOX', 'read', (client) => listUids(client, null));
  const reading = readUids(session, 'INBOX', listed, sourceOptions());
  let text: string | null = null;
  let given = 0;
  for (let next = await reading.next(); next.done !== true; next = await reading.next()) {
    const message = next.value.message?.('imap');
    if (message === undefined || message.error !== null) continue;
    given++;
    text = message.position?.() ?? null;
  }
  expect(given).toBe(2500 - closed);
  const position = readImapPosition(text);
  const after = await session.inFolder('INBOX', 'read', (client) => listUids(client, position));
  // Each one that was not handed out is asked for again.
  for (let uid = 1; uid <= closed; uid++) expect(after.uids).toContain(uid);
  expect(position?.lastUid).toBe(lastUid);
});
