import { setTimeout as wait } from 'node:timers/promises';
import type { ExitCode } from '@unsent/dns';
import type { PieceQueue, TakenPiece } from '@unsent/store';
import { escapeForTerminal } from '../output/escape.ts';
import { plural } from '../output/number.ts';
import { configuredAccounts } from '../scan/mailboxes.ts';
import { MAX_JOBS, wholeNumber } from '../scan/options.ts';
import { printProblem } from '../scan/read-sources.ts';
import { endRuns, isOutage } from '../scan/run-ends.ts';
import type { Shell } from '../shell.ts';
import type { Store } from '../store.ts';
import { thisProcess } from '../this-process.ts';
import { difference, judgedBy } from './judged-by.ts';
import { type MarkPiece, pieceMarks } from './piece-marks.ts';
import { type PiecePipelines, piecePipelines } from './piece-pipeline.ts';
import { type PieceOutcome, type PieceTools, readPiece } from './read-piece.ts';
import { openShared, type Shared } from './shared.ts';

export type WorkerFlags = { readonly drain?: boolean; readonly jobs?: string };

const POLL_MS = 1000;
/** After a signal a piece that is nearly done is finished. */
const GRACE_MS = 10_000;
const LONGEST_WAIT_MS = 30_000;
const DRAIN_PATIENCE_MS = 60_000;

type Work = Pick<PieceTools, 'shell' | 'accountFor' | 'stop'> & {
  readonly store: Store;
  readonly queue: PieceQueue<object>;
  readonly pipelines: PiecePipelines;
  readonly mark: MarkPiece;
  /** `HOST:PID`. */
  readonly worker: string;
  readonly drains: boolean;
  readonly judgedBy: string;
  readonly tally: { pieces: number; messages: number; failed: number; isLeft: boolean };
  /** Runs of which it was said that their pieces are left to others. */
  readonly told: Set<number>;
};

/** `unsent worker`: one piece after the other, until there is none (`--drain`) or a signal comes. */
export async function runWorker(shell: Shell, flags: WorkerFlags): Promise<ExitCode> {
  const jobs = flags.jobs === undefined ? null : wholeNumber('--jobs', flags.jobs, 1, MAX_JOBS);
  return shell.untilInterrupted(async (signal) => {
    const drains = flags.drain === true;
    const shared = await openPatiently(shell, drains, signal);
    if (shared === null) return 0;
    const { store, queue } = shared;
    const { host, pid } = thisProcess();
    const pipelines = piecePipelines(shell, store, jobs);
    shell.onClose(() => pipelines.close());
    const accountFor = await configuredAccounts(shell);
    const tally: Work['tally'] = { pieces: 0, messages: 0, failed: 0, isLeft: false };
    const told = new Set<number>();
    const kind = await judgedBy(shell);
    const stop = laterThan(signal, GRACE_MS);
    const mark = pieceMarks(store.scanLocks, () => shell.now());
    const worker = `${host}:${pid}`;
    const work = {
      shell,
      accountFor,
      stop,
      store,
      queue,
      pipelines,
      mark,
      worker,
      drains,
      judgedBy: kind,
      tally,
      told,
    };
    if (!shell.options.quiet) shell.stderr.write(`unsent: worker ${worker} takes pieces from ${store.place}\n`);
    await takePieces(work, signal);
    await mark(null);
    if (!shell.options.quiet && !shell.options.json) {
      shell.stdout.write(`${plural(tally.pieces, 'piece')} with ${plural(tally.messages, 'message')} read.\n`);
    }
    return drains && (tally.failed > 0 || tally.isLeft) ? 1 : 0;
  });
}

/** Workers may start before their database; null when they are ended before it is there. For one that drains somebody waits. */
async function openPatiently(shell: Shell, drains: boolean, signal: AbortSignal): Promise<Shared | null> {
  const giveUpAt = performance.now() + (drains ? DRAIN_PATIENCE_MS : Number.POSITIVE_INFINITY);
  for (let waitMs = POLL_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
    try {
      return await openShared(shell, 'worker');
    } catch (error) {
      if (!isOutage(error) || performance.now() > giveUpAt) throw error;
      printProblem(shell, `${error.message} Waiting for it.`, null);
      await pause(waitMs, signal);
      if (signal.aborted) return null;
    }
  }
}

