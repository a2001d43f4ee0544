import { Worker } from 'node:worker_threads';
import type { CaseContext } from '@unsent/bounce';
import { BATCH_LIMITS } from './batch.ts';
import type { Classified } from './classified.ts';
import type { Candidate } from './classify.ts';
import type { FromWorker, Job, Question, Reply, ToWorker, WorkerSetup } from './worker-protocol.ts';

/** How a worker's work on a batch ended. `at` is the message it had begun last, null when it had begun none. */
type Outcome =
  | { readonly kind: 'done'; readonly results: readonly Classified[] }
  | { readonly kind: 'lost'; readonly at: number | null; readonly why: string };

/** One worker thread. It works on one batch at a time. */
export interface WorkerHandle {
  run(messages: readonly Candidate[]): Promise<Outcome>;
  /** Ends the thread whatever it does. */
  stop(): Promise<void>;
}

export type WorkerLimits = {
  readonly timeLimitMs: number;
  readonly withDetails: boolean;
  /** The thread is given up when it began no message for so long. */
  readonly stuckAfterMs: number;
};

/** The judging thread's heap. The young part decides how often garbage is collected: less of it is slower, more of it is memory. */
const RESOURCE_LIMITS = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 24 };
const WATCH_EVERY_MS = 250;

/** Starts a worker whose questions `context` answers. */
export function startWorker(url: URL, context: CaseContext, limits: WorkerLimits): WorkerHandle {
  const shared = new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT);
  const started = new Int32Array(shared);
  const setup: WorkerSetup = {
    domains: context.domains.all(),
    hasSentLog: context.sentLog !== null,
    nowMs: context.now.getTime(),
    timeLimitMs: limits.timeLimitMs,
    withDetails: limits.withDetails,
    started: shared,
  };
  const worker = new Worker(url, { workerData: setup, resourceLimits: RESOURCE_LIMITS });
  worker.on('message', (message: FromWorker) => {
    if (message.kind !== 'ask') return;
    const send = (reply: ToWorker): void => worker.postMessage(reply);
    void answer(message.question, context).then((reply) => send({ ...reply, id: message.id }));
  });
  // Told through `run`; without a listener it would end the process.
  worker.on('error', () => undefined);
  // The same memory goes to and fro: what is thrown away in a thread is cleared late.
  let spare = new ArrayBuffer(0);
  return {
    stop: async () => void (await worker.terminate()),
    run: async (messages) => {
      const { outcome, buffer } = await runJob(worker, pack(messages, spare), started, limits.stuckAfterMs);
      spare = buffer;
      return outcome;
    },
  };
}

/** Hands a job to the thread and waits for its end, whichever it is. */
function runJob(
  worker: Worker,
  job: Job,
  started: Int32Array,
  stuckAfterMs: number,
): Promise<{ readonly outcome: Outcome; readonly buffer: ArrayBuffer }> {
  const before = Atomics.load(started, 1);
  const begun = (): number | null => (Atomics.load(started, 1) === before ? null : Atomics.load(started, 0));
  return new Promise((resolve) => {
    const settle = (outcome: Outcome, buffer = new ArrayBuffer(0)): void => {
      clearInterval(watch);
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      resolve({ outcome, buffer });
    };
    const lost = (why: string): void => settle({ kind: 'lost', at: begun(), why });
    const onMessage = (message: FromWorker): void => {
      if (message.kind === 'done') settle({ kind: 'done', results: message.results }, message.buffer);
    };
    const onError = (error: Error): void => lost(error.message);
    const onExit = (): void => lost('the thread ended');
    const watch = watchProgress(started, stuckAfterMs, lost);
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
    worker.postMessage(job, [job.buffer]);
  });
}

function watchProgress(started: Int32Array, limitMs: number, onStuck: (why: string) => void): NodeJS.Timeout {
  let seen = Atomics.load(started, 1);
  let since = performance.now();
  return setInterval(() => {
    const now = Atomics.load(started, 1);
    if (now !== seen) [seen, since] = [now, performance.now()];
    else if (performance.now() - since > limitMs) onStuck(`it took more than ${limitMs / 1000} s`);
  }, WATCH_EVERY_MS);
}

function pack(messages: readonly Candidate[], spare: ArrayBuffer): Job {
  const needed = messages.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const isSpareRight = spare.byteLength >= needed && spare.byteLength <= Math.max(needed, BATCH_LIMITS.bytes);
  const buffer = isSpareRight ? spare : new ArrayBuffer(Math.max(needed, BATCH_LIMITS.bytes));
  const all = new Uint8Array(buffer);
  let offset = 0;
  const parts = messages.map(({ bytes, cutFromBytes }) => {
    all.set(bytes, offset);
    offset += bytes.length;
    return { offset: offset - bytes.length, length: bytes.length, cutFromBytes };
  });
  return { kind: 'job', buffer, parts };
}

async function answer(question: Question, { resolver, sentLog }: CaseContext): Promise<Omit<Reply, 'id'>> {
  try {
    return { kind: 'reply', value: await lookUp(question, resolver, sentLog), error: null };
  } catch (error) {
    return { kind: 'reply', value: null, error: error instanceof Error ? error.message : String(error) };
  }
}

async function lookUp(
  question: Question,
  resolver: CaseContext['resolver'],
  sentLog: CaseContext['sentLog'],
): Promise<Reply['value']> {
  switch (question.kind) {
    case 'resolve':
      return resolver.resolve(question.name, question.type);
    case 'sent':
      return sentLog === null ? new Map() : sentLog.lookup(question.keys);
    case 'coverage':
      return sentLog === null ? [] : sentLog.coverage(question.domain);
  }
}
