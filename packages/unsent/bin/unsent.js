#!/usr/bin/env node
// Starts the bundle where it is of what the compiler wrote last, else the compiler's output: never an old command.
import { existsSync, readFileSync, statSync } from 'node:fs';

const bundle = new URL('../bundle/', import.meta.url);
const built = new URL('../dist/main.js', import.meta.url);

if (isFresh()) await start(new URL('main.js', bundle));
else if (existsSync(built)) await start(built);
else {
  console.error('unsent: not built yet; run "npm run demo" or "npm run build" in the project folder first');
  process.exitCode = 2;
}

async function start(entry) {
  const { main } = await import(entry.href);
  await main();
}

/** Has no package been compiled since the bundle was made? (scripts/bundle.mjs writes when each was.) */
function isFresh() {
  try {
    const made = JSON.parse(readFileSync(new URL('made-from.json', bundle), 'utf8'));
    return Object.entries(made).every(([path, time]) => statSync(new URL(path, bundle)).mtimeMs === time);
  } catch {
    return false;
  }
}
