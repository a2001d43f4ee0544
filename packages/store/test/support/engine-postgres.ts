import type { TestProject } from 'vitest/node';
import { postgresPrograms, startPostgres } from '../../../../test/support/postgres.ts';
import { needs } from '../../../../test/support/require.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the tests of this run keep their databases; null where PostgreSQL is not installed. */
    postgresUrl: string | null;
  }
}

/** One private server for all files of the run. */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const isThere = needs('PostgreSQL', (await postgresPrograms()) !== null);
  const server = isThere ? await startPostgres() : null;
  project.provide('postgresUrl', server?.url ?? null);
  return server === null ? undefined : () => server.stop();
}
