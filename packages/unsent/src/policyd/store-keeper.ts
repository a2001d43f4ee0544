import { type FSWatcher, watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import { openPolicyStore, type PolicyStore } from '@unsent/store';
import {
  lockedCachePath,
  type NameChange,
  readLockedCache,
  writeLockedCache,
  writeLockedChanges,
} from './locked-cache.ts';
import { buffersOf, type LockedTable, lockedTableBuilder } from './locked-table.ts';
import type { Delivery, FromStore, StoreSetup, ToStore } from './store-protocol.ts';
import { deliverKept, keepDelivery } from './undelivered.ts';

/** Finds what nobody announced: a file's database, a connection that was lost. */
const LOOK_EVERY_MS = 500;
const RETRY_MS = 1_000;
const REOPEN_MS = 10_000;
const REOPEN_SERVER_MS = 1_000;
const PRUNE_EVERY_MS = 6 * 3_600_000;
const KEPT_MS = 90 * 86_400_000;
/** After so many single changes the list is read anew, which also makes it small again. */
const MAX_CHANGES = 5_000;

/** What is counted last is tried for so long: whoever stops us waits for 5 s, and then it must have been kept. */
const LAST_TRY_MS = 3_000;

/** Where the owner of the database says what happens. `transfer`: buffers that need not be copied. */
export type TellDaemon = (message: FromStore, transfer?: ArrayBuffer[]) => void;

/** Owns the database: tells of the locked domains, takes counts. Whoever runs it hands it the daemon's messages. */
export class StoreKeeper {
  readonly #setup: StoreSetup;
  readonly #tell: TellDaemon;
  readonly #onEnd: () => void;
  readonly #cache: string | null;
  readonly #timers: NodeJS.Timeout[] = [];
  #store: PolicyStore | null = null;
  #watcher: FSWatcher | null = null;
  #stopListening: (() => Promise<void>) | null = null;
  #waiting: Delivery | null = null;
  #revision: number | null = null;
  /** What changed since all were read, at the revision `#tableRevision`. */
  #changes: NameChange[] = [];
  #tableRevision = 0;
  #trouble = '';
  #isLooking = false;
  #isAskedAgain = false;
  #isStopping = false;
  #nextOpenMs = 0;

  /** `onEnd`: the last message was obeyed, and the database is closed. */
  constructor(setup: StoreSetup, tell: TellDaemon, onEnd: () => void) {
    this.#setup = setup;
    this.#tell = tell;
    this.#onEnd = onEnd;
    this.#cache = setup.cacheFolder === null ? null : lockedCachePath(setup.cacheFolder, setup.place);
    this.#timers.push(setInterval(() => void this.#look(), LOOK_EVERY_MS));
    this.#timers.push(setInterval(() => void this.#attempt(prune), PRUNE_EVERY_MS));
    void this.#start();
  }

  receive(message: ToStore): void {
    if (message.kind === 'stop') void this.#stop(message.delivery);
    else void this.#count(message.delivery);
  }

  /** What was last known answers at once, until the database does. */
  async #start(): Promise<void> {
    const known = this.#cache === null ? null : await readLockedCache(this.#cache);
    if (known !== null && this.#revision === null) {
      this.#tellTable(known.table);
      this.#tell({ kind: 'locked', update: { kind: 'changes', changes: known.changes } });
    }
    await this.#look();
  }

  /** Runs `work` on the database; false when that is not possible now. The same trouble is told once. */
  async #attempt(work: (store: PolicyStore) => Promise<void>): Promise<boolean> {
    try {
      this.#store ??= await this.#open();
      if (this.#store === null) return false;
      await work(this.#store);
      this.#trouble = '';
      return true;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      if (why !== this.#trouble) this.#tell({ kind: 'trouble', why });
      this.#trouble = why;
      return false;
    }
  }

  async #open(): Promise<PolicyStore | null> {
    const { place, cacheFolder, busyLimitMs } = this.#setup;
    const nowMs = performance.now();
    if (nowMs < this.#nextOpenMs) return null;
    this.#nextOpenMs = nowMs + (cacheFolder === null ? REOPEN_MS : REOPEN_SERVER_MS);
    const opened = await openPolicyStore(place, { busyLimitMs });
    this.#stopListening = await opened.lockedDomains.listen(() => void this.#look());
    if (this.#stopListening === null) {
      // Looking now and then finds whatever the watch misses; where there is no watch (some file systems) it is enough.
      this.#watcher = watch(dirname(place), (_, file) => {
        if (isOfDatabase(file, place)) void this.#look();
      });
      this.#watcher.on('error', () => this.#watcher?.close());
    }
    this.#timers.push(setTimeout(() => void this.#attempt(prune), RETRY_MS));
    if (cacheFolder !== null) this.#timers.push(setTimeout(() => void this.#deliverOld(cacheFolder), 0));
    return opened;
  }

  /** Tells of the locked domains when they are others than before. */
  async #look(): Promise<void> {
    this.#isAskedAgain = true;
    if (this.#isLooking) return;
    this.#isLooking = true;
    while (this.#isAskedAgain && !this.#isStopping) {
      this.#isAskedAgain = false;
      await this.#attempt((store) => this.#follow(store));
    }
    this.#isLooking = false;
  }

  async #follow({ lockedDomains }: PolicyStore): Promise<void> {
    const found = this.#revision === null ? null : await lockedDomains.changesSince(this.#revision);
    if (found === null || this.#changes.length + found.changes.length > MAX_CHANGES)
      return this.#readAll(lockedDomains);
    this.#revision = found.revision;
    if (found.changes.length === 0) return;
    const told = found.changes.map(({ name, lockedAt }) => ({ name, lockedAtMs: lockedAt?.getTime() ?? null }));
    this.#tell({ kind: 'locked', update: { kind: 'changes', changes: told } });
    this.#changes.push(...told);
    if (this.#cache === null) return;
    await writeLockedChanges(this.#cache, this.#tableRevision, this.#changes).catch((error) =>
      this.#tellOfCache(error),
    );
  }

  async #readAll(lockedDomains: PolicyStore['lockedDomains']): Promise<void> {
    // First: what is changed while the pages are read is then found again as a change.
    const before = await lockedDomains.revision();
    const table = await readTable(lockedDomains);
    if (this.#cache === null) this.#tellTable(table);
    else {
      // As a copy: the daemon is not kept waiting for the disk.
      this.#tell({ kind: 'locked', update: { kind: 'table', table } });
      await writeLockedCache(this.#cache, table, before).catch((error) => this.#tellOfCache(error));
    }
    this.#revision = before;
    this.#tableRevision = before;
    this.#changes = [];
  }

  #tellTable(table: LockedTable): void {
    this.#tell({ kind: 'locked', update: { kind: 'table', table } }, buffersOf(table));
  }

  /** Without the file, only a start while the database is away is worse off. */
  #tellOfCache(error: unknown): void {
    const why = error instanceof Error ? error.message : String(error);
    this.#tell({ kind: 'trouble', why: `the last known list cannot be kept: ${why}` });
  }

  async #count(delivery: Delivery): Promise<void> {
    this.#waiting = delivery;
    while (!this.#isStopping) {
      if (await this.#attempt((opened) => deliver(opened, delivery))) {
        this.#waiting = null;
        this.#tell({ kind: 'counted' });
        return;
      }
      await new Promise((resume) => setTimeout(resume, RETRY_MS).unref());
    }
  }

  /** What a daemon that ended while the database was away has left behind. */
  async #deliverOld(folder: string): Promise<void> {
    await this.#attempt((opened) => deliverKept(folder, (delivery) => deliver(opened, delivery)));
  }

  async #stop(last: Delivery | null): Promise<void> {
    this.#isStopping = true;
    // One of them would open the database again, and hold up the end.
    for (const timer of this.#timers) clearTimeout(timer);
    this.#watcher?.close();
    const { cacheFolder } = this.#setup;
    let isOver = false;
    let timer: NodeJS.Timeout | undefined;
    // An attempt on a server that is away may take longer than that; should it succeed after all, its number says so.
    const end = new Promise<false>((resolve) => {
      timer = setTimeout(() => {
        isOver = true;
        resolve(false);
      }, LAST_TRY_MS);
    });
    for (const delivery of [this.#waiting, last]) {
      if (delivery === null) continue;
      let isDelivered = false;
      do isDelivered = await Promise.race([this.#attempt((opened) => deliver(opened, delivery)), end]);
      while (!isDelivered && this.#store !== null && !isOver);
      if (isDelivered || cacheFolder === null) continue;
      await keepDelivery(cacheFolder, delivery).catch((error) => this.#tellOfCache(error));
    }
    clearTimeout(timer);
    await this.#stopListening?.();
    await this.#store?.close();
    this.#onEnd();
  }
}

async function readTable(lockedDomains: PolicyStore['lockedDomains']): Promise<LockedTable> {
  const builder = lockedTableBuilder();
  for await (const { names, lockedAtMs } of lockedDomains.pages()) {
    for (const [i, name] of names.entries()) builder.add(name, lockedAtMs[i] ?? 0);
  }
  return builder.build();
}

function deliver({ policyCounters }: PolicyStore, { daemon, number, batch }: Delivery): Promise<void> {
  return policyCounters.add(batch, { daemon, number });
}

async function prune({ policyCounters }: PolicyStore): Promise<void> {
  await policyCounters.prune(new Date(Date.now() - KEPT_MS));
}

/** Is a file that changed the database at `place`, or one that SQLite keeps beside it? A log in the same folder is not. */
export function isOfDatabase(file: string | null, place: string): boolean {
  return file === null || file.startsWith(basename(place));
}
