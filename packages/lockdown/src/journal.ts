import type { DomainName } from '@unsent/dns';
import type { ChangePlan } from './change.ts';
import type { ZoneSnapshot } from './zone.ts';

/**
 * What is known about a write.
 *
 * `begun`: durable before the first change was sent; an entry that stays so was interrupted. `applied`: read back as
 * planned. `failed`: read back, and nothing of it is there. `unclear`: partly there, or it could not be read back.
 * `undone`: a later entry took it back.
 */
export type JournalState = 'begun' | 'applied' | 'failed' | 'unclear' | 'undone';

/** What a write is for. An `unlock` names the entries it takes back. */
export type JournalKind = 'lockdown' | 'unlock' | 'spf';

/** What is durable before the first change is sent. Plain JSON; never holds a credential. */
export type JournalDraft = {
  readonly kind: JournalKind;
  readonly zone: DomainName;
  readonly provider: string;
  /** The whole zone before the change, and the whole plan. */
  readonly snapshot: ZoneSnapshot;
  readonly plan: ChangePlan;
  /** Ids of the entries this one takes back; empty unless `unlock`. */
  readonly undoes: readonly string[];
  /** The snapshot as a zone file. The store writes it to a file beside the journal (mode 0600). */
  readonly zoneText: string;
};

export type JournalEntry = JournalDraft & {
  /** `2026-11-23-01`: the UTC day and a number that grows within it (at least two digits). */
  readonly id: string;
  readonly state: JournalState;
  /** ISO 8601, UTC. */
  readonly begunAt: string;
  /** ISO 8601, UTC; null while `begun`. */
  readonly finishedAt: string | null;
  /** One sentence about how it ended; null while `begun`. */
  readonly detail: string | null;
};

/** Which entries are meant. Null means all. */
export type JournalFilter = {
  readonly zone: DomainName | null;
  readonly states: readonly JournalState[] | null;
  readonly limit: number | null;
};

/**
 * What we did to DNS. Implemented in @unsent/store; `memoryJournal` is a double for tests.
 *
 * Retention never removes an entry that is not `undone` or `failed`.
 */
export interface Journal {
  /**
   * Gives out the next id of `at`'s day, stores what `draft` makes of it with the state `begun`, writes the zone-file
   * copy, and resolves when all of that is durable (fsync). Rejects if any of it failed; then nothing may be written
   * to DNS.
   */
  begin(at: Date, draft: (id: string) => JournalDraft): Promise<JournalEntry>;
  /** Records how an entry ended. Also used later: an `unclear` entry that was cleared up, an `applied` one undone. */
  finish(id: string, state: Exclude<JournalState, 'begun'>, at: Date, detail: string): Promise<void>;
  /** Null when there is no such entry. */
  entry(id: string): Promise<JournalEntry | null>;
  /** Newest first (by day and number of the id). */
  entries(filter: JournalFilter): Promise<readonly JournalEntry[]>;
}
