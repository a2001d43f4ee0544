import type pg from 'pg';
import { storeError } from './errors.ts';
import { connectPostgres, LOCK_CLASS, type PostgresConnection } from './postgres-connection.ts';
import { explainPostgresError, failureOf } from './postgres-errors.ts';
import { listenOn } from './postgres-listen.ts';
import { eventMonths, lastEvent } from './postgres-months.ts';
import { type PostgresPlace, parsePostgresPlace } from './postgres-place.ts';
import { inPostgres, POSTGRES_PARTS } from './postgres-schema.ts';
import { MIGRATIONS } from './schema.ts';
import { type Engine, integer } from './sql.ts';

/** How to open a database on a PostgreSQL server. */
export type PostgresOptions = {
  /** How long a server that went away is waited for, once it was reached. Default 60 s. */
  readonly busyLimitMs?: number;
  /** Connections at a time. Default 4: a scan uses one or two, a daemon one. */
  readonly maxConnections?: number;
  /** When a statement that has had no answer is given up. Default 60 s; questions over millions of messages have longer. */
  readonly answerLimitMs?: number;
  /** The steps that make the schema; tests hand in their own. */
  readonly migrations?: readonly string[];
};

const DEFAULT_PATIENCE_MS = 60_000;
const MIGRATION_LOCK = 5;
/** An index over a hundred million rows takes minutes, and whoever comes meanwhile waits for it. */
const MIGRATION_LIMIT_MS = 24 * 3_600_000;

/**
 * Opens the database that a `postgres://` address names, makes our schema in it when it is missing, and brings an older
 * one up to date; of several that do so at once, one does it and the others wait.
 *
 * A server that cannot be reached, refuses, or holds something else is an `UnsentError`, and nothing in it was changed.
 */
export async function openPostgres(location: string, options: PostgresOptions = {}): Promise<Engine> {
  const place = parsePostgresPlace(location);
  const migrations = options.migrations ?? MIGRATIONS;
  const connection = await connectPostgres(place, {
    patienceMs: options.busyLimitMs ?? DEFAULT_PATIENCE_MS,
    maxConnections: options.maxConnections ?? 4,
    answerLimitMs: options.answerLimitMs,
  });
  try {
    await connection.withClient(async (client) => {
      const version = await readVersion(client, place, migrations.length);
      if (version < migrations.length) await migrate(client, place, migrations);
    });
    return engineOf(connection, place);
  } catch (error) {
    await connection.close().catch(() => undefined);
    throw explainPostgresError(error, place.shown);
  }
}

function engineOf(connection: PostgresConnection, place: PostgresPlace): Engine {
  const months = eventMonths(connection);
  return {
    run: connection.run,
    all: connection.all,
    transaction: connection.transaction,
    snapshot: connection.snapshot,
    place: place.shown,
    nowMs: '(CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT))',
    server: {
      ...months,
      lastEvent: () => lastEvent(connection),
      listen: (name, onChange) => listenOn(connection, `${place.schema}_${name}`, onChange),
      pieceQueue: async (role, nameOf) =>
        (await import('./postgres-pieces.ts')).openPieceQueue(connection, place, role, nameOf),
    },
    sizeBytes: async () => {
      const [row] = await connection.all(
        `SELECT COALESCE(sum(pg_total_relation_size(pg_class.oid)), 0) AS bytes
         FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE nspname = ? AND relkind IN ('r', 'm')`,
        [place.schema],
      );
      return row === undefined ? null : integer(row, 'bytes');
    },
    close: connection.close,
  };
}

/** The schema's version, 0 where there is none; throws when what is there is not ours to write to. */
async function readVersion(client: pg.ClientBase, { schema, shown }: PostgresPlace, newest: number): Promise<number> {
  const found = await client.query<{ table: string | null; others: bigint; may: boolean }>(
    `SELECT to_regclass($1 || '.schema_version')::text AS table, count(*) AS others,
       COALESCE(bool_or(has_schema_privilege(nspname, 'USAGE')), true) AS may
     FROM pg_namespace LEFT JOIN pg_class ON relnamespace = pg_namespace.oid WHERE nspname = $1 AND pg_class.oid IS NOT NULL`,
    [schema],
  );
  const [row] = found.rows;
  if (row?.may === false) throw storeError('store-forbidden', shown, `no USAGE on the schema ${schema}`);
  if (row === undefined || row.table === null) {
    if (row !== undefined && row.others > 0n)
      throw storeError('store-foreign', shown, `its schema ${schema} is another's`);
    return 0;
  }
  const { rows } = await client.query<{ version: bigint }>('SELECT version FROM schema_version');
  const version = Number(rows[0]?.version ?? 0n);
  if (version > newest)
    throw storeError('store-newer', shown, `its schema is ${version}, this version knows ${newest}`);
  return version;
}

async function migrate(client: pg.ClientBase, place: PostgresPlace, migrations: readonly string[]): Promise<void> {
  await client.query('BEGIN');
  try {
    const lock = `SELECT pg_advisory_xact_lock(${LOCK_CLASS}, ${MIGRATION_LOCK})`;
    await client.query({ text: lock, query_timeout: MIGRATION_LIMIT_MS } as pg.QueryConfig);
    // Somebody else may have done it while this process waited for the lock.
    const version = await readVersion(client, place, migrations.length);
    if (version === 0) {
      await client.query(
        `CREATE SCHEMA IF NOT EXISTS ${place.schema}; CREATE TABLE schema_version (version BIGINT NOT NULL);
         INSERT INTO schema_version VALUES (0)`,
      );
    }
    for (const [index, step] of migrations.entries()) {
      if (index < version) continue;
      const parts = step === MIGRATIONS[index] ? POSTGRES_PARTS.get(index + 1) : undefined;
      const text = [inPostgres(step), parts?.replaceAll('{schema}', place.schema) ?? ''].join(';');
      await client.query({ text, query_timeout: MIGRATION_LIMIT_MS } as pg.QueryConfig);
    }
    await client.query(`UPDATE schema_version SET version = ${migrations.length}`);
    await client.query('COMMIT');
  } catch (error) {
    if (failureOf(error) !== 'lost') await client.query('ROLLBACK');
    throw error;
  }
}
