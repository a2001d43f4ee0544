import type { DomainName } from '@unsent/dns';
import { joinSpans, type SentLog, type SentLogBatch } from '../../src/sent-log.ts';

/** A sent log that holds the given batches, and nothing but memory. */
export function memorySentLog(batches: readonly SentLogBatch[]): SentLog {
  const entries = new Map(batches.flatMap((batch) => batch.entries.map(({ key, seenAt }) => [key, seenAt] as const)));
  const coverage = (domain: DomainName): { host: string; spans: ReturnType<typeof joinSpans> }[] => {
    const hosts = new Set(
      batches.flatMap(({ senders }) => senders.filter((one) => one.domain === domain).map(({ host }) => host)),
    );
    return [...hosts].map((host) => ({
      host,
      spans: joinSpans(
        batches.flatMap(({ covered }) => covered.filter((one) => one.host === host).map(({ span }) => span)),
      ),
    }));
  };
  return {
    lookup: async (keys) =>
      new Map(keys.flatMap((key) => [...(entries.has(key) ? [[key, entries.get(key) ?? new Date(0)] as const] : [])])),
    coverage: async (domain) => coverage(domain),
    record: () => Promise.reject(new Error('read only')),
    prune: () => Promise.reject(new Error('read only')),
    status: async () => ({ messages: entries.size, senders: [], hosts: [] }),
  };
}
