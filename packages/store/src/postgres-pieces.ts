import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type PgBoss from 'pg-boss';
import type { OthersPiece, PieceEnd, PieceQueue, QueueRole, StoredCut, TakenPiece } from './piece-queue.ts';
import { type Boss, DEAD_PIECES, openBoss, over, PIECES } from './postgres-boss.ts';
import { LOCK_CLASS, type PostgresConnection } from './postgres-connection.ts';
import { pieceEnds } from './postgres-piece-ends.ts';
import { readPieceStatus } from './postgres-piece-status.ts';
import type { PostgresPlace } from './postgres-place.ts';
import { integer, type Row, type Sql, text } from './sql.ts';

/** Whoever puts pieces or ends one does so in turn. */
const PIECES_LOCK = `SELECT pg_advisory_xact_lock(${LOCK_CLASS}, 7)`;
/** Before the first retry; doubled for each further one. */
const RETRY_DELAY_SECONDS = 2;
const JOBS_PER_INSERT = 1000;

/** The queue of pieces as jobs of pg-boss, which brings tables of its own. `nameOf`: how this database names a source. */
export async function openPieceQueue(
  connection: PostgresConnection,
  place: PostgresPlace,
  role: QueueRole,
  nameOf: (source: string) => string,
): Promise<PieceQueue<object>> {
  const opened = await openBoss(connection, place, role === 'worker');
  const { boss, schema } = opened;
  const ends = pieceEnds(schema);
  const inTurn = <T>(work: (client: pg.ClientBase) => Promise<T>): Promise<T> =>
    connection.native('transaction', async (client) => {
      await client.query(PIECES_LOCK);
      return work(client);
    });
  const giveBack = (id: string): Promise<void> =>
    inTurn(async (client) => {
      await boss.cancel(PIECES, id, { db: over(client) });
      await boss.resume(PIECES, id, { db: over(client) });
    });
  return {
    put(cut, retries) {
      const jobs = jobsOf({ ...cut, source: nameOf(cut.source) }, retries);
      return inTurn((client) => putJobs(client, opened, jobs));
    },
    async take(judgedBy) {
      if ((await nextOfOthers(connection, schema, judgedBy)) !== null) return null;
      const job = await connection.native('single', (client) => takeJob(client, opened));
      if (job === null || job.data.judgedBy === judgedBy) return job === null ? null : takenOf(job);
      // Another one took the piece that was ours in between.
      await giveBack(job.id);
      return null;
    },
    nextOfOthers: (judgedBy) => nextOfOthers(connection, schema, judgedBy),
    done: (taken, result, at) =>
      inTurn(async (client): Promise<PieceEnd> => {
        await boss.complete(PIECES, taken.id, result, { db: over(client) });
        await ends.moveCursor(client, taken.id);
        return { isFinal: true, endsRun: await ends.finishRun(client, taken.run, at) };
      }),
    fail: (taken, reason, at) =>
      inTurn(async (client): Promise<PieceEnd> => {
        await boss.fail(PIECES, taken.id, { message: reason }, { db: over(client) });
        if (!(await ends.hasFailed(client, taken.id))) return { isFinal: false, endsRun: false };
        return { isFinal: true, endsRun: await ends.finishRun(client, taken.run, at) };
      }),
    giveBack: (taken) => giveBack(taken.id),
    open: () => countOpen(connection, schema),
    async endAbandoned(at) {
      const ended: number[] = [];
      for (const run of await abandonedRuns(connection, schema)) {
        if (await inTurn((client) => ends.finishRun(client, run, at))) ended.push(run);
      }
      return ended;
    },
    status: () => connection.snapshot((sql) => readPieceStatus(sql, schema)),
    close: () => boss.stop({ graceful: false }),
  };
}

