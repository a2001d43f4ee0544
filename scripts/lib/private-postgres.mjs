import { testSupport } from './test-support.mjs';

/** Starts the private PostgreSQL of the tests; `settings` are lines of postgresql.conf. See test/support/postgres.ts. */
export async function startPrivatePostgres(settings = []) {
  const { startPostgres } = await testSupport('postgres');
  return startPostgres(settings);
}
