import { type DomainName, UnsentError } from '@unsent/dns';

/** How it ended for one domain. */
export type DomainResult = {
  readonly domain: DomainName;
  readonly outcome: DomainOutcome;
  /** The journal's id, where something was written or tried. */
  readonly entry: string | null;
  /** One sentence for what went wrong or was refused; null when all is well. */
  readonly reason: string | null;
};

/**
 * `locked`: written. `already`: nothing to do. `skipped`: DNS shows it as locked, no call was made. `planned`: a dry run.
 * `refused`, `failed`, `unclear`: as for a single domain. `elsewhere`: not at this provider.
 */
export const DOMAIN_OUTCOMES = [
  'locked',
  'already',
  'skipped',
  'planned',
  'refused',
  'failed',
  'unclear',
  'elsewhere',
] as const;

export type DomainOutcome = (typeof DOMAIN_OUTCOMES)[number];

export type PortfolioOptions = {
  /** Domains worked on at the same time; calls are paced by the provider's pacer, not by this. */
  readonly concurrency: number;
  /** Stops after so many failures in a row: then something is wrong with everything. */
  readonly maxFailures: number;
  readonly signal: AbortSignal;
  /** Told after each domain, in the order in which they end. */
  readonly onResult: (result: DomainResult) => Promise<void>;
};

export type PortfolioEnd = {
  readonly results: readonly DomainResult[];
  /** Why domains are left: null when none is. */
  readonly stopped: 'failures' | 'interrupted' | null;
  readonly left: number;
};

/** A domain is tried again this often when the provider's limit was hit. */
const MAX_LIMIT_HITS = 5;

/**
 * Runs `lockOne` over all domains, several at a time.
 *
 * `lockOne` resolves to the result, and rejects with an error that becomes the result `failed`. Hitting the provider's
 * rate limit (`provider-rate-limited`) is no failure: the pacer makes everybody wait, and the domain goes to the end of
 * the queue, unless it was the last try.
 */
export async function runPortfolio(
  domains: readonly DomainName[],
  lockOne: (domain: DomainName, isLastTry: boolean) => Promise<DomainResult>,
  options: PortfolioOptions,
): Promise<PortfolioEnd> {
  const queue = domains.map((domain) => ({ domain, limitHits: 0 }));
  const results: DomainResult[] = [];
  let failuresInRow = 0;
  let next = 0;
  const hasFailed = (): boolean => failuresInRow >= options.maxFailures;
  const worker = async (): Promise<void> => {
    for (;;) {
      const job = queue[next];
      if (job === undefined || options.signal.aborted || hasFailed()) return;
      next++;
      const result = await attempt(job.domain, lockOne, job.limitHits >= MAX_LIMIT_HITS);
      if (result === 'limited') {
        queue.push({ domain: job.domain, limitHits: job.limitHits + 1 });
        continue;
      }
      failuresInRow = result.outcome === 'failed' || result.outcome === 'unclear' ? failuresInRow + 1 : 0;
      results.push(result);
      await options.onResult(result);
    }
  };
  await Promise.all(Array.from({ length: options.concurrency }, worker));
  const left = queue.length - next;
  const stopped = left === 0 ? null : hasFailed() ? 'failures' : 'interrupted';
  return { results, stopped, left };
}

async function attempt(
  domain: DomainName,
  lockOne: (domain: DomainName, isLastTry: boolean) => Promise<DomainResult>,
  isLastTry: boolean,
): Promise<DomainResult | 'limited'> {
  try {
    return await lockOne(domain, isLastTry);
  } catch (error) {
    if (!(error instanceof UnsentError)) throw error; // a bug is no result
    if (error.code === 'provider-rate-limited' && !isLastTry) return 'limited';
    return { domain, outcome: 'failed', entry: null, reason: error.message };
  }
}
