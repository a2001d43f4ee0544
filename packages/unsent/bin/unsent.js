#!/usr/bin/env node
// Starts the bundle where it is of what the compiler wrote last, else the compiler's output: never an old command.
'use strict';
const { existsSync, readFileSync, statSync } = require('node:fs');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');

const bundle = join(__dirname, '../bundle');
const built = join(__dirname, '../dist/main.js');

if (isFresh()) require('../bundle/unsent.js');
else if (existsSync(built)) void import(pathToFileURL(built).href).then(({ main }) => main());
else {
  console.error('unsent: not built yet; run "npm run demo" or "npm run build" in the project folder first');
  process.exitCode = 2;
}

/** Has no package been compiled since the bundle was made? (scripts/bundle.mjs writes when each was.) */
function isFresh() {
  try {
    const made = JSON.parse(readFileSync(join(bundle, 'made-from.json'), 'utf8'));
    return Object.entries(made).every(([path, time]) => statSync(join(bundle, path)).mtimeMs === time);
  } catch {
    return false;
  }
}
