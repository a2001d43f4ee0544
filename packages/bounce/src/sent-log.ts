import { createHash } from 'node:crypto';
import type { DomainName } from '@unsent/dns';

/** From and until, both included. */
export type TimeSpan = { readonly from: Date; readonly until: Date };

/** For which time we hold the log of one sending host. `host` is '' where the log names none. */
export type HostCoverage = { readonly host: string; readonly spans: readonly TimeSpan[] };

/** One thing the log says we sent, as a key of `sentMessageKey`, `sentQueueKey` or `sentIdHostKey`. */
export type SentLogEntry = { readonly key: string; readonly seenAt: Date };

/** What one stretch of a log tells. Recording the same batch twice changes nothing. */
export type SentLogBatch = {
  readonly entries: readonly SentLogEntry[];
  /** Which domains were seen as envelope sender on which host. */
  readonly senders: readonly { readonly domain: DomainName; readonly host: string; readonly lastSeenAt: Date }[];
  /** The time that was read, by host. Spans of a host that overlap or nearly touch become one (`joinSpans`). */
  readonly covered: readonly { readonly host: string; readonly span: TimeSpan }[];
};

export type SentLogStatus = {
  /** Messages known by their Message-ID. */
  readonly messages: number;
  readonly senders: readonly { readonly domain: DomainName; readonly host: string; readonly lastSeenAt: Date }[];
  readonly hosts: readonly HostCoverage[];
};

/** What we sent, as hashes, so that the log holds no addresses. Implemented in @unsent/store. */
export interface SentLog {
  /** Those of `keys` that are in the log, and when each was last seen. */
  lookup(keys: readonly string[]): Promise<ReadonlyMap<string, Date>>;
  /** Coverage of every host that was ever seen to send for `domain`; empty when none was. */
  coverage(domain: DomainName): Promise<readonly HostCoverage[]>;
  /** Resolves to how many Message-IDs were new. */
  record(batch: SentLogBatch): Promise<{ readonly added: number }>;
  /** Forgets entries and covered time before `before`. Resolves to how many Message-IDs went. */
  prune(before: Date): Promise<{ readonly removed: number }>;
  status(): Promise<SentLogStatus>;
}

/** The same log, asked once per domain what it covers: for the length of one scan, in which nothing is imported. */
export function withCoverageRemembered(log: SentLog): SentLog {
  const known = new Map<DomainName, Promise<readonly HostCoverage[]>>();
  const coverage = (domain: DomainName): Promise<readonly HostCoverage[]> => {
    const asked = known.get(domain) ?? log.coverage(domain);
    known.set(domain, asked);
    return asked;
  };
  return {
    coverage,
    lookup: (keys) => log.lookup(keys),
    record: (batch) => log.record(batch),
    prune: (before) => log.prune(before),
    status: () => log.status(),
  };
}

/** Key prefixes, so that a store can count messages: one letter, then 32 hex digits. */
export const MESSAGE_KEY_PREFIX = 'm';

/** Two imports of one host that lie this close count as one stretch: a quiet night is no gap in the log. */
export const JOIN_GAP_MS: number = 6 * 3_600_000;

/** Key of a Message-ID, with or without angle brackets. The left side is case-sensitive (RFC 5322 §3.6.4). */
export function sentMessageKey(messageId: string): string {
  return MESSAGE_KEY_PREFIX + digest(bareMessageId(messageId));
}

/** Key of a queue id at a host. Logs carry the short host name, Received lines the long one: only the first label counts. */
export function sentQueueKey(host: string, queueId: string): string {
  return `q${digest(`${host.toLowerCase().split('.')[0] ?? ''}\n${queueId}`)}`;
}

/** Key of the right side of a Message-ID: which systems make the ids that the log knows. */
export function sentIdHostKey(idHost: string): string {
  return `h${digest(idHost.toLowerCase())}`;
}

/** The right side of a Message-ID, lower-cased; null when it has none. */
export function messageIdHost(messageId: string): string | null {
  const bare = bareMessageId(messageId);
  const at = bare.lastIndexOf('@');
  return at === -1 || at === bare.length - 1 ? null : bare.slice(at + 1).toLowerCase();
}

/** Sorts spans and joins those that overlap or lie within `gapMs`. */
export function joinSpans(spans: readonly TimeSpan[], gapMs: number = JOIN_GAP_MS): readonly TimeSpan[] {
  const sorted = [...spans].sort((a, b) => a.from.getTime() - b.from.getTime());
  const joined: TimeSpan[] = [];
  for (const span of sorted) {
    const last = joined.at(-1);
    if (last !== undefined && span.from.getTime() - last.until.getTime() <= gapMs) {
      const until = Math.max(last.until.getTime(), span.until.getTime());
      joined[joined.length - 1] = { from: last.from, until: new Date(until) };
    } else joined.push(span);
  }
  return joined;
}

/**
 * Was every host that sends for the domain logged during all of `span`? A host whose log is missing may have sent the
 * message, so one gap is enough to say no; so is a domain the log has never seen.
 */
export function isCovered(coverage: readonly HostCoverage[], span: TimeSpan): boolean {
  return (
    coverage.length > 0 &&
    coverage.every(({ spans }) => spans.some(({ from, until }) => from <= span.from && span.until <= until))
  );
}

function bareMessageId(messageId: string): string {
  const trimmed = messageId.trim();
  return trimmed.startsWith('<') && trimmed.endsWith('>') ? trimmed.slice(1, -1) : trimmed;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
