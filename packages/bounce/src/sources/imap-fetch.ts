import type { FetchMessageObject, ImapFlow } from 'imapflow';
import { isRefusal } from './imap-errors.ts';

const MAX_FETCHED_BYTES = 4 << 20;
const MAX_FETCHED = 100;

/** A message as the server lists it. */
export type Sized = { readonly uid: number; readonly size: number };

/** Numbers and sizes of those of `uids` that are there, ascending. */
export async function sizesOf(client: ImapFlow, uids: readonly number[]): Promise<readonly Sized[]> {
  const found = await client.fetchAll(setOf(uids), { uid: true, size: true }, { uid: true });
  return found.map(({ uid, size }) => ({ uid, size: size ?? 0 })).sort((a, b) => a.uid - b.uid);
}

/** Messages that are fetched together: few enough to be held in memory. */
export function groups(sizes: readonly Sized[], maxMessageBytes: number): readonly (readonly Sized[])[] {
  const all: Sized[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const one of sizes) {
    const size = Math.min(one.size, maxMessageBytes);
    const group = all.at(-1);
    if (group === undefined || group.length >= MAX_FETCHED || bytes + size > MAX_FETCHED_BYTES) {
      all.push([one]);
      bytes = size;
    } else {
      group.push(one);
      bytes += size;
    }
  }
  return all;
}

export type Fetched = Sized & { readonly source: Buffer; readonly error: string | null };

/** What is gone meanwhile is left out. What the server does not hand out although it is there has an error. */
export async function fetchGroup(
  client: ImapFlow,
  group: readonly Sized[],
  maxMessageBytes: number,
): Promise<readonly Fetched[]> {
  const found = await fetchOrRefused(client, group, maxMessageBytes);
  if (!Array.isArray(found)) {
    const [only] = group;
    if (only !== undefined && group.length === 1) return [withheld(only, found.refusal)];
    const singly: Fetched[] = [];
    for (const one of group) singly.push(...(await fetchGroup(client, [one], maxMessageBytes)));
    return singly;
  }
  const fetched = found.flatMap(toFetched);
  const got = new Set(fetched.map(({ uid }) => uid));
  const missing = group.filter(({ uid }) => !got.has(uid));
  if (missing.length > 0) fetched.push(...(await stillThere(client, missing)));
  return fetched.sort((a, b) => a.uid - b.uid);
}

async function fetchOrRefused(client: ImapFlow, group: readonly Sized[], maxMessageBytes: number) {
  const query = { uid: true, size: true, source: { start: 0, maxLength: maxMessageBytes } } as const;
  try {
    return await client.fetchAll(setOf(group.map(({ uid }) => uid)), query, { uid: true });
  } catch (error) {
    if (!isRefusal(error) || !(error instanceof Error)) throw error;
    return { refusal: error.message };
  }
}

/** A server may still list what somebody else expunged, and hand out NIL for it, until it may say so (RFC 3501 §7.4.1). */
async function stillThere(client: ImapFlow, missing: readonly Sized[]): Promise<readonly Fetched[]> {
  await client.noop();
  const left = await sizesOf(
    client,
    missing.map(({ uid }) => uid),
  );
  return left.map((one) => withheld(one, 'it gave nothing'));
}

function withheld(one: Sized, why: string): Fetched {
  return { ...one, source: Buffer.alloc(0), error: `the server would not hand it out: ${why}` };
}

/** NIL comes as `false`, whatever the type says. */
function toFetched({ uid, size, source }: FetchMessageObject): Fetched[] {
  return Buffer.isBuffer(source) ? [{ uid, size: size ?? source.length, source, error: null }] : [];
}

/** `3,7:12`: ascending numbers as a set (RFC 3501 §9), runs drawn together. */
function setOf(uids: readonly number[]): string {
  const runs: { first: number; last: number }[] = [];
  for (const uid of uids) {
    const run = runs.at(-1);
    if (run !== undefined && uid === run.last + 1) run.last = uid;
    else runs.push({ first: uid, last: uid });
  }
  return runs.map(({ first, last }) => (first === last ? `${first}` : `${first}:${last}`)).join(',');
}
