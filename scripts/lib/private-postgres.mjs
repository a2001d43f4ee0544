// The private PostgreSQL of the tests, for scripts. Test support is TypeScript, which Node 20 does not read.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { root } from './run.mjs';

/** Starts one; `settings` are lines of postgresql.conf. See test/support/postgres.ts for what comes back. */
export async function startPrivatePostgres(settings = []) {
  const folder = mkdtempSync(join(tmpdir(), 'unsent-support-'));
  try {
    const outfile = join(folder, 'postgres.mjs');
    await build({
      entryPoints: [`${root}test/support/postgres.ts`],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      logLevel: 'error',
    });
    const { startPostgres } = await import(pathToFileURL(outfile).href);
    return await startPostgres(settings);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
