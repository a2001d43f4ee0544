import type { ImapFlow, ListResponse, MailboxObject } from 'imapflow';
import { messageIdentity } from '../identity.ts';
import { sourceError } from './errors.ts';
import { imapLabel } from './imap-address.ts';
import type { ImapSession } from './imap-session.ts';
import type { ActionMailbox, ActionOutcome, MailAction, MessageAt } from './source.ts';

const FLAGS: Readonly<Record<string, string>> = { flagged: '\\Flagged', seen: '\\Seen', answered: '\\Answered' };
/** A message that was moved when we were ended stands among the last of its new folder. */
const LAST_IN_FOLDER = 500;

/** Where a message is, as a source writes it (RFC 5092): `…;UIDVALIDITY=N/;UID=N`. */
export function imapPlace(label: string, uidValidity: bigint | string, uid: number): string {
  return `${label};UIDVALIDITY=${uidValidity}/;UID=${uid}`;
}

function readPlace(place: string): { readonly uidValidity: string; readonly uid: number } | null {
  const [, uidValidity, uid] = /;UIDVALIDITY=(\d+)\/;UID=(\d+)$/.exec(place) ?? [];
  return uidValidity === undefined ? null : { uidValidity, uid: Number(uid) };
}

/**
 * What can be done in a folder on a server. A number under the same UIDVALIDITY is the same message (RFC 3501 §2.3.1.1);
 * under another one it is left alone. `known`: folders of the account, when they were listed already.
 */
export function imapActions(
  session: ImapSession,
  folder: string,
  maxMessageBytes: number,
  known: readonly Pick<ListResponse, 'delimiter'>[] = [],
): ActionMailbox {
  const { address } = session;
  const source = imapLabel(address, folder);
  let delimiter = delimiterOf(known);
  const named = (name: string): string => name.split('/').join(delimiter);
  return {
    source,
    isSame: (name) => named(name) === folder,
    async check(action) {
      const listed = await session.folders();
      delimiter = delimiterOf(listed);
      await session.inFolder(folder, 'write', async (client, open) => {
        const why = lacking(client, open, action);
        if (why !== null) throw sourceError('source-action', source, new Error(why));
        if (action.kind === 'move' && !listed.some(({ path }) => path === named(action.folder))) {
          await client.mailboxCreate(named(action.folder));
        }
      });
    },
    act: (action, message) =>
      action.kind === 'move'
        ? moveFrom(session, folder, named(action.folder), message, maxMessageBytes)
        : session.inFolder(folder, 'write', async (client, open) => {
            const state = await look(client, open, message);
            return state.kind === 'there' ? change(client, state, action) : state;
          }),
    moveBack: async (target, message) => {
      const at = message.place === '' ? await findLate(session, named(target), message, maxMessageBytes) : null;
      if (at !== null && (at.kind !== 'done' || at.place === null)) return at;
      const place = at?.place ?? message.place;
      return session.inFolder(named(target), 'write', async (client, open) => {
        const state = await look(client, open, { ...message, place });
        return state.kind === 'there' ? move(client, state.uid, folder, address) : state;
      });
    },
  };
}

function delimiterOf(folders: readonly Pick<ListResponse, 'delimiter'>[]): string {
  return folders.find(({ delimiter }) => delimiter !== '')?.delimiter ?? '/';
}

/** What the server must have, so that nothing but the message is touched; null when it has it. */
function lacking(client: ImapFlow, { permanentFlags }: MailboxObject, action: MailAction): string | null {
  const has = (name: string): boolean => client.capabilities.has(name);
  // Without UIDPLUS an EXPUNGE takes everything that anybody marked as deleted.
  if (action.kind === 'delete' && !has('UIDPLUS')) return 'the server lacks UIDPLUS';
  if (action.kind === 'move' && !has('MOVE') && !has('UIDPLUS')) return 'the server lacks MOVE and UIDPLUS';
  if (action.kind !== 'flag' || permanentFlags === undefined) return null;
  const isKept = permanentFlags.has('\\*') || permanentFlags.has(flagOf(action.flag));
  return isKept ? null : `the server does not keep the flag ${action.flag}`;
}

function flagOf(name: string): string {
  return FLAGS[name] ?? name;
}

type There = { readonly kind: 'there'; readonly uid: number; readonly flags: ReadonlySet<string> };

async function look(
  client: ImapFlow,
  open: MailboxObject,
  { place }: MessageAt,
): Promise<There | { readonly kind: 'gone' | 'changed' }> {
  const at = readPlace(place);
  if (at === null || String(open.uidValidity) !== at.uidValidity) return { kind: 'changed' };
  const [found] = await client.fetchAll(`${at.uid}`, { uid: true, flags: true }, { uid: true });
  return found === undefined ? { kind: 'gone' } : { kind: 'there', uid: at.uid, flags: found.flags ?? new Set() };
}

