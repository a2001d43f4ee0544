import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import {
  type CaseContext,
  joinSpans,
  type Ledger,
  type OwnDomains,
  type SentLog,
  withCoverageRemembered,
} from '@unsent/bounce';
import { type ExitCode, prefixText } from '@unsent/dns';
import { dryLedger } from '../actions/dry-ledger.ts';
import { scanActions } from '../actions/scan-actions.ts';
import { ownDomainsFrom, readBatvSecrets } from '../config/own-domains.ts';
import { isReaderGone } from '../interrupts.ts';
import { progressBar } from '../output/progress.ts';
import type { Shell } from '../shell.ts';
import type { Store } from '../store.ts';
import { finishScan } from './afterwards.ts';
import { type Classify, classifyHere } from './classify.ts';
import { evidenceExitCode, lockAttacked, tellEvidence } from './evidence.ts';
import { isFirstTry, renderFirstSteps } from './first-steps.ts';
import { type TakeMailbox, withMailboxLocks } from './mailbox-locks.ts';
import { configuredSources, imapAccounts } from './mailboxes.ts';
import { type ScanFlags, type ScanRequest, scanRequest } from './options.ts';
import { newsParagraph } from './paragraph.ts';
import type { Pipeline } from './pipeline.ts';
import { builtWorker, classifyPool, largeTo } from './pool.ts';
import { scanSources } from './read-sources.ts';
import { renderSummary } from './render.ts';
import { scanResolver } from './scan-resolver.ts';
import { gatherSummary, type ScanSummary } from './summary.ts';

/** What one message may take. */
const MESSAGE_LIMIT_MS = 20_000;
/** Each thread takes some 30 MB, and beyond these the one that reads and records is what they wait for. */
const MAX_DEFAULT_JOBS = 8;
/** When a thread that gives no sign is given up: later than its own limit, which is kinder. */
const STUCK_AFTER_MS = 30_000;

/** `unsent scan`: reads what was named, else what the configuration names. */
export async function runScan(shell: Shell, sources: readonly string[], flags: ScanFlags): Promise<ExitCode> {
  const named = sources.length > 0 ? sources : configuredSources(await shell.config());
  const request = scanRequest(named, flags);
  return shell.uninterrupted(async () => {
    if (request.forget || (await isFirstTry(shell))) return scan(shell, request, async () => true);
    const { scanLocks } = await shell.store();
    return withMailboxLocks(shell, scanLocks, (take) => scan(shell, request, take));
  });
}

async function scan(shell: Shell, request: ScanRequest, take: TakeMailbox): Promise<ExitCode> {
  const remembersNothing = request.forget || (request.actions.length === 0 && (await isFirstTry(shell)));
  const store = remembersNothing ? await openForgetful(shell) : await shell.store();
  const domains = await ownDomains(shell, store);
  const ledger: Ledger = request.dryRun ? dryLedger(store.ledger) : store.ledger;
  let run = 0;
  const actions = await scanActions(shell, request, { run: () => run, store: store.actions });
  const started = performance.now();
  const basis = basisOf(domains);
  const begun = await ledger.startRun(shell.now(), request.sources, basis);
  const { basisBefore } = begun;
  run = begun.run;
  if (basisBefore !== null && basisBefore !== basis && !request.again) noteChangedBasis(shell);
  const pipeline = await makePipeline(shell, request, { run, ledger, domains, sentLog: store.sentLog });
  const accountFor = await imapAccounts(shell, request.login);
  const { totals, read, failed } = await scanSources(shell, request.sources, pipeline, {
    accountFor,
    actorFor: actions.actorFor,
    take,
  });
  await ledger.finishRun(run, shell.now(), totals.read);
  if (request.dryRun) return actions.tell(run) || failed > 0 ? 1 : 0;
  const elapsedMs = performance.now() - started;
  const lockdowns = remembersNothing ? null : await lockAttacked(shell, run);
  const question = { run, sources: read, totals, elapsedMs, top: request.top };
  const summary = await gatherSummary(ledger, lockdowns === null ? domains : await ownDomains(shell, store), question);
  if (!shell.options.json && read > 0) {
    printSummary(shell, summary);
    if (domains.all().length === 0 && !shell.options.quiet)
      shell.stdout.write(renderFirstSteps(shell, summary, remembersNothing));
  }
  const hasFailedActions = actions.tell(run);
  if (lockdowns !== null) tellEvidence(shell, lockdowns);
  if (shell.signal.aborted && !isReaderGone(shell.signal))
    shell.stderr.write('unsent: interrupted; the next run goes on from here\n');
  const isFinished = await finishScan(shell, store, request, run);
  if (failed > 0 || hasFailedActions || !isFinished || evidenceExitCode(lockdowns ?? []) > 0) return 1;
  const found = summary.isOfRun && summary.domains.some(({ backscatter }) => backscatter > 0);
  return request.failsOnBackscatter && found ? 5 : 0;
}

