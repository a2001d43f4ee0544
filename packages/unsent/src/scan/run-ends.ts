import { UnsentError } from '@unsent/dns';
import type { Shell } from '../shell.ts';
import type { Store } from '../store.ts';
import { isGone, thisProcess } from '../this-process.ts';
import { finishScan } from './afterwards.ts';
import { lockAttacked, tellEvidence } from './evidence.ts';
import type { ScanRequest } from './options.ts';
import { printProblem } from './read-sources.ts';

/** What the command line says of it. */
type EndRequest = Pick<ScanRequest, 'notify' | 'keepDays'>;

const KEEP_EVERY_MS = 60_000;

/** Sees to it that the end of this run is done, by this process or, should it die, by the next one. */
export async function beginRun(shell: Shell, store: Store, run: number): Promise<void> {
  await takeEnd(shell, store, run);
  await store.runEnds.begin(run, shell.now());
}

/**
 * Does the ends of runs that nobody is at: of those whose last piece is done, and of processes that died before theirs. Not
 * that of `own`, which its scan does itself.
 */
export async function endRuns(
  shell: Shell,
  store: Store,
  request: EndRequest = { notify: null, keepDays: null },
  own: number | null = null,
): Promise<void> {
  for (const run of await store.runEnds.due()) {
    if (shell.signal.aborted) return;
    if (run !== own && (await takeEnd(shell, store, run))) await endRun(shell, store, request, run);
  }
}

async function endRun(shell: Shell, store: Store, request: EndRequest, run: number): Promise<void> {
  const holder = thisProcess();
  const keeping = setInterval(
    () => void store.scanLocks.keep(holder, shell.now()).catch(() => undefined),
    KEEP_EVERY_MS,
  );
  keeping.unref();
  try {
    // Whoever held it until now may have done it.
    if (!(await store.runEnds.due()).includes(run)) return;
    await finishRun(shell, store, request, run);
    // A signal leaves something out.
    if (!shell.signal.aborted) await store.runEnds.done(run);
  } finally {
    clearInterval(keeping);
    await store.scanLocks.release(holder, lockOf(run));
  }
}

/** What a scan does when everything is counted. What fails in it is told: the messages are read all the same. */
async function finishRun(shell: Shell, store: Store, request: EndRequest, run: number): Promise<void> {
  try {
    const lockdowns = await lockAttacked(shell, run);
    if (lockdowns !== null) tellEvidence(shell, lockdowns);
    await finishScan(shell, store, request, run);
  } catch (error) {
    // Without the database nothing of it is remembered as done.
    if (isOutage(error) || !(error instanceof UnsentError)) throw error;
    printProblem(shell, error.message, error.hint);
  }
}

/** True when the database cannot be reached, or not be written to, for now. */
export function isOutage(error: unknown): error is UnsentError {
  return error instanceof UnsentError && /^store-(unreachable|busy|full)$/.test(error.code);
}

async function takeEnd(shell: Shell, { scanLocks }: Store, run: number): Promise<boolean> {
  const now = shell.now();
  const others = await scanLocks.take([lockOf(run)], thisProcess(), now, (lock) => isGone(lock, now));
  return others.length === 0;
}

function lockOf(run: number): string {
  return `end of run ${run}`;
}
