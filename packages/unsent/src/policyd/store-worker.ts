import { type FSWatcher, watch } from 'node:fs';
import { dirname } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import type { TallyBatch } from '@unsent/policyd';
import { openPolicyStore, type PolicyStore } from '@unsent/store';
import type { FromStore, StoreThreadSetup, ToStore } from './store-protocol.ts';

const LOOK_EVERY_MS = 1_000;
const RETRY_MS = 1_000;
const REOPEN_MS = 10_000;
const PRUNE_EVERY_MS = 6 * 3_600_000;
const KEPT_MS = 90 * 86_400_000;
/** Short: a database that is busy for longer is tried again, and meanwhile the lock is free for its holder. */
const BUSY_LIMIT_MS = 1_000;

const setup: StoreThreadSetup = workerData;
let store: PolicyStore | null = null;
let watcher: FSWatcher | null = null;
let waiting: TallyBatch | null = null;
let told = '';
let trouble = '';
let isLooking = false;
let isStopping = false;
let nextOpenMs = 0;

const looking = setInterval(() => void look(), LOOK_EVERY_MS);
const pruning = setInterval(() => void attempt(prune), PRUNE_EVERY_MS);
void look();

parentPort?.on('message', (message: ToStore) => {
  if (message.kind === 'stop') void stop(message.batch);
  else void count(message.batch);
});

function send(message: FromStore): void {
  parentPort?.postMessage(message);
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
  nextOpenMs = nowMs + REOPEN_MS;
  const opened = await openPolicyStore(setup.place, { busyLimitMs: BUSY_LIMIT_MS });
  // Looking every second finds whatever the watch misses; where there is no watch (some file systems) it is enough.
  watcher = watch(dirname(setup.place), () => void look());
  watcher.on('error', () => watcher?.close());
  setTimeout(() => void attempt(prune), LOOK_EVERY_MS);
  return opened;
}

/** Tells of the locked domains when they are others than before. */
async function look(): Promise<void> {
  if (isLooking || isStopping) return;
  isLooking = true;
  await attempt(async ({ lockedDomains }) => {
    const domains = (await lockedDomains.all()).map(({ name, lockedAt }) => ({ name, lockedAt }));
    const text = JSON.stringify(domains);
    if (text !== told) send({ kind: 'locked', domains });
    told = text;
  });
  isLooking = false;
}

async function count(batch: TallyBatch): Promise<void> {
  waiting = batch;
  while (!isStopping) {
    if (await attempt(({ policyCounters }) => policyCounters.add(batch))) {
      waiting = null;
      send({ kind: 'counted' });
      return;
    }
    await new Promise((resume) => setTimeout(resume, RETRY_MS));
  }
}

async function prune({ policyCounters }: PolicyStore): Promise<void> {
  await policyCounters.prune(new Date(Date.now() - KEPT_MS));
}

async function stop(last: TallyBatch | null): Promise<void> {
  isStopping = true;
  clearInterval(looking);
  clearInterval(pruning);
  watcher?.close();
  for (const batch of [waiting, last]) {
    if (batch !== null) await attempt(({ policyCounters }) => policyCounters.add(batch));
  }
  await store?.close();
  parentPort?.close();
}
