import type { FailedPiece, PieceRun, PieceStatus, PieceWorker } from './piece-queue.ts';
import { DEAD_PIECES, PIECES } from './postgres-boss.ts';
import { dateOrNull, integer, type Row, type Sql, text } from './sql.ts';

/** How far back a worker's speed is taken from. */
const WINDOW_SECONDS = 300;
const MAX_LETTERS = 200;
const TIMED_OUT = 'job failed by timeout in active state';

/** All that is known of pieces, over one moment of the database. `schema`: pg-boss's own. */
export async function readPieceStatus(sql: Sql, schema: string): Promise<PieceStatus> {
  const [clock] = await sql.all(`SELECT ${milliseconds('now()')} AS at`);
  if (clock === undefined) throw new Error('the database has no clock');
  const atMs = integer(clock, 'at');
  return {
    at: new Date(atMs),
    runs: await readRuns(sql, schema),
    workers: await readWorkers(sql, schema, atMs),
    windowSeconds: WINDOW_SECONDS,
    failed: await readLetters(sql, schema),
  };
}

async function readRuns(sql: Sql, schema: string): Promise<readonly PieceRun[]> {
  const rows = await sql.all(
    `WITH piece AS (
       SELECT (data->>'run')::BIGINT AS run, data->>'label' AS label, state, (data->>'messages')::BIGINT AS holds,
         CASE state WHEN 'completed' THEN (output->>'messages')::BIGINT ELSE 0 END AS messages
       FROM ${schema}.job WHERE name = ?
     )
     SELECT run, min(label) AS label, scan_run.started_at, scan_run.finished_at,
       EXISTS (SELECT 1 FROM run_end WHERE run_end.run = piece.run) AS ending, scan_run.added, sum(piece.messages) AS messages,
       count(*) FILTER (WHERE state < 'active') AS waiting, count(*) FILTER (WHERE state = 'active') AS active,
       count(*) FILTER (WHERE state = 'completed') AS done, count(*) FILTER (WHERE state > 'completed') AS failed,
       COALESCE(sum(holds) FILTER (WHERE state < 'completed'), 0) AS messages_left
     FROM piece JOIN scan_run ON scan_run.id = run
     GROUP BY run, scan_run.started_at, scan_run.finished_at, scan_run.added ORDER BY run DESC`,
    [PIECES],
  );
  return rows.map((row) => ({
    run: integer(row, 'run'),
    label: text(row, 'label'),
    startedAt: new Date(integer(row, 'started_at')),
    finishedAt: dateOrNull(row, 'finished_at'),
    isEnding: row['ending'] === true,
    pieces: {
      waiting: integer(row, 'waiting'),
      active: integer(row, 'active'),
      done: integer(row, 'done'),
      failed: integer(row, 'failed'),
    },
    messages: integer(row, 'messages'),
    added: integer(row, 'added'),
    messagesLeft: integer(row, 'messages_left'),
  }));
}

async function readWorkers(sql: Sql, schema: string, atMs: number): Promise<readonly PieceWorker[]> {
  const finished = await sql.all(
    `SELECT output->>'worker' AS worker, count(*) AS pieces, sum((output->>'messages')::BIGINT) AS messages,
       ${milliseconds('min(started_on)')} AS first, ${milliseconds('max(completed_on)')} AS last
     FROM ${schema}.job
     WHERE name = ? AND state = 'completed' AND completed_on > now() - make_interval(secs => ?)
     GROUP BY 1`,
    [PIECES, WINDOW_SECONDS],
  );
  // The lock of a worker that died stays until another run clears it away; its piece is active until it expires.
  const busy = await sql.all(
    `SELECT host || ':' || pid AS worker, data->>'label' AS label, ${milliseconds('max(started_on)')} AS since
     FROM scan_lock JOIN ${schema}.job ON scan_lock.name = 'piece ' || job.id
     WHERE job.name = ? AND state = 'active' GROUP BY 1, 2`,
    [PIECES],
  );
  const names = [...new Set([...finished, ...busy].map((row) => text(row, 'worker')))].sort();
  const of = (rows: readonly Row[], worker: string) => rows.find((row) => row['worker'] === worker);
  return names.map((worker) => workerOf(worker, of(finished, worker), of(busy, worker), atMs));
}

function workerOf(worker: string, finished: Row | undefined, busy: Row | undefined, atMs: number): PieceWorker {
  const at = busy === undefined ? null : { label: text(busy, 'label'), since: new Date(integer(busy, 'since')) };
  if (finished === undefined) return { worker, pieces: 0, messages: 0, messagesPerSecond: 0, lastDoneAt: null, at };
  const [messages, first, last] = [
    integer(finished, 'messages'),
    integer(finished, 'first'),
    integer(finished, 'last'),
  ];
  // One that is at a piece has worked until now, another until its last one was done.
  const seconds = Math.max(0.001, ((at === null ? last : atMs) - Math.max(first, atMs - WINDOW_SECONDS * 1000)) / 1000);
  const messagesPerSecond = messages / seconds;
  return { worker, pieces: integer(finished, 'pieces'), messages, messagesPerSecond, lastDoneAt: new Date(last), at };
}

async function readLetters(sql: Sql, schema: string): Promise<readonly FailedPiece[]> {
  const rows = await sql.all(
    `SELECT data->>'label' AS label, (data->>'run')::BIGINT AS run, data->>'piece' AS piece,
       COALESCE(output->>'message', output->'value'->>'message', '') AS reason, ${milliseconds('created_on')} AS at
     FROM ${schema}.job WHERE name = ? AND state < 'active' ORDER BY created_on, id LIMIT ?`,
    [DEAD_PIECES, MAX_LETTERS],
  );
  return rows.map((row) => {
    const reason = text(row, 'reason');
    return {
      label: text(row, 'label'),
      run: integer(row, 'run'),
      piece: JSON.parse(text(row, 'piece')),
      reason: reason === TIMED_OUT ? 'no worker finished it in time: it was killed, or is too slow' : reason,
      failedAt: new Date(integer(row, 'at')),
    };
  });
}

function milliseconds(moment: string): string {
  return `(extract(epoch FROM ${moment}) * 1000)::BIGINT`;
}
