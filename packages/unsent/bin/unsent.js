#!/usr/bin/env node
import { existsSync } from 'node:fs';

const entry = new URL('../dist/main.js', import.meta.url);
if (existsSync(entry)) {
  const { main } = await import(entry.href);
  await main();
} else {
  console.error('unsent: not built yet; run "npm run demo" or "npm run build" in the project folder first');
  process.exitCode = 2;
}
