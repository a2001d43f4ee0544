import type pg from 'pg';
import { storeError } from './errors.ts';
import { explainPostgresError, failureOf } from './postgres-errors.ts';
import type { PostgresPlace } from './postgres-place.ts';
import { type LivePool, livePool } from './postgres-pool.ts';
import { checkedValues, type Row, type Sql, type SqlValue, type Turn } from './sql.ts';

/** A pool of connections to a PostgreSQL server. */
export interface PostgresConnection extends Sql {
  /** Reads one moment of the database while others write. */
  snapshot<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  /** Runs `work` with one connection of its own, once. */
  withClient<T>(work: (client: pg.ClientBase) => Promise<T>): Promise<T>;
  /**
   * Runs `work`, in the server's own dialect, with one connection of its own, and again when the server went away: it must
   * bear being done twice. With 'transaction', all of it or nothing.
   */
  native<T>(mode: 'single' | 'transaction', work: (client: pg.ClientBase) => Promise<T>): Promise<T>;
  /** A connection outside the pool, not yet connected. */
  newClient(): pg.Client;
  close(): Promise<void>;
}

export type PostgresConnectionOptions = {
  /** How long a server that went away, or one that others keep busy, is tried again. */
  readonly patienceMs: number;
  readonly maxConnections: number;
  /** A statement that has had no answer for so long was swallowed by the network. Default 60 s. */
  readonly answerLimitMs?: number | undefined;
};

const CONNECT_LIMIT_MS = 10_000;
const STATEMENT_LIMIT_MS = 60_000;
const QUESTION_LIMIT_MS = 600_000;
const VACUUM_LIMIT_MS = 24 * 3_600_000;
const FIRST_WAIT_MS = 5;
const LONGEST_WAIT_MS = 1_000;
const TURN_LOCKS: Record<Turn, number> = { journal: 1, 'sent-log': 2, verdicts: 3, summaries: 6 };
const ONE_MOMENT = 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY';
/** "unst": the advisory locks of ours. */
export const LOCK_CLASS = 0x756e7374;

type Client = pg.ClientBase;
type Pool = Pick<LivePool, 'connect'>;

/** Connects when the first statement comes. Loads the driver; `store-unsupported` when it is not installed. */
export async function connectPostgres(
  place: PostgresPlace,
  { patienceMs, maxConnections, answerLimitMs = STATEMENT_LIMIT_MS }: PostgresConnectionOptions,
): Promise<PostgresConnection> {
  const driver = await loadDriver();
  const config = clientConfig(driver, place, answerLimitMs);
  const pool = explained(place, () => livePool(driver, { ...config, max: maxConnections }, place.schema));
  const patiently = <T>(work: () => Promise<T>): Promise<T> =>
    retry(() => work().catch(pool.noteSilence), place, patienceMs);
  // A network that swallowed it is noticed first; what really takes longer is asked once more.
  const askTwice = (statement: string, values?: readonly SqlValue[]) => {
    let limitMs = statement === 'VACUUM' ? VACUUM_LIMIT_MS : answerLimitMs;
    return patiently(() => {
      const mine = limitMs;
      limitMs = Math.max(limitMs, QUESTION_LIMIT_MS);
      return withClient(pool, (client) => ask(client, statement, values, mine));
    });
  };
  return {
    run: async (statement, values) => void (await askTwice(statement, values)),
    all: async (statement, values) => (await askTwice(statement, values)).rows,
    transaction: (work, _durability, turn = null) => {
      const progress = { mayBeDone: false };
      const limitMs = turn === 'summaries' ? QUESTION_LIMIT_MS : answerLimitMs;
      return patiently(() =>
        transact(pool, beginning(turn), (c) => work(insideOf(c, limitMs), progress.mayBeDone), progress),
      );
    },
    snapshot: async (work) => {
      try {
        return await transact(pool, ONE_MOMENT, (client) => work(insideOf(client, QUESTION_LIMIT_MS)), {
          mayBeDone: false,
        });
      } catch (error) {
        throw explainPostgresError(error, place.shown);
      }
    },
    withClient: (work) => withClient(pool, work),
    native: (mode, work) =>
      patiently(() =>
        mode === 'single' ? withClient(pool, work) : transact(pool, 'BEGIN', work, { mayBeDone: false }),
      ),
    newClient: () => new driver.Client(config),
    close: pool.end,
  };
}

/** A connection in which something failed is not used again: it may be in the middle of a transaction. */
async function withClient<T>(pool: Pool, work: (client: Client) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    const result = await work(client);
    client.release();
    return result;
  } catch (error) {
    client.release(true);
    throw error;
  }
}

function ask(client: Client, statement: string, values: readonly SqlValue[] = [], limitMs: number) {
  return client.query<Row>(queryOf(statement, values, limitMs));
}