/** Puts all jobs of a cut, or none. See the interface for what it resolves to. */
async function putJobs(
  client: pg.ClientBase,
  { boss, schema }: Boss,
  jobs: readonly (PgBoss.JobInsert<PieceJob> & { readonly data: PieceJob })[],
): Promise<number> {
  const [first] = jobs;
  if (first === undefined) return 0;
  const { source, cut, judgedBy } = first.data;
  // Not those of this very cut: it may have been put already, and the answer was lost.
  const { rows } = await client.query<Row>(
    `SELECT count(*) AS n FROM ${schema}.job
     WHERE name = $1 AND state < 'completed' AND singleton_key = $2 AND data->>'cut' <> $3`,
    [PIECES, source, cut],
  );
  const open = rows[0] === undefined ? 0 : integer(rows[0], 'n');
  if (open > 0) {
    await client.query(
      `UPDATE ${schema}.job SET data = jsonb_set(data, '{judgedBy}', to_jsonb($3::TEXT))
       WHERE name = $1 AND state < 'completed' AND singleton_key = $2 AND data->>'judgedBy' IS DISTINCT FROM $3`,
      [PIECES, source, judgedBy],
    );
    return open;
  }
  await client.query(`DELETE FROM ${schema}.job WHERE name = $1 AND data->>'source' = $2`, [DEAD_PIECES, source]);
  for (let i = 0; i < jobs.length; i += JOBS_PER_INSERT) {
    await boss.insert(jobs.slice(i, i + JOBS_PER_INSERT), { db: over(client) });
  }
  return 0;
}

async function takeJob(client: pg.ClientBase, { boss }: Boss): Promise<PgBoss.JobWithMetadata<PieceJob> | null> {
  // pg-boss keeps quiet about a fetch that failed.
  let failure: unknown = null;
  const db = {
    executeSql: (sql: string, values: unknown[]) =>
      client.query<Record<string, unknown>>(sql, values).catch((error: unknown) => {
        failure = error;
        throw error;
      }),
  };
  const [job] = await boss.fetch<PieceJob>(PIECES, { includeMetadata: true, db });
  if (failure !== null) throw failure;
  return job ?? null;
}

/** As pg-boss orders them. */
async function nextOfOthers(sql: Sql, schema: string, judgedBy: string): Promise<OthersPiece | null> {
  const [row] = await sql.all(
    `SELECT (data->>'run')::BIGINT AS run, data->>'label' AS label, COALESCE(data->>'judgedBy', '') AS judged_by FROM ${schema}.job
     WHERE name = ? AND state < 'active' AND start_after < now() ORDER BY priority DESC, created_on, id LIMIT 1`,
    [PIECES],
  );
  if (row === undefined || text(row, 'judged_by') === judgedBy) return null;
  return { run: integer(row, 'run'), label: text(row, 'label'), judgedBy: text(row, 'judged_by') };
}

/** Unfinished runs with a dead letter: whether it was their last piece is for `finishRun` to say. */
async function abandonedRuns(sql: Sql, schema: string): Promise<readonly number[]> {
  const rows = await sql.all(
    `SELECT DISTINCT scan_run.id FROM ${schema}.job JOIN scan_run ON scan_run.id = (data->>'run')::BIGINT
     WHERE name = ? AND finished_at IS NULL`,
    [DEAD_PIECES],
  );
  return rows.map((row) => integer(row, 'id'));
}

async function countOpen(sql: Sql, schema: string): Promise<number> {
  const [row] = await sql.all(`SELECT count(*) AS n FROM ${schema}.job WHERE name = ? AND state < 'completed'`, [
    PIECES,
  ]);
  return row === undefined ? 0 : integer(row, 'n');
}

/** What a job holds. A cut is known by `cut`; it has `of` pieces. */
type PieceJob = Omit<StoredCut<object>, 'pieces'> & {
  readonly cut: string;
  readonly of: number;
  readonly messages: number | null;
  readonly piece: object;
};

function jobsOf({ pieces, ...cut }: StoredCut<object>, retries: number) {
  const id = randomUUID();
  return pieces.map(({ piece, messages, expireSeconds }, index) => ({
    // Of jobs that are made at once, pg-boss gives out the one with the lowest id first.
    id: `${index.toString(16).padStart(8, '0')}${randomUUID().slice(8)}`,
    name: PIECES,
    data: { ...cut, cut: id, of: pieces.length, messages, piece } satisfies PieceJob,
    singletonKey: cut.source,
    expireInSeconds: expireSeconds,
    retryLimit: retries,
    retryDelay: RETRY_DELAY_SECONDS,
    retryBackoff: true,
  }));
}

/** As the status puts it together in SQL. */
function pieceLock(id: string): string {
  return `piece ${id}`;
}

function takenOf(job: {
  readonly id: string;
  readonly data: PieceJob;
  readonly expireInSeconds: number;
  readonly retryCount: number;
}): TakenPiece {
  const { run, source, label, piece } = job.data;
  const [expireSeconds, retries] = [Number(job.expireInSeconds), Number(job.retryCount)];
  return { id: job.id, lock: pieceLock(job.id), run: Number(run), source, label, piece, expireSeconds, retries };
}
