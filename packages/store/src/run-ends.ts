import { integer, type Sql } from './sql.ts';

/**
 * Runs whose end is still to be done: what follows when everything is counted, such as telling of it. It is written before a
 * run counts anything, or with the last piece of what was enqueued, so that it is not lost with the process.
 */
export interface RunEnds {
  /** The end of this run will have to be done, on this host: others may be told to do something else at an end. */
  begin(run: number, at: Date): Promise<void>;
  /** Those that are for this host or for all, the oldest first; also those whose run, or whose end, somebody is at. */
  due(): Promise<readonly number[]>;
  done(run: number): Promise<void>;
}

/** The ends over an engine, for the processes of `host`. What was enqueued is for all hosts alike. */
export function sqlRunEnds(sql: Sql, host: string): RunEnds {
  return {
    begin: (run, at) =>
      sql.run('INSERT INTO run_end (run, begun_at, host) VALUES (?, ?, ?) ON CONFLICT (run) DO NOTHING', [
        run,
        at.getTime(),
        host,
      ]),
    due: async () => {
      const rows = await sql.all("SELECT run FROM run_end WHERE host IN ('', ?) ORDER BY run", [host]);
      return rows.map((row) => integer(row, 'run'));
    },
    done: (run) => sql.run('DELETE FROM run_end WHERE run = ?', [run]),
  };
}