async function takePieces(work: Work, signal: AbortSignal): Promise<void> {
  for (let waitMs = POLL_MS; !signal.aborted; ) {
    try {
      const taken = await work.queue.take(work.judgedBy);
      if (taken !== null) await workOn(work, taken);
      else if (await isIdle(work)) return;
      else await pause(POLL_MS, signal);
      waitMs = POLL_MS;
    } catch (error) {
      // The store has waited for it already. A piece that was at hand expires, and what of it was recorded is known.
      if (work.drains || !isOutage(error)) throw error;
      printProblem(work.shell, `${error.message} Still waiting for it.`, null);
      await pause(waitMs, signal);
      waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
    }
  }
}

/** What is left to do when nothing waits. True for one that drains when nothing will wait any more. */
async function isIdle(work: Work): Promise<boolean> {
  const { shell, store, queue, drains } = work;
  const open = await queue.open();
  await queue.endAbandoned(shell.now());
  await endRuns(shell, store);
  const areOthers = await isLeftToOthers(work);
  return drains && (open === 0 || areOthers);
}

/** Verdicts of one run that rest on different declarations would be nobody's. Said once for each run. */
async function isLeftToOthers({ shell, queue, judgedBy: ours, tally, told }: Work): Promise<boolean> {
  const next = await queue.nextOfOthers(ours);
  tally.isLeft = next !== null;
  if (next === null) return false;
  if (!told.has(next.run)) {
    told.add(next.run);
    const how = difference(next.judgedBy, ours);
    const what = `run ${next.run} (${next.label}) was enqueued ${how}: its pieces are left to workers like that.`;
    printProblem(
      shell,
      what,
      'Keep all hosts the same; to hand what is left to this one, enqueue the source here again.',
    );
  }
  return true;
}

async function workOn(work: Work, taken: TakenPiece): Promise<void> {
  const { shell, store, pipelines, mark } = work;
  void mark(taken.lock);
  const started = performance.now();
  const outcome = await readPiece(taken, { ...work, pipeline: await pipelines.for(taken.run) });
  await report(work, taken, outcome, Math.round(performance.now() - started));
  void mark(null);
  // Also of runs whose worker died with it left to do.
  await endRuns(shell, store);
}

/** Tells the queue and whoever reads the output. */
async function report(work: Work, taken: TakenPiece, outcome: PieceOutcome, milliseconds: number): Promise<void> {
  const { shell, queue, worker, tally } = work;
  const tell = (state: string, more: object = {}): void => {
    const { run, label: source } = taken;
    if (shell.options.json)
      shell.stdout.write(`${JSON.stringify({ source, run, outcome: state, ...more, milliseconds })}\n`);
  };
  switch (outcome.kind) {
    case 'read': {
      const { read: messages, added } = outcome.totals;
      await queue.done(taken, { worker, messages, added, milliseconds }, shell.now());
      tally.pieces++;
      tally.messages += messages;
      tell('done', { messages, added });
      return;
    }
    case 'broken-off':
      await queue.giveBack(taken);
      tell('given-back');
      return;
    case 'failed': {
      const end = await queue.fail(taken, outcome.reason, shell.now());
      if (end.isFinal) tally.failed++;
      tell(end.isFinal ? 'failed' : 'retry', { reason: outcome.reason });
      const then = end.isFinal ? 'It is not tried again.' : 'It is tried again.';
      shell.stderr.write(
        `unsent: a piece of ${escapeForTerminal(`${taken.label} failed: ${outcome.reason}`)} ${then}\n`,
      );
    }
  }
}

/** Aborted so long after `signal`. */
function laterThan(signal: AbortSignal, delayMs: number): AbortSignal {
  const controller = new AbortController();
  signal.addEventListener('abort', () => setTimeout(() => controller.abort(), delayMs).unref(), { once: true });
  return controller.signal;
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  // With jitter, so that workers that were started together do not ask together.
  await wait(ms * (0.5 + Math.random()), undefined, { signal }).catch(() => undefined);
}