/** The statements of a transaction; each may take so long. */
function insideOf(client: Client, limitMs: number): Sql {
  const inside: Sql = {
    run: async (statement, values) => void (await ask(client, statement, values, limitMs)),
    all: async (statement, values) => (await ask(client, statement, values, limitMs)).rows,
    transaction: (work) => work(inside, false),
  };
  return inside;
}

async function loadDriver(): Promise<typeof pg> {
  try {
    return (await import('pg')).default;
  } catch (cause) {
    throw storeError('store-package-missing', 'postgres://…', 'npm install pg', cause);
  }
}

function clientConfig(driver: typeof pg, place: PostgresPlace, answerLimitMs: number): pg.ClientConfig {
  return {
    ...accessOf(driver, place),
    application_name: 'unsent',
    connectionTimeoutMillis: CONNECT_LIMIT_MS,
    // Of each statement that says nothing else.
    query_timeout: answerLimitMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    types: { getTypeParser: (oid: number, format?: 'text' | 'binary') => parserOf(driver, oid, format) },
  };
}

/** Where it is, and how to get in. What an address says of a password, even that there is none, outdoes the file. */
function accessOf(driver: typeof pg, { connectionString, readPassword }: PostgresPlace): pg.ClientConfig {
  if (readPassword === null) return { connectionString };
  const { host, port, user, database, ssl } = new driver.Client({ connectionString });
  return { host, port, user, database, ssl, password: readPassword };
}

const [INT8, INT2, INT4, NUMERIC] = [20, 21, 23, 1700];

/** Whole numbers come as bigint, as from SQLite; sums of them are NUMERIC. */
function parserOf(driver: typeof pg, oid: number, format?: 'text' | 'binary'): (text: string) => unknown {
  if (oid === INT8 || oid === INT2 || oid === INT4) return BigInt;
  if (oid === NUMERIC) return (text) => (/^-?\d+$/.test(text) ? BigInt(text) : Number(text));
  return driver.types.getTypeParser(oid, format);
}

/** One try of a transaction. `progress` keeps that a commit was sent and its answer was lost. */
async function transact<T>(
  pool: Pool,
  begin: string,
  work: (client: Client) => Promise<T>,
  progress: { mayBeDone: boolean },
): Promise<T> {
  const client = await pool.connect();
  let isCommitting = false;
  try {
    await client.query(begin);
    const result = await work(client);
    isCommitting = true;
    const { command } = await client.query('COMMIT');
    if (command !== 'COMMIT') throw new Error('the transaction was rolled back: a statement in it had failed');
    client.release();
    return result;
  } catch (error) {
    const isLost = failureOf(error) === 'lost';
    if (isLost && isCommitting) progress.mayBeDone = true;
    const isUsable = !isLost && (await rollBack(client));
    client.release(!isUsable);
    throw error;
  }
}

async function rollBack(client: Client): Promise<boolean> {
  try {
    await client.query('ROLLBACK');
    return true;
  } catch {
    return false; // the connection is broken, and the server takes everything back
  }
}

/**
 * Every commit waits for the disk, also one that may be lost `soon`: what a crash of the server takes back is not read
 * again by a client that lives on.
 */
function beginning(turn: Turn | null): string {
  return turn === null ? 'BEGIN' : `BEGIN; SELECT pg_advisory_xact_lock(${LOCK_CLASS}, ${TURN_LOCKS[turn]})`;
}

async function retry<T>(work: () => Promise<T>, place: PostgresPlace, patienceMs: number): Promise<T> {
  let giveUpAt: number | null = null;
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
    try {
      return await work();
    } catch (error) {
      giveUpAt ??= performance.now() + patienceMs;
      if (failureOf(error) === 'final' || performance.now() >= giveUpAt) throw explainPostgresError(error, place.shown);
    }
    // Jitter, so that those that were in each other's way do not meet again.
    await new Promise((resume) => setTimeout(resume, waitMs * (0.5 + Math.random())));
  }
}

function explained<T>(place: PostgresPlace, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw explainPostgresError(error, place.shown);
  }
}

type Query = pg.QueryConfig & { readonly query_timeout: number };

const MAX_NAMED = 256;
const known = new Map<string, { readonly text: string; readonly name: string }>();

/**
 * `?` becomes `$1`, `$2`, …: our statements hold no other question mark. The name makes the server plan a statement
 * once; lists come in too many lengths for that.
 */
function queryOf(statement: string, values: readonly SqlValue[], limitMs: number): Query {
  let found: { readonly text: string; readonly name?: string } | undefined = known.get(statement);
  if (found === undefined) {
    let n = 0;
    found = { text: statement.replace(/\?/g, () => `$${++n}`) };
    if (known.size < MAX_NAMED && !statement.includes('IN (?')) {
      const named = { ...found, name: `unsent_${known.size}` };
      known.set(statement, named);
      found = named;
    }
  }
  return { ...found, values: checkedValues(values).map(asBuffer), query_timeout: limitMs };
}

function asBuffer(value: SqlValue): SqlValue {
  return value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : value;
}
