import type { DomainName } from '@unsent/dns';
import type { DecisionTotal, PolicyCounters } from '@unsent/store';
import type { ReportCount, ReportPolicy } from './data.ts';

const TOP = 10;
const REFUSED = ['reject', 'defer'];
const WOULD_REFUSE = ['would-reject', 'would-defer'];

/** What the policy daemon counted since then: of one domain of ours, or of all senders. */
export async function gatherPolicy(
  counters: PolicyCounters,
  since: Date,
  domain: DomainName | null,
): Promise<ReportPolicy> {
  const totals = await counters.totals(since, domain ?? undefined);
  const isAll = domain === null;
  const broken = isAll ? await counters.senders(since, ['broken'], TOP) : [];
  return {
    requests: sumOf(totals, () => true),
    refused: sumOf(totals, ({ action }) => REFUSED.includes(action)),
    wouldRefuse: sumOf(totals, ({ action }) => WOULD_REFUSE.includes(action)),
    byRule: refusalsByRule(totals),
    refusedDomains: isAll ? await counters.refusedDomains(since, TOP) : [],
    strictness: isAll ? await counters.strictness(since) : null,
    broken: broken.map(({ domain: name, count, problem }) => ({ name, count, problem })),
  };
}

function sumOf(totals: readonly DecisionTotal[], isMeant: (one: DecisionTotal) => boolean): number {
  return totals.reduce((sum, one) => sum + (isMeant(one) ? one.count : 0), 0);
}

function refusalsByRule(totals: readonly DecisionTotal[]): ReportCount[] {
  const counts = new Map<string, number>();
  for (const { rule, action, count } of totals) {
    if (REFUSED.includes(action)) counts.set(rule, (counts.get(rule) ?? 0) + count);
  }
  return [...counts]
    .map(([name, count]) => ({ name, count }))
    .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
}
