import { type DomainName, parseDomainName } from '@unsent/dns';
import { dateOrNull, integer, type Sql, text } from './sql.ts';

/** Backscatter that an address was not told of yet, by domain, the most first. */
export type PendingNotice = {
  /** When the last notice left; null when none did. */
  readonly sentAt: Date | null;
  readonly domains: readonly { readonly domain: DomainName | null; readonly backscatter: number }[];
};

/** Who was told of what. */
export interface Notices {
  /** The latest run that has begun. */
  lastRun(): Promise<number>;
  /** What `address` was not told of, up to the run `last`. An address that is new here is told of `run` and what comes after it. */
  pending(address: string, run: number, last: number): Promise<PendingNotice>;
  /** Remembers that `address` was told of everything up to `run`. */
  told(address: string, run: number, at: Date): Promise<void>;
}

/** The notices over an engine. */
export function sqlNotices(sql: Sql): Notices {
  return {
    lastRun: async () => {
      const [row] = await sql.all('SELECT COALESCE(max(id), 0) AS last FROM scan_run');
      return row === undefined ? 0 : integer(row, 'last');
    },
    pending: (address, run, last) =>
      sql.transaction(async (inside) => {
        // The row is made before anything is sent: when that fails, the next run still knows where to begin.
        await inside.run('INSERT INTO notice (address, told_run) VALUES (?, ?) ON CONFLICT (address) DO NOTHING', [
          address,
          run - 1,
        ]);
        const [row] = await inside.all('SELECT told_run, sent_at FROM notice WHERE address = ?', [address]);
        if (row === undefined) throw new Error('the database lost a notice');
        const domains = await inside.all(
          `SELECT domain, count(*) AS n FROM event WHERE run > ? AND run <= ? AND backscatter = 'yes'
           GROUP BY domain ORDER BY n DESC, domain`,
          [integer(row, 'told_run'), last],
        );
        return {
          sentAt: dateOrNull(row, 'sent_at'),
          domains: domains.map((one) => ({
            domain: parseDomainName(text(one, 'domain')),
            backscatter: integer(one, 'n'),
          })),
        };
      }, 'soon'),
    told: (address, run, at) =>
      sql.transaction(
        (inside) =>
          inside.run('UPDATE notice SET told_run = ?, sent_at = ? WHERE address = ? AND told_run < ?', [
            run,
            at.getTime(),
            address,
            run,
          ]),
        'now',
      ),
  };
}
