import type { DomainName, IpText } from '@unsent/dns';
import type { MessageKind } from './kind.ts';

/** One judged message as the ledger keeps it: facts and the verdict, never the body. */
export type LedgerEntry = {
  /** Hex of a hash over the message's content: the same mail in two mailboxes counts once. */
  readonly identity: string;
  /** Where it was first seen, for people: source and place inside it. */
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
  readonly originIp: IpText | null;
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
  readonly position: string;
  /** Keys of items read since the last batch, for sources without an order (a Maildir's unique names). */
  readonly newItems: readonly string[];
};

/** Which entries a question is about. Null means no bound. */
export type LedgerFilter = {
  readonly domain: DomainName | null;
  readonly since: Date | null;
  readonly until: Date | null;
};

export type DomainTotals = {
  readonly domain: DomainName | null;
  readonly messages: number;
  readonly bounces: number;
  readonly backscatter: number;
  readonly genuine: number;
  readonly unknown: number;
  readonly decisive: number;
  readonly firstSeen: Date | null;
  readonly lastSeen: Date | null;
};

export type NamedCount = { readonly name: string; readonly count: number };

/** What the scanner needs to remember. Implemented in @unsent/store; all methods are asynchronous and work in batches. */
export interface Ledger {
  cursorOf(source: string): Promise<string | null>;
  itemsOf(source: string): Promise<ReadonlySet<string>>;
  /** Those of `identities` that are recorded already. */
  known(identities: readonly string[]): Promise<ReadonlySet<string>>;
  /** Entries and cursor commit together; an entry already known is not counted again. Resolves to how many were new. */
  recordBatch(entries: readonly LedgerEntry[], cursor: SourceCursor | null): Promise<{ readonly added: number }>;
  totalsByDomain(filter: LedgerFilter): Promise<readonly DomainTotals[]>;
  topReporters(filter: LedgerFilter, limit: number): Promise<readonly NamedCount[]>;
  topOrigins(filter: LedgerFilter, limit: number): Promise<readonly NamedCount[]>;
}
