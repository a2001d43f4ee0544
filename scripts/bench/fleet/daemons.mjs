#!/usr/bin/env node
import { join } from 'node:path';
// What a policy daemon has of a shared database: how soon it hears of 1,000 changes (as the daemon follows them), and
// what a million locked domains cost in memory and to look up. Makes and drops a schema of its own.
//
//   npx tsc -b && node --expose-gc scripts/bench/fleet/daemons.mjs 'postgres://…'
import { fileURLToPath } from 'node:url';

const dist = (path) => import(join(fileURLToPath(new URL('../../..', import.meta.url)), 'packages', path));
const { openPolicyStore } = await dist('store/dist/index.js');
const { lockedAtIn, lockedTableBuilder } = await dist('unsent/dist/policyd/locked-table.js');

const [url] = process.argv.slice(2);
if (url === undefined) throw new Error('usage: daemons.mjs postgres://…');
const CHANGES = 1000;
const NAMES = 1_000_000;
const operator = await openPolicyStore(`${url}?schema=unsent_bench`);
const daemon = await openPolicyStore(`${url}?schema=unsent_bench`);
await followChanges();
await startUp();
await operator.close();
await daemon.close();

async function followChanges() {
  const sentAt = new Map();
  const delays = [];
  let revision = await daemon.lockedDomains.revision();
  let isLooking = false;
  let isAskedAgain = false;
  const stop = await daemon.lockedDomains.listen(async () => {
    isAskedAgain = true;
    if (isLooking) return;
    isLooking = true;
    while (isAskedAgain) {
      isAskedAgain = false;
      const found = await daemon.lockedDomains.changesSince(revision);
      revision = found.revision;
      for (const { name } of found.changes) delays.push(performance.now() - sentAt.get(name));
    }
    isLooking = false;
  });
  const run = Date.now();
  for (let i = 0; i < CHANGES; i++) {
    const name = `c${i}-${run}.example`;
    sentAt.set(name, performance.now());
    await operator.lockedDomains.add([name], new Date(), 'bench');
  }
  while (delays.length < CHANGES) await new Promise((resume) => setTimeout(resume, 10));
  await stop();
  delays.sort((a, b) => a - b);
  const at = (share) => `${delays[Math.floor(share * (CHANGES - 1))].toFixed(1)} ms`;
  console.log(
    `${CHANGES} changes, from before the commit to known: median ${at(0.5)}, p99 ${at(0.99)}, worst ${at(1)}`,
  );
}

async function startUp() {
  const some = Array.from({ length: 50_000 }, (_, i) => i);
  for (let from = 0; from < NAMES; from += some.length) {
    await operator.lockedDomains.add(
      some.map((i) => `parked-domain-${from + i}.example`),
      new Date(),
      'bench',
    );
  }
  const started = performance.now();
  const builder = lockedTableBuilder();
  for await (const { names, lockedAtMs } of daemon.lockedDomains.pages()) {
    for (const [i, name] of names.entries()) builder.add(name, lockedAtMs[i]);
  }
  const table = builder.build();
  const seconds = ((performance.now() - started) / 1000).toFixed(2);
  const bytes = [table.names, table.starts, table.lockedAtMs, table.slots].reduce(
    (sum, part) => sum + part.byteLength,
    0,
  );
  console.log(`${table.count} names read and built in ${seconds} s, ${(bytes / table.count).toFixed(1)} bytes each`);
  const asked = Array.from({ length: 200_000 }, (_, i) => `parked-domain-${(i * 7919) % (NAMES * 2)}.example`);
  const before = performance.now();
  let found = 0;
  for (let round = 0; round < 5; round++) for (const name of asked) if (lockedAtIn(table, name) !== null) found++;
  const nanoseconds = ((performance.now() - before) * 1e6) / (asked.length * 5);
  console.log(`a look-up takes ${nanoseconds.toFixed(0)} ns (${found / 5} of ${asked.length} found)`);
}
