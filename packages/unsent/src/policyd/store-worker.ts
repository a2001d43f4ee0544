import { type FSWatcher, watch } from 'node:fs';
import { dirname } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { openPolicyStore, type PolicyStore } from '@unsent/store';
import {
  lockedCachePath,
  type NameChange,
  readLockedCache,
  writeLockedCache,
  writeLockedChanges,
} from './locked-cache.ts';
import { buffersOf, type LockedTable, lockedTableBuilder } from './locked-table.ts';
import type { Delivery, FromStore, StoreThreadSetup, ToStore } from './store-protocol.ts';
import { deliverKept, keepDelivery } from './undelivered.ts';

/** Finds what nobody announced: a file's database, a connection that was lost. */
const LOOK_EVERY_MS = 500;
const RETRY_MS = 1_000;
const REOPEN_MS = 10_000;
const REOPEN_SERVER_MS = 1_000;
const PRUNE_EVERY_MS = 6 * 3_600_000;
const KEPT_MS = 90 * 86_400_000;
/** Short: a database that is busy for longer is tried again, and meanwhile the lock is free for its holder. */
const BUSY_LIMIT_MS = 1_000;
/** After so many single changes the list is read anew, which also makes it small again. */
const MAX_CHANGES = 5_000;

const setup: StoreThreadSetup = workerData;
const cache = setup.cacheFolder === null ? null : lockedCachePath(setup.cacheFolder, setup.place);
let store: PolicyStore | null = null;
let watcher: FSWatcher | null = null;
let stopListening: (() => Promise<void>) | null = null;
let waiting: Delivery | null = null;
let revision: number | null = null;
/** What changed since all were read, at the revision `tableRevision`. */
let changes: NameChange[] = [];
let tableRevision = 0;
let trouble = '';
let isLooking = false;
let isAskedAgain = false;
let isStopping = false;
let nextOpenMs = 0;

const looking = setInterval(() => void look(), LOOK_EVERY_MS);
const pruning = setInterval(() => void attempt(prune), PRUNE_EVERY_MS);
void start();

parentPort?.on('message', (message: ToStore) => {
  if (message.kind === 'stop') void stop(message.delivery);
  else void count(message.delivery);
});

function send(message: FromStore, transfer: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer);
}

/** What was last known answers at once, until the database does. */
async function start(): Promise<void> {
  const known = cache === null ? null : await readLockedCache(cache);
  if (known !== null && revision === null) {
    sendTable(known.table);
    send({ kind: 'locked', update: { kind: 'changes', changes: known.changes } });
  }
  await look();
}

/** Runs `work` on the database; false when that is not possible now. The same trouble is told once. */
async function attempt(work: (store: PolicyStore) => Promise<void>): Promise<boolean> {
  try {
    store ??= await open();
    if (store === null) return false;
    await work(store);
    trouble = '';
    return true;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    if (why !== trouble) send({ kind: 'trouble', why });
    trouble = why;
    return false;
  }
}

async function open(): Promise<PolicyStore | null> {
  const nowMs = performance.now();
  if (nowMs < nextOpenMs) return null;
  nextOpenMs = nowMs + (setup.cacheFolder === null ? REOPEN_MS : REOPEN_SERVER_MS);
  const opened = await openPolicyStore(setup.place, { busyLimitMs: BUSY_LIMIT_MS });
  stopListening = await opened.lockedDomains.listen(() => void look());
  if (stopListening === null) {
    // Looking now and then finds whatever the watch misses; where there is no watch (some file systems) it is enough.
    watcher = watch(dirname(setup.place), () => void look());
    watcher.on('error', () => watcher?.close());
  }
  setTimeout(() => void attempt(prune), RETRY_MS);
  if (setup.cacheFolder !== null) setTimeout(() => void attempt(deliverOld), 0);
  return opened;
}

/** Tells of the locked domains when they are others than before. */
async function look(): Promise<void> {
  isAskedAgain = true;
  if (isLooking) return;
  isLooking = true;
  while (isAskedAgain && !isStopping) {
    isAskedAgain = false;
    await attempt(follow);
  }
  isLooking = false;
}

async function follow({ lockedDomains }: PolicyStore): Promise<void> {
  const found = revision === null ? null : await lockedDomains.changesSince(revision);
  if (found === null || changes.length + found.changes.length > MAX_CHANGES) return readAll(lockedDomains);
  revision = found.revision;
  if (found.changes.length === 0) return;
  const told = found.changes.map(({ name, lockedAt }) => ({ name, lockedAtMs: lockedAt?.getTime() ?? null }));
  send({ kind: 'locked', update: { kind: 'changes', changes: told } });
  changes.push(...told);
  if (cache !== null) await writeLockedChanges(cache, tableRevision, changes).catch(tellOfCache);
}

async function readAll(lockedDomains: PolicyStore['lockedDomains']): Promise<void> {
  // First: what is changed while the pages are read is then found again as a change.
  const before = await lockedDomains.revision();
  const table = await readTable(lockedDomains);
  if (cache === null) sendTable(table);
  else {
    // As a copy: the daemon is not kept waiting for the disk.
    send({ kind: 'locked', update: { kind: 'table', table } });
    await writeLockedCache(cache, table, before).catch(tellOfCache);
  }
  revision = before;
  tableRevision = before;
  changes = [];
}

async function readTable(lockedDomains: PolicyStore['lockedDomains']): Promise<LockedTable> {
  const builder = lockedTableBuilder();
  for await (const { names, lockedAtMs } of lockedDomains.pages()) {
    for (const [i, name] of names.entries()) builder.add(name, lockedAtMs[i] ?? 0);
  }
  return builder.build();
}

function sendTable(table: LockedTable): void {
  send({ kind: 'locked', update: { kind: 'table', table } }, buffersOf(table));
}

/** Without the file, only a start while the database is away is worse off. */
function tellOfCache(error: unknown): void {
  send({
    kind: 'trouble',
    why: `the last known list cannot be kept: ${error instanceof Error ? error.message : error}`,
  });
}

async function count(delivery: Delivery): Promise<void> {
  waiting = delivery;
  while (!isStopping) {
    if (await attempt((opened) => deliver(opened, delivery))) {
      waiting = null;
      send({ kind: 'counted' });
      return;
    }
    await new Promise((resume) => setTimeout(resume, RETRY_MS));
  }
}

function deliver({ policyCounters }: PolicyStore, { daemon, number, batch }: Delivery): Promise<void> {
  return policyCounters.add(batch, { daemon, number });
}

/** What a daemon that ended while the database was away has left behind. */
async function deliverOld(opened: PolicyStore): Promise<void> {
  if (setup.cacheFolder !== null) await deliverKept(setup.cacheFolder, (delivery) => deliver(opened, delivery));
}

async function prune({ policyCounters }: PolicyStore): Promise<void> {
  await policyCounters.prune(new Date(Date.now() - KEPT_MS));
}

async function stop(last: Delivery | null): Promise<void> {
  isStopping = true;
  clearInterval(looking);
  clearInterval(pruning);
  watcher?.close();
  for (const delivery of [waiting, last]) {
    if (delivery === null) continue;
    const isDelivered = await attempt((opened) => deliver(opened, delivery));
    if (!isDelivered && setup.cacheFolder !== null) await keepDelivery(setup.cacheFolder, delivery).catch(tellOfCache);
  }
  await stopListening?.();
  await store?.close();
  parentPort?.close();
}
