import { joinSpans, type Ledger } from '@unsent/bounce';
import type { ExitCode } from '@unsent/dns';
import { dryLedger } from '../actions/dry-ledger.ts';
import { scanActions } from '../actions/scan-actions.ts';
import { isReaderGone } from '../interrupts.ts';
import type { Shell } from '../shell.ts';
import type { Store } from '../store.ts';
import { finishScan } from './afterwards.ts';
import { evidenceExitCode, lockAttacked, tellEvidence } from './evidence.ts';
import { isFirstTry, renderFirstSteps } from './first-steps.ts';
import { type TakeMailbox, withMailboxLocks } from './mailbox-locks.ts';
import { configuredSources, imapAccounts } from './mailboxes.ts';
import { basisOf, makePipeline, ownDomains } from './make-pipeline.ts';
import { type ScanFlags, type ScanRequest, scanRequest } from './options.ts';
import { newsParagraph } from './paragraph.ts';
import { scanSources } from './read-sources.ts';
import { renderSummary } from './render.ts';
import { beginRun, endRuns } from './run-ends.ts';
import { gatherSummary, type ScanSummary } from './summary.ts';

/** `unsent scan`: reads what was named, else what the configuration names. */
export async function runScan(shell: Shell, sources: readonly string[], flags: ScanFlags): Promise<ExitCode> {
  const named = sources.length > 0 ? sources : configuredSources(await shell.config());
  if (flags.enqueue === true) return (await import('../pieces/enqueue.ts')).runEnqueue(shell, named, flags);
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
  const isRemembered = !remembersNothing && !request.dryRun;
  if (isRemembered) await beginRun(shell, store, run);
  if (basisBefore !== null && basisBefore !== basis && !request.again) noteChangedBasis(shell);
  const { jobs, again } = request;
  const parts = { run, ledger, domains, sentLog: store.sentLog, jobs, again, tells: true };
  const { pipeline, close } = await makePipeline(shell, parts);
  shell.onClose(close);
  const accountFor = await imapAccounts(shell, request.login);
  const { totals, read, failed } = await scanSources(shell, request.sources, pipeline, {
    accountFor,
    actorFor: actions.actorFor,
    take,
  });
  await ledger.finishRun(run, shell.now(), totals.read);
  if (request.dryRun) return actions.tell(run) || failed > 0 ? 1 : 0;
  const elapsedMs = performance.now() - started;
  if (isRemembered) await endRuns(shell, store, request, run);
  const lockdowns = remembersNothing ? null : await lockAttacked(shell, run);
  const question = { run, sources: read, totals, elapsedMs, top: request.top };
  const summary = await gatherSummary(ledger, lockdowns === null ? domains : await ownDomains(shell, store), question);
  if (!shell.options.json && read > 0) {
    printSummary(shell, summary);
    if (domains.all().length === 0 && !shell.options.quiet)
      shell.stdout.write(await renderFirstSteps(shell, summary, remembersNothing));
  }
  const hasFailedActions = actions.tell(run);
  if (lockdowns !== null) tellEvidence(shell, lockdowns);
  if (shell.signal.aborted && !isReaderGone(shell.signal))
    shell.stderr.write('unsent: interrupted; the next run goes on from here\n');
  const isFinished = await finishScan(shell, store, request, run);
  if (isRemembered && !shell.signal.aborted) await store.runEnds.done(run);
  if (failed > 0 || hasFailedActions || !isFinished || evidenceExitCode(lockdowns ?? []) > 0) return 1;
  const found = summary.isOfRun && summary.domains.some(({ backscatter }) => backscatter > 0);
  return request.failsOnBackscatter && found ? 5 : 0;
}

async function openForgetful(shell: Shell): Promise<Store> {
  const { openStore } = await import('@unsent/store');
  const store: Store = await openStore(':memory:', { joinSpans });
  shell.onClose(() => store.close());
  return store;
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
