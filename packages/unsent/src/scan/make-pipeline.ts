import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { type CaseContext, type Ledger, type OwnDomains, type SentLog, withCoverageRemembered } from '@unsent/bounce';
import { prefixText } from '@unsent/dns';
import { ownDomainsFrom, readBatvSecrets } from '../config/own-domains.ts';
import { progressBar } from '../output/progress.ts';
import type { Shell } from '../shell.ts';
import type { Store } from '../store.ts';
import { type Classify, classifyHere } from './classify.ts';
import type { Pipeline } from './pipeline.ts';
import { builtWorker, classifyPool, largeTo } from './pool.ts';
import { scanResolver } from './scan-resolver.ts';

/** What one message may take. */
const MESSAGE_LIMIT_MS = 20_000;
/** Each thread takes some 30 MB, and beyond these the one that reads and records is what they wait for. */
const MAX_DEFAULT_JOBS = 8;
/** When a thread that gives no sign is given up: later than its own limit, which is kinder. */
const STUCK_AFTER_MS = 30_000;

/** What is declared, and what is locked. */
export async function ownDomains(shell: Shell, store: Store): Promise<OwnDomains> {
  const config = await shell.config();
  return ownDomainsFrom(config, await store.lockedDomains.all(), await readBatvSecrets(config, shell.env));
}

/** Stands for what verdicts rest on, so that a change of the declarations is noticed. Secrets are not part of it. */
export function basisOf(domains: OwnDomains): string {
  const declared = domains.all().map(({ name, use, since, outbound, batvKeys, batvSignsAll, localParts }) => {
    const hosts = outbound.map((host) => (typeof host === 'string' ? host : prefixText(host)));
    return [name, use, since, hosts, batvKeys.map(({ digit }) => digit), batvSignsAll, localParts];
  });
  return createHash('sha256').update(JSON.stringify(declared.sort())).digest('hex').slice(0, 16);
}

export type PipelineOptions = {
  readonly run: number;
  readonly ledger: Ledger;
  readonly domains: OwnDomains;
  readonly sentLog: SentLog;
  /** Threads that judge; null: one for each core. */
  readonly jobs: number | null;
  readonly again: boolean;
  /** Tell people and programs of each message: the one who scans does, a worker tells of pieces. */
  readonly tells: boolean;
};

/** A pipeline, and the end of its threads. */
export type OpenPipeline = { readonly pipeline: Pipeline; close(): Promise<void> };

export async function makePipeline(shell: Shell, options: PipelineOptions): Promise<OpenPipeline> {
  const { sentLog, run, ledger, again, tells } = options;
  const { messages } = await sentLog.status();
  const context = {
    domains: options.domains,
    resolver: await scanResolver(shell),
    sentLog: messages === 0 ? null : withCoverageRemembered(sentLog),
    now: shell.now(),
  };
  const isQuiet = shell.options.quiet || !tells;
  const progress = progressBar(shell.stderr, { label: 'scanning', isQuiet, now: () => shell.now() });
  const jobs = options.jobs ?? Math.min(availableParallelism(), MAX_DEFAULT_JOBS);
  const writesLines = shell.options.json && tells;
  const { classify, close } = makeClassify(context, jobs, writesLines);
  const pipeline: Pipeline = {
    ledger,
    run,
    classify,
    // One batch more than there are threads, so that none waits for the disk.
    window: jobs === 1 ? 1 : jobs + 1,
    again,
    actor: null,
    writeLine: writesLines ? (line) => shell.stdout.write(`${line}\n`) : null,
    signal: shell.signal,
    now: () => shell.now(),
    onProgress: (source, count) => progress.update({ ...source.progress(), count, unit: 'messages' }),
  };
  return {
    pipeline,
    async close() {
      progress.end();
      await close();
    },
  };
}

type OpenClassify = { readonly classify: Classify; close(): Promise<void> };

function makeClassify(context: CaseContext, jobs: number, withDetails: boolean): OpenClassify {
  const limits = { timeLimitMs: MESSAGE_LIMIT_MS, stuckAfterMs: STUCK_AFTER_MS, withDetails };
  const here = classifyHere(context, { ...limits, clock: () => performance.now() });
  const worker = jobs === 1 ? null : builtWorker();
  if (worker === null) return { classify: here, close: async () => {} };
  const pool = classifyPool(worker, jobs, context, limits);
  return { classify: largeTo(pool, here), close: () => pool.close() };
}
