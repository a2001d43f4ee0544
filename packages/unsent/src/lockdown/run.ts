import { type DomainName, type ExitCode, UnsentError } from '@unsent/dns';
import { type ChangePlan, type DnsProvider, type ExportFormat, exportPlan, settleJournal } from '@unsent/lockdown';
import type { Shell } from '../shell.ts';
import { carryOut, type JobResult } from './carry-out.ts';
import { listDomains } from './domain-list.ts';
import { openProvider } from './open-provider.ts';
import { writePlanLine } from './plan-line.ts';
import type { PortfolioRequest } from './portfolio.ts';
import { openPreparation, type Preparation, type Prepared, prepareLockdown } from './prepare.ts';
import { renderNotes, renderPlan, renderRefusals } from './render.ts';
import { isSilent, type LockdownFlags, type LockdownRequest, lockdownRequest, usage, wholeNumber } from './request.ts';
import { journalFor, noteInterrupted, noteLocked } from './state.ts';
import { withZone } from './zone-lease.ts';

/** `unsent lockdown`. Exit code 0 done, 3 refused (nothing was written), 4 applied but not verified. */
export async function runLockdown(shell: Shell, domains: readonly string[], flags: LockdownFlags): Promise<ExitCode> {
  const config = await shell.config();
  const request = lockdownRequest(flags, config.lockdown);
  const names = await listDomains(domains, flags, config, shell.cwd);
  if (names.length === 0) throw usage('no domain given');
  // Neither of the two writes anything: a list is gone through one by one.
  const isOnlyShown = request.exportFormat !== null || request.isRehearsal;
  if (!isOnlyShown && (names.length > 1 || flags.file !== undefined || flags.allUnused === true)) {
    const { runLockdownPortfolio } = await import('./portfolio.ts');
    return runLockdownPortfolio(shell, names, request, portfolioRequest(flags), flags);
  }
  if (flags.resume === true) throw usage('--resume goes on with a run over --file or --all-unused that writes');
  const preparation = await openPreparation(shell, await openProvider(shell, flags, names), request);
  let firstBad: ExitCode = 0;
  for (const name of names) {
    const exitCode = await runOne(preparation, name);
    if (firstBad === 0) firstBad = exitCode;
  }
  return firstBad;
}

async function runOne(preparation: Preparation, domain: DomainName): Promise<ExitCode> {
  const { shell, provider, request } = preparation;
  const prepared = await prepareLockdown(preparation, domain);
  if (request.exportFormat !== null) return printExport(shell, prepared, request.exportFormat);
  if (!isSilent(shell, request, prepared.plan)) showPlan(shell, prepared, provider.title);
  const early = earlyEnd(prepared.plan, request);
  if (early !== null) {
    printJson(shell, prepared, early.outcome, null);
    return early.exitCode;
  }
  if (!prepared.proof.holds) throw proofFailed(prepared);
  if (request.isRehearsal) return (await import('./rehearse.ts')).rehearse(shell, provider, prepared);
  const result = await withZone(shell, provider, prepared.plan.zone, (mine) =>
    lockDown(shell, mine, prepared, request),
  );
  printJson(shell, prepared, result.outcome.kind, result);
  return result.exitCode;
}

/** How a run over many domains goes. */
function portfolioRequest(flags: LockdownFlags): PortfolioRequest {
  return {
    concurrency: wholeNumber('--concurrency', flags.concurrency ?? '4', { min: 1, max: 16 }),
    maxFailures: wholeNumber('--max-failures', flags.maxFailures ?? '5', { min: 1, max: 1_000_000 }),
    isResumed: flags.resume === true,
  };
}

/** Where the way ends before anything could be written. */
export function earlyEnd(
  plan: ChangePlan,
  { isDryRun }: LockdownRequest,
): { readonly outcome: string; readonly exitCode: ExitCode } | null {
  if (plan.refusals.length > 0) return { outcome: 'refused', exitCode: 3 };
  if (isDryRun) return { outcome: plan.changes.length === 0 ? 'nothing-to-do' : 'planned', exitCode: 0 };
  return null;
}

async function lockDown(
  shell: Shell,
  provider: DnsProvider,
  { plan, snapshot, asked }: Prepared,
  request: LockdownRequest,
): Promise<JobResult> {
  const journal = await journalFor(shell, provider);
  await settleJournal(journal, snapshot, shell.now());
  if (plan.changes.length === 0) {
    await noteInterrupted(shell, provider, plan.zone, asked);
    return { exitCode: 0, outcome: { kind: 'nothing-to-do' }, verification: null };
  }
  return carryOut(shell, {
    kind: 'lockdown',
    plan,
    snapshot,
    provider,
    journal,
    undoes: [],
    onApplied: (entry) => noteLocked(shell, provider, [plan.zone, asked], entry),
    request,
  });
}

function showPlan(shell: Shell, { plan, snapshot, proof }: Prepared, providerTitle: string): void {
  if (shell.options.json) return;
  const width = shell.stdout.isTerminal ? shell.stdout.columns : null;
  const view = { plan, providerTitle, recordsRead: snapshot.records.length, proof };
  shell.stdout.write(renderPlan(view, { style: shell.style, width }));
}

/** The records alone on standard output, so that they can go into a file; refusals and notes beside it. */
function printExport(shell: Shell, { plan }: Prepared, format: ExportFormat): ExitCode {
  const look = { style: shell.style, width: null };
  const said = renderRefusals(plan.refusals, look) + renderNotes(plan.notes, look);
  if (!shell.options.quiet && said !== '') shell.stderr.write(`${plan.zone}${said}`);
  if (plan.refusals.length > 0) return 3;
  shell.stdout.write(exportPlan(plan, format));
  return 0;
}

/** One line that says it all. `outcome`: planned, nothing-to-do, refused, declined, applied, not-applied, partly, unknown. */
function printJson(shell: Shell, prepared: Prepared, outcome: string, result: JobResult | null): void {
  const { asked, plan, snapshot, proof } = prepared;
  writePlanLine(shell, { plan, snapshot, outcome, result }, { domain: asked, proof });
}

function proofFailed({ plan, proof }: Prepared): UnsentError {
  const wrong = proof.lines.find(({ result }) => result !== 'fail');
  return new UnsentError('proof-failed', {
    message: `Nothing was written: with this plan ${wrong?.client ?? '?'} would get ${wrong?.result ?? '?'} for ${wrong?.domain ?? plan.zone}, not fail.`,
    exitCode: 3,
  });
}
