import { type DomainName, parseDomainName } from '@unsent/dns';
import { dateOrNull, type Engine, integer, type Sql, text } from './sql.ts';

/** Backscatter that an address was not told of yet, by domain, the most first. */
export type PendingNotice = {
  /** When the last notice left; null when none did. */
  readonly sentAt: Date | null;
  readonly domains: readonly { readonly domain: DomainName | null; readonly backscatter: number }[];
};

/** Who was told of what, by the numbers of events: runs end in another order than they begin, and a part of one may be late. */
export interface Notices {
  /** The last event that is counted: all of a lower number are there to be read, and none of them is still to come. */
  lastEvent(): Promise<number>;
  /** What `address` was not told of, up to the event `last`. An address that is new here is told of `run` and what comes after it. */
  pending(address: string, run: number, last: number): Promise<PendingNotice>;
  /** Remembers that `address` was told of everything up to the event `last`. */
  told(address: string, last: number, at: Date): Promise<void>;
}

/** The notices over an engine. */
export function sqlNotices(sql: Engine): Notices {
  return {
    lastEvent: async () => {
      if (sql.server !== null) return sql.server.lastEvent();
      const [row] = await sql.all('SELECT COALESCE(max(id), 0) AS last FROM event');
      return row === undefined ? 0 : integer(row, 'last');
    },
    pending: (address, run, last) =>
      sql.transaction(async (inside) => {
        // The row is made before anything is sent: when that fails, the next run still knows where to begin.
        await inside.run('INSERT INTO notice (address, told_run) VALUES (?, ?) ON CONFLICT (address) DO NOTHING', [
          address,
          run - 1,
        ]);
        const [row] = await inside.all('SELECT told_run, told_event, sent_at FROM notice WHERE address = ?', [address]);
        if (row === undefined) throw new Error('the database lost a notice');
        const isBegun = row['told_event'] !== null;
        const told = isBegun ? integer(row, 'told_event') : await endOfRun(inside, integer(row, 'told_run'), last);
        if (!isBegun) await inside.run('UPDATE notice SET told_event = ? WHERE address = ?', [told, address]);
        const domains = await inside.all(
          `SELECT domain, count(*) AS n FROM event WHERE id > ? AND id <= ? AND backscatter = 'yes'
           GROUP BY domain ORDER BY n DESC, domain`,
          [told, last],
        );
        return {
          sentAt: dateOrNull(row, 'sent_at'),
          domains: domains.map((one) => ({
            domain: parseDomainName(text(one, 'domain')),
            backscatter: integer(one, 'n'),
          })),
        };
      }, 'soon'),
    told: (address, last, at) =>
      sql.transaction(
        (inside) =>
          inside.run('UPDATE notice SET told_event = ?, sent_at = ? WHERE address = ? AND told_event < ?', [
            last,
            at.getTime(),
            address,
            last,
          ]),
        'now',
      ),
  };
}

/** The event before the first one of a later run than `run`, up to `last`. */
async function endOfRun(sql: Sql, run: number, last: number): Promise<number> {
  // The sum keeps SQLite from walking over all events in their order until it meets one of such a run.
  const [row] = await sql.all('SELECT min(id + 0) AS first FROM event WHERE run > ?', [run]);
  return row === undefined || row['first'] === null ? last : Math.min(integer(row, 'first') - 1, last);
}

/**
 * Called after events went, or came with their numbers: where the engine numbers the next one after the last that is
 * there, a number may come up again, and would be taken for told.
 */
export async function lowerTold(sql: Sql): Promise<void> {
  const last = '(SELECT COALESCE(max(id), 0) FROM event)';
  await sql.run(`UPDATE notice SET told_event = ${last} WHERE told_event > ${last}`);
}
