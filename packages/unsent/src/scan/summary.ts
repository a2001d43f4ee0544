import {
  type DomainTotals,
  type DomainUse,
  type Ledger,
  type LedgerFilter,
  type NamedCount,
  type OwnDomains,
  type Recommendation,
  recommend,
} from '@unsent/bounce';
import type { DomainName } from '@unsent/dns';
import type { SourceTotals } from './pipeline.ts';

/** What a scan tells people at its end. */
export type ScanSummary = {
  readonly sources: number;
  readonly totals: SourceTotals;
  readonly elapsedMs: number;
  /** This run's messages by domain; of the whole ledger when this run brought nothing new. */
  readonly domains: readonly DomainSummary[];
  readonly isOfRun: boolean;
  /** Of the whole ledger, when it holds more than this run brought. */
  readonly inAll: LedgerTotals | null;
  /** What everything that was ever seen calls for. */
  readonly recommendations: readonly Recommendation[];
};

type LedgerTotals = { readonly messages: number; readonly backscatter: number; readonly firstSeen: Date | null };

export type DomainSummary = DomainTotals & {
  /** What we know the domain to be; null when it is none of ours, or nobody declared it. */
  readonly use: DomainUse | 'locked' | null;
  /** About its backscatter; empty where there is none. */
  readonly reporters: readonly NamedCount[];
  readonly origins: readonly NamedCount[];
  readonly evidence: readonly NamedCount[];
};

export type SummaryQuestion = {
  readonly run: number;
  readonly sources: number;
  readonly totals: SourceTotals;
  readonly elapsedMs: number;
  readonly top: number;
};

/** Domains whose reporters and origins are looked up; the table below names them all. */
const MAX_DETAILED = 10;

/** Asks the ledger what the summary needs. */
export async function gatherSummary(
  ledger: Ledger,
  domains: OwnDomains,
  question: SummaryQuestion,
): Promise<ScanSummary> {
  const { run, top, totals } = question;
  const isOfRun = totals.added > 0;
  const everything: LedgerFilter = { run: null, domain: null, backscatter: null, since: null, until: null };
  const filter = { ...everything, run: isOfRun ? run : null };
  const all = await ledger.totalsByDomain(everything);
  const shown = isOfRun ? await ledger.totalsByDomain(filter) : all;
  const detailed: DomainSummary[] = [];
  for (const total of shown) {
    // Of a run only: of a ledger of millions each of these questions takes long, and the report answers them.
    const isDetailed =
      isOfRun && total.backscatter > 0 && total.domain !== null && detailed.length < MAX_DETAILED && top > 0;
    const details = isDetailed ? await gatherDetails(ledger, { ...filter, domain: total.domain }, top) : NO_DETAILS;
    detailed.push({ ...total, ...details, use: useOf(total.domain, domains) });
  }
  const inAll = sumUp(all);
  return {
    sources: question.sources,
    totals,
    elapsedMs: question.elapsedMs,
    domains: detailed,
    isOfRun,
    inAll: inAll.messages > totals.added ? inAll : null,
    recommendations: recommend(all, domains),
  };
}

const NO_DETAILS = { reporters: [], origins: [], evidence: [] } as const;

async function gatherDetails(ledger: Ledger, filter: LedgerFilter, top: number) {
  const backscatter: LedgerFilter = { ...filter, backscatter: 'yes' };
  return {
    reporters: await ledger.top('reporter', backscatter, top),
    origins: await ledger.top('origin', backscatter, top),
    evidence: await ledger.top('evidence', backscatter, top),
  };
}

function useOf(name: DomainName | null, domains: OwnDomains): DomainSummary['use'] {
  const own = name === null ? null : domains.find(name);
  if (own === null) return null;
  return own.lockedAt === null ? own.use : 'locked';
}

function sumUp(totals: readonly DomainTotals[]): LedgerTotals {
  const firsts = totals.flatMap(({ firstSeen }) => firstSeen?.getTime() ?? []);
  return {
    messages: totals.reduce((sum, { messages }) => sum + messages, 0),
    backscatter: totals.reduce((sum, { backscatter }) => sum + backscatter, 0),
    firstSeen: firsts.length === 0 ? null : new Date(Math.min(...firsts)),
  };
}
