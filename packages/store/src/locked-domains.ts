import { type DomainName, parseDomainName } from '@unsent/dns';
import { dateOrNull, type Engine, insertRows, integer, placeholders, type Row, type Sql, text } from './sql.ts';

/** A domain that `unsent lockdown` locked, and the journal entry that tells how. */
export type LockedDomain = { readonly name: DomainName; readonly lockedAt: Date; readonly journalId: string };

/** What became of a domain; `lockedAt` is null when it was unlocked. */
export type LockedChange = { readonly name: DomainName; readonly lockedAt: Date | null };

export type LockedPage = { readonly names: readonly string[]; readonly lockedAtMs: readonly number[] };

/** What changed up to a revision, the oldest first. */
export type LockedChanges = { readonly revision: number; readonly changes: readonly LockedChange[] };

/** Which domains are locked by us: the scanner believes it, and the policy daemon refuses their mail. */
export interface LockedDomains {
  all(): Promise<readonly LockedDomain[]>;
  has(name: DomainName): Promise<boolean>;
  /** Domains that one of these journal entries locked, or was the last to lock. */
  lockedBy(journalIds: readonly string[]): Promise<readonly DomainName[]>;
  /** All of them in parts, so that a million need little room: names and moments (milliseconds since 1970). */
  pages(): AsyncIterable<LockedPage>;
  /** A domain locked again keeps its first moment. */
  add(names: readonly DomainName[], at: Date, journalId: string): Promise<void>;
  remove(names: readonly DomainName[]): Promise<void>;
  /** Grows with every change. Read before `all`, it is the one to go on from. */
  revision(): Promise<number>;
  /** What changed after a revision; null when that is too long ago, or of another database: then read all. */
  changesSince(revision: number): Promise<LockedChanges | null>;
  /**
   * Calls `onChange` soon after somebody changed something. On SQLite nobody announces it, and the promise resolves to
   * null: ask for the revision now and then, which is also needed while a server is away.
   */
  listen(onChange: () => void): Promise<(() => Promise<void>) | null>;
}

/** Changes that are remembered. */
const KEPT_REVISIONS = 100_000;
const NAMES_PER_PAGE = 20_000;

/** The locked domains over an engine. */
export function sqlLockedDomains(sql: Engine): LockedDomains {
  return {
    all: async () => {
      const rows = await sql.all('SELECT name, locked_at, journal FROM locked_domain ORDER BY name');
      return rows.flatMap((row) => {
        const name = parseDomainName(text(row, 'name'));
        if (name === null) return [];
        return [{ name, lockedAt: new Date(integer(row, 'locked_at')), journalId: text(row, 'journal') }];
      });
    },
    has: async (name) => (await sql.all('SELECT 1 AS one FROM locked_domain WHERE name = ?', [name])).length > 0,
    lockedBy: async (journalIds) => {
      if (journalIds.length === 0) return [];
      const which = `journal IN ${placeholders(journalIds.length, 1)}`;
      const rows = await sql.all(`SELECT name FROM locked_domain WHERE ${which} ORDER BY name`, journalIds);
      return rows.flatMap((row) => parseDomainName(text(row, 'name')) ?? []);
    },
    pages: () => pages(sql),
    add: (names, at, journalId) => change(sql, names, (inside, sorted) => lock(inside, sorted, at, journalId)),
    remove: (names) => change(sql, names, unlock),
    revision: () => readRevision(sql),
    changesSince: async (since) => {
      const revision = await readRevision(sql);
      if (since > revision || since < revision - KEPT_REVISIONS) return null;
      if (since === revision) return { revision, changes: [] };
      const rows = await sql.all(
        'SELECT name, locked_at FROM locked_change WHERE revision > ? AND revision <= ? ORDER BY revision, name',
        [since, revision],
      );
      return {
        revision,
        changes: rows.flatMap((row) => {
          const name = parseDomainName(text(row, 'name'));
          return name === null ? [] : [{ name, lockedAt: dateOrNull(row, 'locked_at') }];
        }),
      };
    },
    listen: async (onChange) => sql.server?.listen('locked', onChange) ?? null,
  };
}

/**
 * A page is one row: reading a row for each of a million takes several times as long. The next page is on its way while
 * one is worked on, so that a server is not waited for.
 */
async function* pages(sql: Sql): AsyncGenerator<LockedPage> {
  let coming: Promise<Row | null> = readPage(sql, '');
  for (;;) {
    const row = await coming;
    if (row === null) return;
    coming = readPage(sql, text(row, 'last'));
    // Who stops in the middle never asks what became of it.
    coming.catch(() => undefined);
    yield { names: text(row, 'names').split(' '), lockedAtMs: text(row, 'moments').split(' ').map(Number) };
  }
}

async function readPage(sql: Sql, after: string): Promise<Row | null> {
  const [row] = await sql.all(
    `SELECT string_agg(name, ' ') AS names, string_agg(CAST(locked_at AS TEXT), ' ') AS moments, max(name) AS last
     FROM (SELECT name, locked_at FROM locked_domain WHERE name > ? ORDER BY name LIMIT ?) AS page`,
    [after, NAMES_PER_PAGE],
  );
  return row === undefined || row['names'] === null ? null : row;
}

/** Changes domains and notes it under the next revision. Whoever changes something waits here for who does so now. */
async function change(
  sql: Sql,
  names: readonly DomainName[],
  work: (inside: Sql, names: readonly DomainName[]) => Promise<ReadonlyMap<string, number | null>>,
): Promise<void> {
  if (names.length === 0) return;
  const sorted = [...new Set(names)].sort();
  await sql.transaction(async (inside) => {
    const [row] = await inside.all("UPDATE revision SET number = number + 1 WHERE name = 'locked' RETURNING number");
    if (row === undefined) throw new Error('the database lost its revision');
    const revision = integer(row, 'number');
    const changed = [...(await work(inside, sorted))].map(([name, lockedAt]) => [revision, name, lockedAt]);
    await insertRows(inside, 'locked_change', ['revision', 'name', 'locked_at'], changed);
    await inside.run('DELETE FROM locked_change WHERE revision < ?', [revision - KEPT_REVISIONS]);
  });
}

async function lock(sql: Sql, names: readonly DomainName[], at: Date, journalId: string) {
  const rows = await insertRows(
    sql,
    'locked_domain',
    ['name', 'locked_at', 'journal'],
    names.map((name) => [name, at.getTime(), journalId]),
    'ON CONFLICT (name) DO UPDATE SET journal = excluded.journal RETURNING name, locked_at',
  );
  return new Map(rows.map((row) => [text(row, 'name'), integer(row, 'locked_at')]));
}

async function unlock(sql: Sql, names: readonly DomainName[]) {
  for (let i = 0; i < names.length; i += 500) {
    const some = names.slice(i, i + 500);
    await sql.run(`DELETE FROM locked_domain WHERE name IN ${placeholders(some.length, 1)}`, some);
  }
  return new Map(names.map((name) => [name, null]));
}

async function readRevision(sql: Sql): Promise<number> {
  const [row] = await sql.all("SELECT number FROM revision WHERE name = 'locked'");
  return row === undefined ? 0 : integer(row, 'number');
}