/**
 * A server with MOVE moves or does not. Without it a message is copied and then deleted, so that a try that was cut off may
 * have left it in both folders: it is then looked for in the other one before it is copied again.
 */
async function moveFrom(
  session: ImapSession,
  folder: string,
  target: string,
  message: MessageAt,
  maxMessageBytes: number,
): Promise<ActionOutcome> {
  let { wasTried } = message;
  const found = await session.inFolder(folder, 'write', async (client, open) => {
    const state = await look(client, open, message);
    if (state.kind !== 'there') return state;
    if (wasTried && !client.capabilities.has('MOVE'))
      return { ...state, messageId: await messageIdOf(client, state.uid) };
    wasTried = true; // from here on, also when the connection breaks and this runs again
    return move(client, state.uid, target, session.address);
  });
  // Gone before we tried: somebody else took it, and looking through the other folder for it would be in vain.
  if (found.kind === 'gone') return wasTried ? findLate(session, target, message, maxMessageBytes) : found;
  if (found.kind !== 'there') return found;
  const copy = await findLate(session, target, message, maxMessageBytes, found.messageId);
  return session.inFolder(folder, 'write', async (client, open) => {
    const state = await look(client, open, message);
    if (state.kind !== 'there') return state.kind === 'gone' ? copy : state;
    if (copy.kind !== 'done') return move(client, state.uid, target, session.address);
    return (await client.messageDelete(`${state.uid}`, { uid: true })) ? copy : outcome(false);
  });
}

async function move(
  client: ImapFlow,
  uid: number,
  target: string,
  address: ImapSession['address'],
): Promise<ActionOutcome> {
  const moved = await client.messageMove(`${uid}`, target, { uid: true });
  if (moved === false) return { kind: 'failed', why: `the server would not move it to ${target}` };
  const arrived = moved.uidMap?.get(uid);
  if (arrived === undefined || moved.uidValidity === undefined) return { kind: 'done', place: null };
  return { kind: 'done', place: imapPlace(imapLabel(address, target), moved.uidValidity, arrived) };
}

async function change(client: ImapFlow, { uid, flags }: There, action: MailAction): Promise<ActionOutcome> {
  if (action.kind === 'move') throw new Error('a move is no change in place');
  const only = { uid: true } as const;
  if (action.kind === 'delete') return outcome(await client.messageDelete(`${uid}`, only));
  const flag = flagOf(action.flag);
  const isOn = action.kind === 'flag';
  if (flags.has(flag) === isOn) return { kind: 'already' };
  const change = isOn
    ? client.messageFlagsAdd(`${uid}`, [flag], only)
    : client.messageFlagsRemove(`${uid}`, [flag], only);
  return outcome(await change);
}

function outcome(isDone: boolean): ActionOutcome {
  return isDone ? { kind: 'done', place: null } : { kind: 'failed', why: 'the server refused it' };
}

/**
 * A message that left its folder: moved by us just before we were ended, or by somebody else. It is looked for among those
 * with its `messageId`, where that is known, else among the last.
 */
function findLate(
  session: ImapSession,
  target: string,
  { identity }: MessageAt,
  maxMessageBytes: number,
  messageId: string | null = null,
): Promise<ActionOutcome> {
  return session.inFolder(target, 'read', async (client, open) => {
    if (open.exists === 0) return { kind: 'gone' };
    for (const uid of (await candidates(client, open, messageId)).reverse()) {
      const source = { start: 0, maxLength: maxMessageBytes };
      const [found] = await client.fetchAll(`${uid}`, { uid: true, size: true, source }, { uid: true });
      const bytes = found?.source;
      if (found === undefined || !Buffer.isBuffer(bytes)) continue;
      const size = found.size ?? bytes.length;
      const cut = bytes.length >= maxMessageBytes && size > bytes.length ? size : null;
      if (messageIdentity(bytes, cut) !== identity) continue;
      return { kind: 'done', place: imapPlace(imapLabel(session.address, target), open.uidValidity, uid) };
    }
    return { kind: 'gone' };
  });
}

async function candidates(client: ImapFlow, { exists }: MailboxObject, messageId: string | null): Promise<number[]> {
  if (messageId !== null) return (await client.search({ header: { 'message-id': messageId } }, { uid: true })) || [];
  const last = await client.fetchAll(`${Math.max(1, exists - LAST_IN_FOLDER + 1)}:*`, { uid: true });
  return last.map(({ uid }) => uid);
}

/** Null when it has none. */
async function messageIdOf(client: ImapFlow, uid: number): Promise<string | null> {
  const [found] = await client.fetchAll(`${uid}`, { uid: true, envelope: true }, { uid: true });
  return found?.envelope?.messageId || null;
}
