import { existsSync } from 'node:fs';
import type { CaseContext } from '@unsent/bounce';
import { UnsentError } from '@unsent/dns';
import { type Classified, unjudged } from './classified.ts';
import type { Candidate, Classify } from './classify.ts';
import { startWorker, type WorkerHandle, type WorkerLimits } from './worker-handle.ts';

/** Threads that judge. Started when the first batch comes. */
export interface ClassifyPool {
  readonly classify: Classify;
  /** Ends all threads. */
  close(): Promise<void>;
}

/** The built worker; null where the sources run as they are (tests), because a thread needs built JavaScript. */
export function builtWorker(): URL | null {
  const url = new URL('./worker.js', import.meta.url);
  return existsSync(url) ? url : null;
}

/**
 * A pool of `jobs` threads. A message that hangs or kills its thread is one result with an error: the thread is
 * replaced, and the others of its batch are judged again without it.
 */
export function classifyPool(url: URL, jobs: number, context: CaseContext, limits: WorkerLimits): ClassifyPool {
  const threads = threadsFor(() => startWorker(url, context, limits), jobs);
  return {
    classify: (messages) => classifyIn(threads, messages, context.now),
    close: () => threads.close(),
  };
}

/** Threads to take and to give back; there are never more than `jobs`. */
type Threads = {
  take(): Promise<WorkerHandle>;
  giveBack(worker: WorkerHandle): void;
  /** Ends a thread and makes room for another. */
  discard(worker: WorkerHandle): Promise<void>;
  close(): Promise<void>;
};

function threadsFor(start: () => WorkerHandle, jobs: number): Threads {
  const idle: WorkerHandle[] = [];
  const all = new Set<WorkerHandle>();
  const waiting: ((worker: WorkerHandle) => void)[] = [];
  const add = (): WorkerHandle => {
    const worker = start();
    all.add(worker);
    return worker;
  };
  const giveBack = (worker: WorkerHandle): void => {
    const next = waiting.shift();
    if (next === undefined) idle.push(worker);
    else next(worker);
  };
  return {
    giveBack,
    async take() {
      const free = idle.pop();
      if (free !== undefined) return free;
      return all.size < jobs ? add() : new Promise((resolve) => waiting.push(resolve));
    },
    async discard(worker) {
      all.delete(worker);
      await worker.stop();
      if (waiting.length > 0) giveBack(add());
    },
    async close() {
      await Promise.all([...all].map((worker) => worker.stop()));
    },
  };
}

/** Runs a batch in one thread after the other until every message has a result. */
async function classifyIn(threads: Threads, messages: readonly Candidate[], now: Date): Promise<readonly Classified[]> {
  const results: Classified[] = [];
  let left = messages.map((message, index) => ({ message, index }));
  for (let [losses, falseStarts] = [0, 0]; left.length > 0; ) {
    // The one that began last is the culprit, unless DNS woke up another one. Alone, there is no doubt.
    const some = losses < MAX_DOUBTFUL_LOSSES ? left : left.slice(0, 1);
    const worker = await threads.take();
    const outcome = await worker.run(some.map(({ message }) => message));
    if (outcome.kind === 'done') {
      threads.giveBack(worker);
      for (const [i, { index }] of some.entries()) results[index] = resultAt(outcome.results, i, now);
      left = left.slice(some.length);
      continue;
    }
    await threads.discard(worker);
    const culprit = outcome.at === null ? undefined : some[outcome.at];
    // No message is to blame for a thread that began none.
    if (culprit === undefined && ++falseStarts >= MAX_FALSE_STARTS) throw noThreadWorks(outcome.why);
    if (culprit === undefined) continue;
    losses++;
    results[culprit.index] = unjudged(now, `it was given up: ${outcome.why}`);
    left = left.filter((one) => one !== culprit);
  }
  return results;
}

function noThreadWorks(why: string): UnsentError {
  return new UnsentError('threads-failed', {
    message: `The threads that judge a large mailbox do not start: ${why}.`,
    hint: 'What was recorded stays. Run it with --jobs 1, which needs none.',
  });
}

/** Small batches are judged `here`: a thread takes longer to start than they take. */
export function largeTo(pool: ClassifyPool, here: Classify): Classify {
  return (messages) => (isLarge(messages) ? pool.classify(messages) : here(messages));
}

/** After so many lost threads the rest of a batch goes one by one. */
const MAX_DOUBTFUL_LOSSES = 2;
const MAX_FALSE_STARTS = 3;
const LARGE_COUNT = 50;
const LARGE_BYTES = 1 << 19;

function isLarge(messages: readonly Candidate[]): boolean {
  return messages.length >= LARGE_COUNT || messages.reduce((sum, { bytes }) => sum + bytes.length, 0) >= LARGE_BYTES;
}

function resultAt(results: readonly Classified[], index: number, now: Date): Classified {
  return results[index] ?? unjudged(now, 'it was lost by its thread');
}