async function ownDomains(shell: Shell, store: Store): Promise<OwnDomains> {
  const config = await shell.config();
  return ownDomainsFrom(config, await store.lockedDomains.all(), await readBatvSecrets(config, shell.env));
}

async function openForgetful(shell: Shell): Promise<Store> {
  const { openStore } = await import('@unsent/store');
  const store: Store = await openStore(':memory:', { joinSpans });
  shell.onClose(() => store.close());
  return store;
}

type Parts = {
  readonly run: number;
  readonly ledger: Ledger;
  readonly domains: OwnDomains;
  readonly sentLog: SentLog;
};

async function makePipeline(shell: Shell, request: ScanRequest, parts: Parts): Promise<Pipeline> {
  const { run, ledger, domains, sentLog } = parts;
  const { messages } = await sentLog.status();
  const context = {
    domains,
    resolver: await scanResolver(shell),
    sentLog: messages === 0 ? null : withCoverageRemembered(sentLog),
    now: shell.now(),
  };
  const progress = progressBar(shell.stderr, {
    label: 'scanning',
    isQuiet: shell.options.quiet,
    now: () => shell.now(),
  });
  shell.onClose(() => progress.end());
  const jobs = request.jobs ?? Math.min(availableParallelism(), MAX_DEFAULT_JOBS);
  return {
    ledger,
    run,
    classify: makeClassify(shell, context, jobs),
    // One batch more than there are threads, so that none waits for the disk.
    window: jobs === 1 ? 1 : jobs + 1,
    again: request.again,
    actor: null,
    writeLine: shell.options.json ? (line) => shell.stdout.write(`${line}\n`) : null,
    signal: shell.signal,
    now: () => shell.now(),
    onProgress: (source, count) => progress.update({ ...source.progress(), count, unit: 'messages' }),
  };
}

function makeClassify(shell: Shell, context: CaseContext, jobs: number): Classify {
  const limits = { timeLimitMs: MESSAGE_LIMIT_MS, stuckAfterMs: STUCK_AFTER_MS, withDetails: shell.options.json };
  const here = classifyHere(context, { ...limits, clock: () => performance.now() });
  const worker = jobs === 1 ? null : builtWorker();
  if (worker === null) return here;
  const pool = classifyPool(worker, jobs, context, limits);
  shell.onClose(() => pool.close());
  return largeTo(pool, here);
}

/** Stands for what verdicts rest on, so that a change of the declarations is noticed. Secrets are not part of it. */
function basisOf(domains: OwnDomains): string {
  const declared = domains.all().map(({ name, use, since, outbound, batvKeys, batvSignsAll, localParts }) => {
    const hosts = outbound.map((host) => (typeof host === 'string' ? host : prefixText(host)));
    return [name, use, since, hosts, batvKeys.map(({ digit }) => digit), batvSignsAll, localParts];
  });
  return createHash('sha256').update(JSON.stringify(declared.sort())).digest('hex').slice(0, 16);
}

function noteChangedBasis(shell: Shell): void {
  if (shell.options.quiet || shell.options.json) return;
  shell.stderr.write('unsent: what is known of your domains has changed since the last scan\n');
  shell.stderr.write('  Verdicts from before stand until you run it with --again.\n');
}

/** Quiet is silent while nothing new has come, and short when something has. */
function printSummary(shell: Shell, summary: ScanSummary): void {
  if (shell.options.quiet) {
    if (summary.isOfRun) shell.stdout.write(newsParagraph(summary));
    return;
  }
  const width = shell.stdout.isTerminal ? shell.stdout.columns : null;
  shell.stdout.write(renderSummary(summary, { style: shell.style, width }));
}
