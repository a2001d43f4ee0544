import type pg from 'pg';
import { PIECES } from './postgres-boss.ts';
import type { Row } from './sql.ts';

/** What happens when a piece ends, as steps of one transaction. */
export type PieceEnds = {
  /** Moves the cursor of the piece's source when all pieces of its cut are done, and nobody has moved it meanwhile. */
  moveCursor(client: pg.ClientBase, id: string): Promise<void>;
  /** Finishes the run when none of its pieces is left, so that its end can be done; true for the one who did it. */
  finishRun(client: pg.ClientBase, run: number, at: Date): Promise<boolean>;
  /** Has the piece failed for good? */
  hasFailed(client: pg.ClientBase, id: string): Promise<boolean>;
};

/** `schema`: pg-boss's own. The search path leads to ours. */
export function pieceEnds(schema: string): PieceEnds {
  const job = `${schema}.job`;
  // Done pieces are moved to the archive after a while.
  const done = [job, `${schema}.archive`].map(
    (table) => `SELECT 1 FROM ${table} WHERE name = $1 AND singleton_key = $2 AND state = 'completed'
      AND data->>'cut' = $3`,
  );
  return {
    async moveCursor(client, id) {
      const cut = await cutOf(client, job, id);
      if (cut === null || cut.until === null) return;
      const key = [PIECES, cut.source, cut.cut];
      const left = await client.query(
        `SELECT 1 FROM ${job} WHERE name = $1 AND singleton_key = $2 AND state < 'completed' AND data->>'cut' = $3 LIMIT 1`,
        key,
      );
      if (left.rows.length > 0) return;
      // A piece that failed for good is missing here, also when its job has been deleted since.
      const { rows } = await client.query<Row>(`${done.join(' UNION ALL ')}`, key);
      if (rows.length < cut.of) return;
      await client.query(
        `INSERT INTO source (name, position) VALUES ($1, $2)
         ON CONFLICT (name) DO UPDATE SET position = excluded.position
         WHERE source.position IS NOT DISTINCT FROM $3`,
        [cut.source, cut.until, cut.before],
      );
    },
    async finishRun(client, run, at) {
      const { rows } = await client.query<Row>(
        `WITH own AS (SELECT state, output FROM ${job} WHERE name = $1 AND data->>'run' = $2::TEXT)
         UPDATE scan_run SET finished_at = $3,
           messages = (SELECT COALESCE(sum((output->>'messages')::BIGINT), 0) FROM own WHERE state = 'completed')
         WHERE id = $2::BIGINT AND finished_at IS NULL AND NOT EXISTS (SELECT 1 FROM own WHERE state < 'completed')
         RETURNING id`,
        [PIECES, run, at.getTime()],
      );
      if (rows.length === 0) return false;
      await client.query('INSERT INTO run_end (run, begun_at) VALUES ($1, $2) ON CONFLICT (run) DO NOTHING', [
        run,
        at.getTime(),
      ]);
      return true;
    },
    async hasFailed(client, id) {
      const found = await client.query(`SELECT 1 FROM ${job} WHERE name = $1 AND id = $2 AND state = 'failed'`, [
        PIECES,
        id,
      ]);
      return found.rows.length > 0;
    },
  };
}

type Cut = {
  readonly source: string;
  readonly cut: string;
  readonly of: number;
  readonly before: string | null;
  readonly until: string | null;
};

async function cutOf(client: pg.ClientBase, job: string, id: string): Promise<Cut | null> {
  const { rows } = await client.query<{ data: Cut }>(`SELECT data FROM ${job} WHERE name = $1 AND id = $2`, [
    PIECES,
    id,
  ]);
  return rows[0]?.data ?? null;
}
