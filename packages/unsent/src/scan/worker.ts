import { EventEmitter } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { type HostCoverage, ownDomains, type SentLog, withCoverageRemembered } from '@unsent/bounce';
import { type Answer, cachedResolver, type DomainName, type Resolver, type RrType } from '@unsent/dns';
import { classifyHere } from './classify.ts';
import type { FromWorker, Job, Question, ToWorker, WorkerSetup } from './worker-protocol.ts';

/** Answers by the number of the question. */
type Replies = EventEmitter;

const setup: WorkerSetup = workerData;
const started = new Int32Array(setup.started);
const replies: Replies = new EventEmitter();
let asked = 0;

const classify = classifyHere(
  {
    domains: ownDomains(setup.domains),
    resolver: cachedResolver(remoteResolver(), { now: () => Date.now() }),
    sentLog: setup.hasSentLog ? withCoverageRemembered(remoteSentLog()) : null,
    now: new Date(setup.nowMs),
  },
  {
    timeLimitMs: setup.timeLimitMs,
    withDetails: setup.withDetails,
    clock: () => performance.now(),
    onStart: (index) => {
      Atomics.store(started, 0, index);
      Atomics.add(started, 1, 1);
    },
  },
);

parentPort?.on('message', (message: ToWorker) => {
  if (message.kind === 'job') void work(message);
  else replies.emit(String(message.id), message.error, message.value);
});

/** Rejecting ends the worker, and its owner learns it. */
async function work({ buffer, parts }: Job): Promise<void> {
  const messages = parts.map(({ offset, length, cutFromBytes }) => ({
    bytes: new Uint8Array(buffer, offset, length),
    cutFromBytes,
  }));
  send({ kind: 'done', results: await classify(messages), buffer }, [buffer]);
}

function send(message: FromWorker, moved: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, moved);
}

/** Asks the main thread; `T` is what the asked method gives there. */
function ask<T>(question: Question): Promise<T> {
  const id = ++asked;
  return new Promise<T>((resolve, reject) => {
    replies.once(String(id), (error: string | null, value: T) => {
      if (error === null) resolve(value);
      else reject(new Error(error));
    });
    send({ kind: 'ask', id, question });
  });
}

function remoteResolver(): Resolver {
  return {
    resolve: <T extends RrType>(name: DomainName, type: T) => ask<Answer<T>>({ kind: 'resolve', name, type }),
  };
}

/** The part of a sent log that judging uses. */
function remoteSentLog(): SentLog {
  return {
    lookup: (keys) => ask<ReadonlyMap<string, Date>>({ kind: 'sent', keys }),
    coverage: (domain) => ask<readonly HostCoverage[]>({ kind: 'coverage', domain }),
    record: notHere,
    prune: notHere,
    status: notHere,
  };
}

function notHere(): never {
  throw new Error('a worker only looks things up');
}
