import { createHash, randomUUID } from 'node:crypto';
import { inject, onTestFinished } from 'vitest';
import { name as domain } from '../../../../test/support/names.ts';
import { type JoinSpans, openStore, type Store, type StoredEntry } from '../../src/index.ts';

export { domain };

/** Joins spans that touch: enough to see that the store asks. */
export const joinTouching: JoinSpans = (spans) => {
  const joined: { from: Date; until: Date }[] = [];
  for (const { from, until } of [...spans].sort((a, b) => a.from.getTime() - b.from.getTime())) {
    const last = joined.at(-1);
    if (last === undefined || from > last.until) joined.push({ from, until });
    else if (until > last.until) last.until = until;
  }
  return joined;
};

/**
 * A store that is closed when the test has finished: of its own, or shared by all that name the same path. On SQLite, or
 * on PostgreSQL where the suite runs on that (see vitest.config.ts).
 */
export async function store(path = ':memory:'): Promise<Store<unknown, unknown>> {
  const opened = await openStore<unknown, unknown>(locationOf(path), { joinSpans: joinTouching, busyLimitMs: 2000 });
  onTestFinished(() => opened.close());
  return opened;
}

/** True where the suite runs on PostgreSQL. Making a schema takes longer there than making a file in memory. */
export const isPostgres: boolean = process.env['UNSENT_TEST_ENGINE'] === 'postgres';

/** Where the engine under test keeps the database that a test calls `path`. On PostgreSQL: in a schema of its own. */
export function locationOf(path: string): string {
  const url = isPostgres ? inject('postgresUrl') : null;
  if (url === null) return path;
  const name = createHash('sha256').update(path === ':memory:' ? randomUUID() : path);
  return `${url}?schema=t${name.digest('hex').slice(0, 20)}`;
}

/** A bounce that is backscatter for parked.example, but for what `given` says. */
export function entry(number: number, given: Partial<StoredEntry> = {}): StoredEntry {
  return {
    identity: number.toString(16).padStart(32, '0'),
    source: '/var/mail/postmaster',
    place: `/var/mail/postmaster#${number}`,
    arrivedAt: new Date(Date.UTC(2026, 10, 23, 10, number % 60)),
    kind: 'bounce',
    backscatter: 'yes',
    isDecisive: true,
    domain: domain('parked.example'),
    localPart: 'sales',
    reporter: 'mx.example.net',
    originIp: '203.0.113.9',
    originNetwork: '203.0.113.0/24',
    originSpf: 'fail',
    evidence: ['domain-unused', 'spf-fail'],
    messageId: `${number}@mx.example.net`,
    subject: 'Undelivered Mail Returned to Sender',
    error: null,
    ...given,
  };
}
