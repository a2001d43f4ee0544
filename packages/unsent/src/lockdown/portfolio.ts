import type { DomainName, ExitCode } from '@unsent/dns';
import { type DnsProvider, type DomainResult, type PortfolioEnd, runPortfolio, verifyPlan } from '@unsent/lockdown';
import { progressBar } from '../output/progress.ts';
import type { Shell } from '../shell.ts';
import { lockOne, type PortfolioContext } from './lock-one.ts';
import { openProvider, type ProviderFlags } from './open-provider.ts';
import { openPreparation } from './prepare.ts';
import { renderNotLocked, renderResult, renderSummary, type Unverified } from './render-portfolio.ts';
import { type LockdownRequest, usage } from './request.ts';
import { openRunLog, type RunLog } from './run-log.ts';
import { verificationServers } from './servers.ts';
import { journalFor, journalToRead } from './state.ts';

export type PortfolioRequest = {
  readonly concurrency: number;
  readonly maxFailures: number;
  readonly isResumed: boolean;
};

/** From so many domains on it is cheaper to list all zones than to ask for each by name. */
const LIST_FROM = 10;
const VERIFY_AT_ONCE = 8;

/** `unsent lockdown` for several domains. Exit code 1 when some failed, 4 unverified, 3 refused, 0 all well. */
export async function runLockdownPortfolio(
  shell: Shell,
  domains: readonly DomainName[],
  request: LockdownRequest,
  portfolio: PortfolioRequest,
  flags: ProviderFlags,
): Promise<ExitCode> {
  if (!request.isDryRun && !request.isAgreed) {
    throw usage(
      'the domains of a list are not asked about one by one',
      'Look at the plans with --dry-run, then run it with --yes.',
    );
  }
  const provider = await openProvider(shell, flags, domains);
  const preparation = await openPreparation(shell, provider, request);
  const log = request.isDryRun ? null : await openRunLog(shell, domains, portfolio.isResumed);
  const left = domains.filter((domain) => log?.done.has(domain) !== true);
  const context: PortfolioContext = {
    preparation,
    journal: await (request.isDryRun ? journalToRead : journalFor)(shell, provider),
    zones: left.length < LIST_FROM ? async () => null : onceListed(provider),
  };
  // A signal lets the domains under way end, so that the log and the summary tell the truth; a second one ends it at once.
  const end = await shell.untilInterrupted(() => run(shell, context, left, portfolio, log));
  const unverified =
    request.isDryRun || end.stopped === 'interrupted' ? [] : await verifyAll(shell, provider, context, end.results);
  const exitCode = exitCodeOf(end, unverified);
  const isSilent = shell.options.quiet && exitCode === 0 && !shell.options.json;
  if (!isSilent) report(shell, end, unverified, domains.length - left.length);
  return exitCode;
}

/**
 * Lists the zones when the first domain needs them: a run that finds everything locked in DNS makes no call at all. When
 * that fails, the next domain asks again.
 */
function onceListed(provider: DnsProvider): PortfolioContext['zones'] {
  let zones: ReturnType<PortfolioContext['zones']> | null = null;
  const list = async (): ReturnType<PortfolioContext['zones']> => {
    try {
      const found = await provider.zones();
      return found === null ? null : new Map(found.map((zone) => [zone.name, zone]));
    } catch (cause) {
      zones = null;
      throw cause;
    }
  };
  return () => {
    zones ??= list();
    return zones;
  };
}

async function run(
  shell: Shell,
  context: PortfolioContext,
  domains: readonly DomainName[],
  { concurrency, maxFailures }: PortfolioRequest,
  log: RunLog | null,
): Promise<PortfolioEnd> {
  const { now, options, signal } = shell;
  const progress = progressBar(shell.stderr, {
    label: context.preparation.provider.title,
    isQuiet: options.quiet,
    now,
  });
  let done = 0;
  const onResult = async (result: DomainResult): Promise<void> => {
    done++;
    await log?.append(result);
    if (options.json) shell.stdout.write(`${JSON.stringify(result)}\n`);
    else if (isWorthALine(shell, context, result)) {
      progress.end();
      shell.stdout.write(renderResult(result, shell.style));
    }
    progress.update({ done, total: domains.length, count: done, unit: 'domains' });
  };
  try {
    return await runPortfolio(domains, (domain, isLastTry) => lockOne(context, domain, isLastTry), {
      concurrency,
      maxFailures,
      signal,
      onResult,
    });
  } finally {
    progress.end();
  }
}

/** What went well is counted at the end; what did not has to be seen. */
function isWorthALine(shell: Shell, { preparation }: PortfolioContext, { outcome }: DomainResult): boolean {
  if (shell.options.verbose || preparation.request.isDryRun) return true;
  return outcome === 'refused' || outcome === 'failed' || outcome === 'unclear' || outcome === 'elsewhere';
}

/** Asks the authoritative servers of every domain that was locked: DNS costs no calls. Resolves to those that lag. */
export async function verifyAll(
  shell: Shell,
  provider: DnsProvider,
  { journal, preparation }: PortfolioContext,
  results: readonly DomainResult[],
): Promise<readonly Unverified[]> {
  const unverified: Unverified[] = [];
  const queue = results.filter(({ outcome }) => outcome === 'locked');
  const worker = async (): Promise<void> => {
    for (let result = queue.pop(); result !== undefined; result = queue.pop()) {
      const entry = result.entry === null ? null : await journal.entry(result.entry);
      if (entry === null) continue;
      const asked = await verificationServers(shell, provider, entry.zone, preparation.request.authoritative);
      const { isVerified, servers: reports } = await verifyPlan(entry.plan, asked.servers, shell.now());
      asked.close(); // each domain has servers of its own, and the next ones need the sockets
      const lagging = reports.filter(({ isAsPlanned }) => !isAsPlanned).map(({ server }) => server);
      if (!isVerified) unverified.push({ domain: result.domain, servers: lagging });
    }
  };
  await Promise.all(Array.from({ length: VERIFY_AT_ONCE }, worker));
  return unverified;
}

function report(shell: Shell, end: PortfolioEnd, unverified: readonly Unverified[], doneBefore: number): void {
  if (shell.options.json) {
    const counts: Record<string, number> = {};
    for (const { outcome } of end.results) counts[outcome] = (counts[outcome] ?? 0) + 1;
    const summary = { summary: { ...counts, doneBefore, left: end.left, stopped: end.stopped, unverified } };
    shell.stdout.write(`${JSON.stringify(summary)}\n`);
    return;
  }
  shell.stdout.write(renderSummary(end, doneBefore, shell.style));
  shell.stdout.write(renderNotLocked(unverified, shell.style));
}

function exitCodeOf({ results, stopped }: PortfolioEnd, unverified: readonly Unverified[]): ExitCode {
  const has = (...outcomes: readonly DomainResult['outcome'][]): boolean =>
    results.some(({ outcome }) => outcomes.includes(outcome));
  if (stopped !== null || has('failed', 'unclear', 'elsewhere')) return 1;
  if (unverified.length > 0) return 4;
  return has('refused') ? 3 : 0;
}
