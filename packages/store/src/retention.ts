import { hourOf, MS_PER_HOUR } from './ledger-hours.ts';
import { lowerTold } from './notices.ts';
import type { Engine } from './sql.ts';
import { forgetNames } from './summaries.ts';

const EVENTS_PER_COMMIT = 5000;

/** What is forgotten with time. */
export interface Retention {
  /**
   * Drops the events that arrived before the hour of `before` and resolves to their number. Their sums by hour stay,
   * and so do the identities: mail that is met again, in whatever mailbox, is not counted a second time. The journal
   * is never touched.
   */
  forgetEvents(before: Date): Promise<{ readonly removed: number }>;
}

/** The retention over an engine. */
export function sqlRetention(sql: Engine): Retention {
  return {
    forgetEvents: async (before) => {
      const hour = hourOf(before.getTime());
      await sql.transaction(
        (inside) =>
          // First, so that no verdict of a forgotten hour is changed any more while its events go.
          inside.run(
            `INSERT INTO forgotten (id, before_hour) VALUES (1, ?)
             ON CONFLICT (id) DO UPDATE SET before_hour = excluded.before_hour
             WHERE excluded.before_hour > forgotten.before_hour`,
            [hour],
          ),
        'soon',
        'verdicts',
      );
      let removed = (await sql.server?.dropMonths(hour * MS_PER_HOUR)) ?? 0;
      for (;;) {
        // In parts, so that nobody waits for the lock for long.
        const gone = await sql.transaction(async (inside) => {
          const rows = await inside.all(
            `DELETE FROM event WHERE arrived_at < ? AND arrived_at <= (SELECT max(arrived_at) FROM
               (SELECT arrived_at FROM event WHERE arrived_at < ? ORDER BY arrived_at LIMIT ?) AS oldest)
             RETURNING id`,
            [hour * MS_PER_HOUR, hour * MS_PER_HOUR, EVENTS_PER_COMMIT],
          );
          if (sql.server === null && rows.length > 0) await lowerTold(inside);
          return rows;
        }, 'soon');
        removed += gone.length;
        if (gone.length < EVENTS_PER_COMMIT) break;
      }
      await sql.transaction((inside) => forgetNames(inside, hour), 'soon', 'summaries');
      return { removed };
    },
  };
}
