import { MIGRATIONS } from './schema.ts';
import { dateOrNull, type Engine, integer, text } from './sql.ts';
import { type SummaryOptions, summarise } from './summaries.ts';

/** What a database holds. */
export type StateDescription = {
  readonly place: string;
  /** Of the file and its log, or of the tables on a server; null for a database in memory. */
  readonly sizeBytes: number | null;
  readonly schemaVersion: number;
  readonly rows: readonly { readonly table: string; readonly count: number }[];
  /** Of the messages that are still remembered one by one. */
  readonly oldest: Date | null;
  readonly newest: Date | null;
  /** `items`: messages known by name, where a source has no order. */
  readonly sources: readonly { readonly name: string; readonly items: number }[];
};

/** Looking after the database itself. */
export interface Upkeep {
  describe(): Promise<StateDescription>;
  /** Gives unused room back to the disk. Needs as much room again while it works. */
  compact(): Promise<void>;
  /**
   * Sums up days and months that are over, for the questions about all domains: of a ledger with millions of messages
   * alone, unless `options` says otherwise. Resolves to how many. What is summed up is told exactly as before.
   */
  summarise(options: SummaryOptions): Promise<number>;
}

const TABLES = [
  'event',
  'seen',
  'hourly',
  'scan_run',
  'source_item',
  'journal',
  'locked_domain',
  'sent',
  'policy_hourly',
  'policy_sender',
];

/** The upkeep over an engine. */
export function sqlUpkeep(sql: Engine): Upkeep {
  return {
    describe: async () => {
      const rows: { table: string; count: number }[] = [];
      for (const table of TABLES) {
        const [row] = await sql.all(`SELECT count(*) AS n FROM ${table}`);
        rows.push({ table, count: row === undefined ? 0 : integer(row, 'n') });
      }
      const [span] = await sql.all('SELECT min(arrived_at) AS oldest, max(arrived_at) AS newest FROM event');
      const sources = await sql.all(
        `SELECT name, (SELECT count(*) FROM source_item WHERE source_item.source = source.id) AS items
         FROM source ORDER BY name`,
      );
      return {
        place: sql.place,
        sizeBytes: await sql.sizeBytes(),
        schemaVersion: MIGRATIONS.length,
        rows,
        oldest: span === undefined ? null : dateOrNull(span, 'oldest'),
        newest: span === undefined ? null : dateOrNull(span, 'newest'),
        sources: sources.map((row) => ({ name: text(row, 'name'), items: integer(row, 'items') })),
      };
    },
    compact: async () => {
      await sql.run('VACUUM');
      // A file's pages are written to its log first, which then is as large as all of it.
      if (sql.server === null) await sql.all('PRAGMA wal_checkpoint(TRUNCATE)');
    },
    summarise: (options) => summarise(sql, options),
  };
}
