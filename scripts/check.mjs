#!/usr/bin/env node
// Everything a change must pass before it is committed: types, style, floating promises, unused code, tests.
import { bin, build, checkNode, installIfNeeded, run } from './lib/run.mjs';

checkNode();
installIfNeeded();
build();
lint();
run(process.execPath, [bin('vitest', 'vitest'), 'run', ...process.argv.slice(2)]);

function lint() {
  run('npx', ['--no-install', 'biome', 'ci', '.']);
  run('npx', ['--no-install', 'oxlint', '--type-aware', '--deny-warnings']);
  run('npx', ['--no-install', 'knip']);
}
