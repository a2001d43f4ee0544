import type { DomainName, IpText } from '@unsent/dns';
import type { MessageKind } from './kind.ts';

/** One judged message as the ledger keeps it: facts and the verdict, never the body. */
export type LedgerEntry = {
  /** `messageIdentity`: 32 hex digits over the message's content. The same mail in two mailboxes counts once. */
  readonly identity: string;
  /** Where it was first seen, for people: the source, and the place inside it. */
  readonly source: string;
  readonly place: string;
  /** When the message arrived (its topmost Received, else its Date, else the time of the scan). */
  readonly arrivedAt: Date;
  readonly kind: MessageKind;
  readonly backscatter: 'yes' | 'no' | 'unknown';
  /** True when a decisive fact settled the verdict. */
  readonly isDecisive: boolean;
  /** The domain of ours that the message is about: whose mail was, or seems to be, returned. */
  readonly domain: DomainName | null;
  /** The local part that was forged, or that the bounce was sent to. */
  readonly localPart: string | null;
  readonly reporter: string | null;
  /** The address that handed the returned message to the reporter, and the network around it (/24 or /48). */
  readonly originIp: IpText | null;
  readonly originNetwork: string | null;
  readonly originSpf: string | null;
  /** Ids of the rules that spoke, in order of strength. */
  readonly evidence: readonly string[];
  readonly messageId: string | null;
  readonly subject: string | null;
  readonly error: string | null;
};

/** How far a source was read. `position` belongs to the source and is opaque to the store. */
export type SourceCursor = {
  readonly source: string;
  /** Where to go on in a source that has an order; null leaves the stored one as it is. */
  readonly position: string | null;
  /** Items read since the last batch, for sources without an order (a Maildir's unique names). */
  readonly newItems: readonly string[];
};

/** Which entries a question is about. Null means no bound. Times are taken as whole hours where no run is named. */
export type LedgerFilter = {
  readonly run: number | null;
  readonly domain: DomainName | null;
  readonly backscatter: 'yes' | 'no' | 'unknown' | null;
  /** The first hour that counts. */
  readonly since: Date | null;
  /** The first hour that no longer counts. */
  readonly until: Date | null;
};

/** Sums. `backscatter`, `genuine` and `unknown` are verdicts about bounces and automatic answers. */
export type Totals = {
  readonly messages: number;
  /** Of the kind 'bounce'. */
  readonly bounces: number;
  readonly backscatter: number;
  readonly genuine: number;
  readonly unknown: number;
  /** Backscatter by a decisive fact. */
  readonly decisive: number;
  readonly firstSeen: Date | null;
  readonly lastSeen: Date | null;
};

/** Null: messages that are about no domain of ours. */
export type DomainTotals = Totals & { readonly domain: DomainName | null };

export type HourTotals = {
  readonly hour: Date;
  readonly messages: number;
  readonly bounces: number;
  readonly backscatter: number;
};

/** What entries can be counted by. `evidence` counts each rule that spoke; `origin` and `network` are of the injecting host. */
export type LedgerQuestion = 'reporter' | 'origin' | 'network' | 'local-part' | 'origin-spf' | 'evidence' | 'kind';

export type NamedCount = { readonly name: string; readonly count: number };

/** What the scanner needs to remember. Implemented in @unsent/store; all methods are asynchronous and work in batches. */
export interface Ledger {
  /**
   * Opens a run, so that what it adds can be told from the rest. `basis` stands for what the verdicts rest on; the one
   * of the run before tells whether that has changed since.
   */
  startRun(
    at: Date,
    sources: readonly string[],
    basis: string,
  ): Promise<{ readonly run: number; readonly basisBefore: string | null }>;
  finishRun(run: number, at: Date, messages: number): Promise<void>;
  /** The stored position of a source, null when it was never read or has no order. */
  positionOf(source: string): Promise<string | null>;
  /**
   * Compares `items`, all that there are in a source, with those that were read of it. `unread`: in the same order.
   * `gone`: read once, and not there any more.
   */
  compareItems(
    source: string,
    items: readonly string[],
  ): Promise<{ readonly unread: readonly string[]; readonly gone: readonly string[] }>;
  /** Forgets that these items of a source were read. */
  forgetItems(source: string, items: readonly string[]): Promise<void>;
  /** Those of `identities` that are recorded already. */
  known(identities: readonly string[]): Promise<ReadonlySet<string>>;
  /**
   * Records entries and cursor together: after a crash either both are there or neither. An entry that is known
   * already (from this batch, an earlier one or another scanner) is not counted again. Resolves to the identities that
   * were new. With 'again', the verdict on a known entry is written over the old one; `changed` says how many differ.
   */
  recordBatch(
    run: number,
    entries: readonly LedgerEntry[],
    cursor: SourceCursor | null,
    mode?: 'once' | 'again',
  ): Promise<{ readonly added: ReadonlySet<string>; readonly changed: number }>;
  /** One row per domain, most messages first. */
  totalsByDomain(filter: LedgerFilter): Promise<readonly DomainTotals[]>;
  /** Hours in order; those without a message are left out. */
  totalsByHour(filter: LedgerFilter): Promise<readonly HourTotals[]>;
  /** The most frequent answers, at most `limit`, most frequent first; entries without one are left out. */
  top(question: LedgerQuestion, filter: LedgerFilter, limit: number): Promise<readonly NamedCount[]>;
}
