// The support of the tests, for scripts: it is TypeScript, which Node 20 does not read.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { root } from './run.mjs';

/** What test/support/NAME.ts exports. */
export async function testSupport(name) {
  const folder = mkdtempSync(join(tmpdir(), 'unsent-support-'));
  try {
    const outfile = join(folder, `${name}.mjs`);
    await build({
      entryPoints: [`${root}test/support/${name}.ts`],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      logLevel: 'error',
    });
    return await import(pathToFileURL(outfile).href);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
