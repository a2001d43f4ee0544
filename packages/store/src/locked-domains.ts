import { type DomainName, parseDomainName } from '@unsent/dns';
import { insertRows, integer, placeholders, type Sql, text } from './sql.ts';

/** A domain that `unsent lockdown` locked, and the journal entry that tells how. */
export type LockedDomain = { readonly name: DomainName; readonly lockedAt: Date; readonly journalId: string };

/** Which domains are locked by us: the scanner believes it, and the policy daemon refuses their mail. */
export interface LockedDomains {
  all(): Promise<readonly LockedDomain[]>;
  /** A domain locked again keeps its first moment. */
  add(names: readonly DomainName[], at: Date, journalId: string): Promise<void>;
  remove(names: readonly DomainName[]): Promise<void>;
}

/** The locked domains over an engine. */
export function sqlLockedDomains(sql: Sql): LockedDomains {
  return {
    all: async () => {
      const rows = await sql.all('SELECT name, locked_at, journal FROM locked_domain ORDER BY name');
      return rows.flatMap((row) => {
        const name = parseDomainName(text(row, 'name'));
        if (name === null) return [];
        return [{ name, lockedAt: new Date(integer(row, 'locked_at')), journalId: text(row, 'journal') }];
      });
    },
    add: (names, at, journalId) =>
      sql.transaction(async (inside) => {
        await insertRows(
          inside,
          'locked_domain',
          ['name', 'locked_at', 'journal'],
          [...names].sort().map((name) => [name, at.getTime(), journalId]),
          'ON CONFLICT (name) DO UPDATE SET journal = excluded.journal',
        );
      }),
    remove: async (names) => {
      if (names.length === 0) return;
      await sql.transaction((inside) =>
        inside.run(`DELETE FROM locked_domain WHERE name IN ${placeholders(names.length, 1)}`, names),
      );
    },
  };
}
