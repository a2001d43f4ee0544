#!/usr/bin/env node
// `npm test`: installs if needed, builds (the end-to-end tests run the built command), runs every test.
import { bin, build, checkNode, installIfNeeded, run } from './lib/run.mjs';

checkNode();
installIfNeeded();
build();
run(process.execPath, [bin('vitest', 'vitest'), 'run', ...process.argv.slice(2)]);
