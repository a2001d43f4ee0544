import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { PieceEnd, PieceQueue, QueueRole, StoredCut, TakenPiece } from './piece-queue.ts';
import { DEAD_PIECES, openBoss, over, PIECES } from './postgres-boss.ts';
import { LOCK_CLASS, type PostgresConnection } from './postgres-connection.ts';
import { pieceEnds } from './postgres-piece-ends.ts';
import { readPieceStatus } from './postgres-piece-status.ts';
import type { PostgresPlace } from './postgres-place.ts';
import { integer, type Row } from './sql.ts';

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
  const { boss, schema } = await openBoss(connection, place, role === 'worker');
  const ends = pieceEnds(schema);
  const inTurn = <T>(work: (client: pg.ClientBase) => Promise<T>): Promise<T> =>
    connection.native('transaction', async (client) => {
      await client.query(PIECES_LOCK);
      return work(client);
    });
  return {
    put(given, retries) {
      const cut = { ...given, source: nameOf(given.source) };
      const jobs = jobsOf(cut, retries);
      const id = jobs[0]?.data.cut ?? '';
      return inTurn(async (client) => {
        const open = await countOpen(client, schema, cut.source, id);
        if (open > 0) return open;
        await dropDeadLetters(client, schema, cut.source);
        for (let i = 0; i < jobs.length; i += JOBS_PER_INSERT) {
          await boss.insert(jobs.slice(i, i + JOBS_PER_INSERT), { db: over(client) });
        }
        return 0;
      });
    },
    // pg-boss keeps quiet about a fetch that failed.
    take: () =>
      connection.native('single', async (client) => {
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
        return job === undefined ? null : takenOf(job);
      }),
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
    giveBack: (taken) =>
      inTurn(async (client) => {
        await boss.cancel(PIECES, taken.id, { db: over(client) });
        await boss.resume(PIECES, taken.id, { db: over(client) });
      }),
    async open() {
      const [row] = await connection.all(
        `SELECT count(*) AS n FROM ${schema}.job WHERE name = ? AND state < 'completed'`,
        [PIECES],
      );
      return row === undefined ? 0 : integer(row, 'n');
    },
    status: () => connection.snapshot((sql) => readPieceStatus(sql, schema)),
    close: () => boss.stop({ graceful: false }),
  };
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

/** Pieces of the source that are not finished, but for those of this very cut: it may have been put already. */
async function countOpen(client: pg.ClientBase, schema: string, source: string, cut: string): Promise<number> {
  const { rows } = await client.query<Row>(
    `SELECT count(*) AS n FROM ${schema}.job
     WHERE name = $1 AND state < 'completed' AND singleton_key = $2 AND data->>'cut' <> $3`,
    [PIECES, source, cut],
  );
  return rows[0] === undefined ? 0 : integer(rows[0], 'n');
}

async function dropDeadLetters(client: pg.ClientBase, schema: string, source: string): Promise<void> {
  await client.query(`DELETE FROM ${schema}.job WHERE name = $1 AND data->>'source' = $2`, [DEAD_PIECES, source]);
}
