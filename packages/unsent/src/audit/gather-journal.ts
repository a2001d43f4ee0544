import { type DomainName, type Resolver, UnsentError } from '@unsent/dns';
import { cachesFollowWithinSeconds, type Drift, findDrift, type Journal, type JournalEntry } from '@unsent/lockdown';
import { hasState } from '../lockdown/state.ts';
import type { Shell } from '../shell.ts';
import type { Store } from '../store.ts';

/** What the journal says about a domain, beside what DNS shows of it. */
export type JournalFacts = {
  /** `locked` by us, or a domain that sends and whose SPF record we published. */
  readonly kind: 'locked' | 'published';
  /** The newest entry that stands; where none does, the newest whose end nobody saw. */
  readonly entry: string;
  /** ISO 8601: when the oldest of those that stand was begun. */
  readonly since: string;
  readonly drift: Drift;
  /** Until then a resolver may remember what was there before; null when that is over. */
  readonly cachedUntil: string | null;
  /** A write whose end nobody saw; null when there is none. */
  readonly unfinished: string | null;
};

/** How long it is remembered that a name did not exist, at most: RFC 2308 §5 advises one to three hours. */
const NEGATIVE_TTL_SECONDS = 10_800;

/** The database, if there is one; null beside a line on standard error when it cannot be read. Never makes one. */
export async function storeToCompare(shell: Shell): Promise<Store | null> {
  if (!(await hasState(shell))) return null;
  try {
    return await shell.store();
  } catch (cause) {
    // The audit needs DNS alone, and whoever runs it need not be allowed to read the database.
    if (!(cause instanceof UnsentError)) throw cause;
    if (!shell.options.quiet) {
      shell.stderr.write(`unsent: ${cause.message}\n  Without it nobody can tell what has drifted from the journal.\n`);
    }
    return null;
  }
}

/** Null when nothing of ours stands in the zone of this name. */
export async function gatherJournal(
  journal: Journal,
  zone: DomainName,
  resolver: Resolver,
  now: Date,
): Promise<JournalFacts | null> {
  const open = await journal.entries({ zone, states: ['applied', 'begun', 'unclear'], limit: null });
  const [last] = open;
  const standing = open.filter(({ kind, state }) => kind !== 'unlock' && state === 'applied');
  const isUnfinished = last !== undefined && last.state !== 'applied';
  const newest = standing[0] ?? (isUnfinished ? last : undefined);
  if (newest === undefined) return null;
  return {
    kind: open.some(({ kind }) => kind === 'lockdown') ? 'locked' : 'published',
    entry: newest.id,
    since: (standing.at(-1) ?? newest).begunAt,
    drift: await findDrift(standing, resolver),
    cachedUntil: cachedUntil(newest, now),
    unfinished: isUnfinished ? last.id : null,
  };
}

function cachedUntil({ plan, begunAt, finishedAt }: JournalEntry, now: Date): string | null {
  const seconds = Math.max(cachesFollowWithinSeconds(plan) ?? 0, NEGATIVE_TTL_SECONDS);
  const until = new Date(new Date(finishedAt ?? begunAt).getTime() + seconds * 1000);
  return until > now ? until.toISOString() : null;
}
