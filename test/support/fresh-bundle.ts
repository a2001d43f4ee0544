import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Before the end-to-end tests: they shall run the bundle that people install, also after a mere `tsc -b`. */
export function setup(): void {
  if (!existsSync(`${root}packages/unsent/dist/main.js`)) return; // `startUnsent` says what to do
  const { status } = spawnSync(process.execPath, [`${root}scripts/bundle.mjs`, '--if-stale'], { stdio: 'inherit' });
  if (status !== 0) throw new Error('scripts/bundle.mjs failed');
}
