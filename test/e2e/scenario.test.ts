import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { findProgram, hasShared, needs } from '../support/require.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const isThere = hasShared('bounce/tools/gen_scenario.py') && findProgram('python3') !== null;

describe.skipIf(!needs('the scenario generator of ../shared, or python3,', isThere))('a generated joe job', () => {
  test('is judged to the bars, with the sent log and without', () => {
    const args = [join(root, 'scripts/score-scenarios.mjs'), '--seeds', '2', '--n', '600', '--cases'];
    const run = spawnSync(process.execPath, args, { encoding: 'utf8' });
    expect(run.stderr).toBe('');
    expect(run.status).toBe(0);
    // Where nothing can be known, nothing is claimed.
    expect(run.stdout).toMatch(/used-no-original +unknown->unknown: \d+$/m);
    expect(run.stdout).toMatch(/double-bounce +unknown->unknown: \d+$/m);
  });
});
