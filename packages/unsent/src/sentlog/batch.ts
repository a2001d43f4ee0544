import {
  messageIdHost,
  type OwnDomains,
  type SentLogBatch,
  type SentLogEntry,
  sentIdHostKey,
  sentMessageKey,
  sentQueueKey,
  type TimeSpan,
} from '@unsent/bounce';
import { type DomainName, parseDomainName } from '@unsent/dns';
import type { SentMessage } from './sent-message.ts';

/** Gathers what a log tells into batches of hashes for the store. */
export interface BatchMaker {
  add(message: SentMessage): void;
  /** A line of `host` was read that was written at `at`. */
  cover(host: string, at: Date): void;
  /** Messages since the last batch. */
  readonly size: number;
  /** What came since the last batch, and the time that the file covers so far. */
  take(): SentLogBatch;
  /** Begins another file: the time between the two is not covered. */
  nextFile(): void;
}

export type BatchOptions = {
  /** Only mail of these is kept; null keeps every sender's, for want of a configuration. */
  readonly domains: OwnDomains | null;
  /** False when the log is known to have holes: then it can prove that mail was sent, never that it was not. */
  readonly isComplete: boolean;
};

/** A log may be written a little out of order, and by hosts whose clocks differ. */
type Reach = { from: Date; until: Date };

export function batchMaker({ domains, isComplete }: BatchOptions): BatchMaker {
  let entries: SentLogEntry[] = [];
  let senders = new Map<string, { domain: DomainName; host: string; lastSeenAt: Date }>();
  let size = 0;
  const reach = new Map<string, Reach>();
  return {
    add(message) {
      const domain = ownSender(message, domains);
      if (domain === null) return;
      size++;
      entries.push(...entriesOf(message));
      const key = `${domain} ${message.host}`;
      const lastSeenAt = later(senders.get(key)?.lastSeenAt ?? message.at, message.at);
      senders.set(key, { domain, host: message.host, lastSeenAt });
    },
    cover(host, at) {
      const known = reach.get(host);
      if (known === undefined) reach.set(host, { from: at, until: at });
      else if (at > known.until) known.until = at;
      else if (at < known.from) known.from = at;
    },
    get size() {
      return size;
    },
    take() {
      const covered = [...reach].map(([host, span]) => ({ host, span: { ...span } satisfies TimeSpan }));
      const batch = { entries, senders: isComplete ? [...senders.values()] : [], covered: isComplete ? covered : [] };
      entries = [];
      senders = new Map();
      size = 0;
      return batch;
    },
    nextFile: () => reach.clear(),
  };
}

/** The entry of ours that the sender belongs to; without a configuration the sender's own domain. */
function ownSender(message: SentMessage, domains: OwnDomains | null): DomainName | null {
  const domain = parseDomainName(message.senderDomain);
  if (domain === null || domains === null) return domain;
  return domains.find(domain)?.name ?? null;
}

function entriesOf({ messageId, queueId, host, at, wentOut }: SentMessage): readonly SentLogEntry[] {
  const idHost = messageId === null || !wentOut ? null : messageIdHost(messageId);
  return [
    ...(messageId === null ? [] : [{ key: sentMessageKey(messageId), seenAt: at }]),
    ...(queueId === null || host === '' ? [] : [{ key: sentQueueKey(host, queueId), seenAt: at }]),
    ...(idHost === null ? [] : [{ key: sentIdHostKey(idHost), seenAt: at }]),
  ];
}

function later(one: Date, other: Date): Date {
  return one > other ? one : other;
}
