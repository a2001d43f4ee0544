import { readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { storeError } from './errors.ts';

/** A `postgres://` address, taken apart. */
export type PostgresPlace = {
  /** For people: without password and parameters. */
  readonly shown: string;
  /** For the driver. */
  readonly connectionString: string;
  /** The schema that holds our tables. */
  readonly schema: string;
  /** Reads the password file anew, so that a changed password needs no restart; null where none is named. */
  readonly readPassword: (() => Promise<string>) | null;
};

const DEFAULT_SCHEMA = 'unsent';

/** True if `location` names a PostgreSQL server. */
export function isPostgres(location: string): boolean {
  return /^postgres(ql)?:\/\//i.test(location);
}

/**
 * Takes `postgres://user@host:port/database?…` apart. Beside what libpq knows (`sslmode`, `sslrootcert`, `sslcert`,
 * `sslkey`, `host` for a socket's folder, `application_name`) it understands `schema` and `passwordfile`.
 *
 * Throws `store-unsupported` without a word of a password.
 */
export function parsePostgresPlace(location: string): PostgresPlace {
  const url = URL.canParse(location) ? new URL(location) : null;
  if (url === null) throw storeError('store-unsupported', 'postgres://…', 'the address cannot be read');
  const schema = take(url, 'schema') ?? DEFAULT_SCHEMA;
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema)) {
    throw storeError('store-unsupported', 'postgres://…', 'schema= takes small letters, digits and _');
  }
  const passwordFile = take(url, 'passwordfile');
  const host = url.searchParams.get('host');
  const shown = new URL(url);
  shown.password = '';
  shown.search = host === null ? '' : `?host=${host}`;
  const user = url.username === '' && !url.searchParams.has('user') ? defaultUser() : null;
  if (user !== null) url.searchParams.set('user', user);
  // As libpq has it: "require" encrypts, "verify-full" also checks who answers.
  if (!url.searchParams.has('uselibpqcompat')) url.searchParams.set('uselibpqcompat', 'true');
  return {
    shown: decodeURI(shown.href),
    connectionString: url.href,
    schema,
    readPassword:
      passwordFile === null ? null : async () => (await readFile(passwordFile, 'utf8')).replace(/\r?\n$/, ''),
  };
}

/** As libpq has it; the driver itself goes by $USER, which neither cron nor a container has to set. */
function defaultUser(): string | null {
  const named = process.env['PGUSER'];
  if (named !== undefined && named !== '') return named;
  try {
    return userInfo().username;
  } catch {
    return null; // a user id without a name
  }
}

function take(url: URL, name: string): string | null {
  const value = url.searchParams.get(name);
  url.searchParams.delete(name);
  return value === '' ? null : value;
}
