import type pg from 'pg';
import type PgBoss from 'pg-boss';
import { storeError } from './errors.ts';
import { LOCK_CLASS, type PostgresConnection } from './postgres-connection.ts';
import { explainPostgresError } from './postgres-errors.ts';
import type { PostgresPlace } from './postgres-place.ts';

/** The queue of pieces, and where pieces go that failed for good. */
export const PIECES = 'unsent-pieces';
export const DEAD_PIECES = 'unsent-pieces-dead';

const INSTALL_LOCK = 6;
/** How often all workers together look for pieces whose worker died. */
const EXPIRE_EVERY_SECONDS = 5;
/** pg-boss takes names of schemas up to 50 characters. */
const MAX_SCHEMA = 45;

/** pg-boss on our connections, in a schema of its own beside ours. */
export type Boss = { readonly boss: PgBoss; readonly schema: string };

/** Makes what is missing, in turn with everybody else who does so. Throws `store-…` errors. */
export async function openBoss(
  connection: PostgresConnection,
  place: PostgresPlace,
  isSupervising: boolean,
): Promise<Boss> {
  const Driver = await loadBoss(place);
  const schema = jobsSchema(place);
  try {
    await connection.withClient((client) => install(Driver, client, schema, place));
    const db = {
      executeSql: (text: string, values?: unknown[]) => connection.native('single', queryWith(text, values)),
    };
    const supervision = { supervise: isSupervising, maintenanceIntervalSeconds: EXPIRE_EVERY_SECONDS };
    const boss = new Driver({ db, schema, migrate: false, schedule: false, ...supervision });
    // What fails beside is tried again soon.
    boss.on('error', () => undefined);
    return { boss: await boss.start(), schema };
  } catch (error) {
    throw explainPostgresError(error, place.shown);
  }
}

/** For the `db` option of pg-boss's methods: they then run on this connection. */
export function over(client: pg.ClientBase): PgBoss.Db {
  return { executeSql: (text, values) => queryWith(text, values)(client) };
}

function queryWith(text: string, values: unknown[] = []) {
  return (client: pg.ClientBase) => client.query<Record<string, unknown>>(text, values);
}

async function loadBoss(place: PostgresPlace): Promise<typeof PgBoss> {
  try {
    return (await import('pg-boss')).default;
  } catch (cause) {
    throw storeError('store-package-missing', place.shown, 'to share a scan: npm install pg-boss@10', cause);
  }
}

function jobsSchema({ schema, shown }: PostgresPlace): string {
  if (schema.length <= MAX_SCHEMA) return `${schema}_jobs`;
  throw storeError('store-unsupported', shown, `schema= has more than ${MAX_SCHEMA} characters, too many for pg-boss`);
}

async function install(
  Driver: typeof PgBoss,
  client: pg.ClientBase,
  schema: string,
  { shown }: PostgresPlace,
): Promise<void> {
  const { rows } = await client.query<{ may: boolean }>(
    "SELECT has_schema_privilege(nspname, 'USAGE') AS may FROM pg_namespace WHERE nspname = $1",
    [schema],
  );
  if (rows[0]?.may === false) throw storeError('store-forbidden', shown, `no USAGE on the schema ${schema}`);
  const boss = new Driver({ db: over(client), schema, supervise: false, schedule: false });
  boss.on('error', () => undefined);
  await client.query(`SELECT pg_advisory_lock(${LOCK_CLASS}, ${INSTALL_LOCK})`);
  await boss.start();
  if ((await boss.getQueue(DEAD_PIECES)) === null) await boss.createQueue(DEAD_PIECES);
  if ((await boss.getQueue(PIECES)) === null) {
    await boss.createQueue(PIECES, { name: PIECES, policy: 'standard', deadLetter: DEAD_PIECES });
  }
  await client.query(`SELECT pg_advisory_unlock(${LOCK_CLASS}, ${INSTALL_LOCK})`);
}
