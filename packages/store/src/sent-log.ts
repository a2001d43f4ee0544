import { type DomainName, parseDomainName } from '@unsent/dns';
import { bytes, insertRows, integer, placeholders, type Sql, text } from './sql.ts';

export type StoredSpan = { readonly from: Date; readonly until: Date };
export type StoredCoverage = { readonly host: string; readonly spans: readonly StoredSpan[] };
export type StoredSender = { readonly domain: DomainName; readonly host: string; readonly lastSeenAt: Date };

export type StoredSentBatch = {
  readonly entries: readonly { readonly key: string; readonly seenAt: Date }[];
  readonly senders: readonly StoredSender[];
  readonly covered: readonly { readonly host: string; readonly span: StoredSpan }[];
};

/** What we sent, as hashes. The bounce package declares the same interface; the shell checks the fit. */
export interface StoreSentLog {
  lookup(keys: readonly string[]): Promise<ReadonlyMap<string, Date>>;
  coverage(domain: DomainName): Promise<readonly StoredCoverage[]>;
  record(batch: StoredSentBatch): Promise<{ readonly added: number }>;
  prune(before: Date): Promise<{ readonly removed: number }>;
  status(): Promise<{
    readonly messages: number;
    readonly senders: readonly StoredSender[];
    readonly hosts: readonly StoredCoverage[];
  }>;
}

/** Sorts spans and joins those that belong together; the bounce package knows the rule and hands it in. */
export type JoinSpans = (spans: readonly StoredSpan[]) => readonly StoredSpan[];

const KEYS_PER_LOOKUP = 500;
/** Keys of Message-IDs begin with an `m`. */
const FIRST_MESSAGE_KEY: Uint8Array = Buffer.from('m');
const AFTER_MESSAGE_KEYS: Uint8Array = Buffer.from('n');

/** The sent log over an engine. */
export function sqlSentLog(sql: Sql, joinSpans: JoinSpans): StoreSentLog {
  return {
    lookup: (keys) => lookUp(sql, keys),
    coverage: async (domain) => {
      const hosts = await sql.all('SELECT host FROM sent_sender WHERE domain = ? ORDER BY host', [domain]);
      const spans = await spansByHost(sql);
      return hosts.map((row) => ({ host: text(row, 'host'), spans: spans.get(text(row, 'host')) ?? [] }));
    },
    record: (batch) => sql.transaction((inside) => record(inside, batch, joinSpans), 'now', 'sent-log'),
    prune: (before) => sql.transaction((inside) => prune(inside, before), 'now', 'sent-log'),
    status: async () => {
      const senders = await sql.all('SELECT domain, host, last_seen_at FROM sent_sender ORDER BY domain, host');
      const spans = await spansByHost(sql);
      return {
        messages: await countMessages(sql),
        senders: senders.flatMap((row) => {
          const domain = parseDomainName(text(row, 'domain'));
          const lastSeenAt = new Date(integer(row, 'last_seen_at'));
          return domain === null ? [] : [{ domain, host: text(row, 'host'), lastSeenAt }];
        }),
        hosts: [...spans].map(([host, ofHost]) => ({ host, spans: ofHost })),
      };
    },
  };
}

async function lookUp(sql: Sql, keys: readonly string[]): Promise<ReadonlyMap<string, Date>> {
  const found = new Map<string, Date>();
  for (let i = 0; i < keys.length; i += KEYS_PER_LOOKUP) {
    const some = keys.slice(i, i + KEYS_PER_LOOKUP).map(packKey);
    const query = `SELECT sent_key, seen_at FROM sent WHERE sent_key IN ${placeholders(some.length, 1)}`;
    for (const row of await sql.all(query, some)) {
      found.set(unpackKey(bytes(row, 'sent_key')), new Date(integer(row, 'seen_at')));
    }
  }
  return found;
}

async function record(sql: Sql, batch: StoredSentBatch, joinSpans: JoinSpans): Promise<{ readonly added: number }> {
  const messages = [...new Set(batch.entries.map(({ key }) => key))].filter((key) => key.startsWith('m'));
  const added = messages.length - (await lookUp(sql, messages)).size;
  await insertRows(
    sql,
    'sent',
    ['sent_key', 'seen_at'],
    batch.entries.map(({ key, seenAt }) => [packKey(key), seenAt.getTime()]),
    `ON CONFLICT (sent_key) DO UPDATE SET seen_at = excluded.seen_at WHERE excluded.seen_at > sent.seen_at`,
  );
  await insertRows(
    sql,
    'sent_sender',
    ['domain', 'host', 'last_seen_at'],
    batch.senders.map(({ domain, host, lastSeenAt }) => [domain, host, lastSeenAt.getTime()]),
    `ON CONFLICT (domain, host) DO UPDATE SET last_seen_at = excluded.last_seen_at
     WHERE excluded.last_seen_at > sent_sender.last_seen_at`,
  );
  const known = await spansByHost(sql);
  for (const host of new Set(batch.covered.map((one) => one.host))) {
    const added = batch.covered.filter((one) => one.host === host).map((one) => one.span);
    await replaceSpans(sql, host, joinSpans([...(known.get(host) ?? []), ...added]));
  }
  return { added };
}

async function prune(sql: Sql, before: Date): Promise<{ readonly removed: number }> {
  const messages = await countMessages(sql);
  await sql.run('DELETE FROM sent WHERE seen_at < ?', [before.getTime()]);
  await sql.run('DELETE FROM sent_sender WHERE last_seen_at < ?', [before.getTime()]);
  // Time that is no longer remembered is no longer covered.
  for (const [host, spans] of await spansByHost(sql)) {
    const kept = spans
      .filter((span) => span.until >= before)
      .map((span) => ({ from: span.from < before ? before : span.from, until: span.until }));
    await replaceSpans(sql, host, kept);
  }
  return { removed: messages - (await countMessages(sql)) };
}

async function replaceSpans(sql: Sql, host: string, spans: readonly StoredSpan[]): Promise<void> {
  await sql.run('DELETE FROM sent_span WHERE host = ?', [host]);
  const rows = spans.map(({ from, until }) => [host, from.getTime(), until.getTime()]);
  await insertRows(sql, 'sent_span', ['host', 'from_at', 'until_at'], rows);
}

async function spansByHost(sql: Sql): Promise<Map<string, StoredSpan[]>> {
  const spans = new Map<string, StoredSpan[]>();
  for (const row of await sql.all('SELECT host, from_at, until_at FROM sent_span ORDER BY host, from_at')) {
    const host = text(row, 'host');
    const span = { from: new Date(integer(row, 'from_at')), until: new Date(integer(row, 'until_at')) };
    spans.set(host, [...(spans.get(host) ?? []), span]);
  }
  return spans;
}

async function countMessages(sql: Sql): Promise<number> {
  const [row] = await sql.all('SELECT count(*) AS n FROM sent WHERE sent_key >= ? AND sent_key < ?', [
    FIRST_MESSAGE_KEY,
    AFTER_MESSAGE_KEYS,
  ]);
  return row === undefined ? 0 : integer(row, 'n');
}

/** A letter and 32 hex digits in 17 bytes. */
function packKey(key: string): Uint8Array {
  return Buffer.concat([Buffer.from(key.slice(0, 1), 'latin1'), Buffer.from(key.slice(1), 'hex')]);
}

function unpackKey(key: Uint8Array): string {
  const buffer = Buffer.from(key.buffer, key.byteOffset, key.byteLength);
  return buffer.toString('latin1', 0, 1) + buffer.toString('hex', 1);
}
