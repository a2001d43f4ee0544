import { type ExitCode, UnsentError } from '@unsent/dns';
import { hasState } from '../lockdown/state.ts';
import type { Shell } from '../shell.ts';
import type { PolicyStats } from './policy-stats.ts';
import { renderStats } from './render-stats.ts';

export type StatsOptions = { readonly since: string };

const TOP = 20;
const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** `unsent policyd stats`. */
export async function runStats(shell: Shell, options: StatsOptions): Promise<ExitCode> {
  const since = new Date(shell.now().getTime() - durationMs(options.since));
  if (!(await hasState(shell))) {
    throw new UnsentError('policyd-no-counts', {
      message: 'there is no database, so nothing was counted.',
      hint: 'Name the daemon’s database with --state, or run this as its user.',
    });
  }
  const { policyCounters } = await shell.store();
  const totals = await policyCounters.totals(since);
  const countOf = (actions: readonly string[]): number =>
    totals.reduce((sum, one) => sum + (actions.includes(one.action) ? one.count : 0), 0);
  const stats: PolicyStats = {
    since: since.toISOString(),
    messages: totals.reduce((sum, { count }) => sum + count, 0),
    blocked: countOf(['reject', 'defer']),
    wouldBlock: countOf(['would-reject', 'would-defer']),
    totals,
    refusedDomains: await policyCounters.refusedDomains(since, TOP),
    strictness: await policyCounters.strictness(since),
    careless: await policyCounters.senders(since, ['+all', '?all'], TOP),
    broken: await policyCounters.senders(since, ['broken'], TOP),
  };
  shell.stdout.write(shell.options.json ? `${JSON.stringify(stats)}\n` : renderStats(stats, options.since, shell));
  return 0;
}

function durationMs(text: string): number {
  const match = /^(\d{1,5})([mhdw])$/.exec(text);
  const unit = UNIT_MS[match?.[2] ?? ''];
  if (match === null || unit === undefined) {
    throw new UnsentError('usage', {
      message: `--since "${text}" is no duration.`,
      hint: 'Write 90m, 24h, 7d or 4w; counts are kept by whole hours, for 90 days.',
      exitCode: 2,
    });
  }
  return Number(match[1]) * unit;
}
