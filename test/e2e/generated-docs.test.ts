import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

test.each([
  ['schema, tables and lists are what the sources say', 'make-docs'],
  ['the pictures are what the command prints', 'record-cast'],
])('%s', (_, script) => {
  const run = spawnSync(process.execPath, [join(root, `scripts/${script}.mjs`), '--check'], { encoding: 'utf8' });
  expect(run.stderr).toBe('');
  expect(run.status).toBe(0);
});
