import { type DomainName, isSubdomainOf, UnsentError } from '@unsent/dns';
import {
  type ApplyOutcome,
  applyPlan,
  type DnsProvider,
  type DomainResult,
  type HostedZone,
  isLockedInDns,
  type Journal,
  settleJournal,
} from '@unsent/lockdown';
import { optionsFor, type Preparation, type Prepared, prepareLockdown } from './prepare.ts';
import { noteInterrupted, noteLocked } from './state.ts';
import { withZone } from './zone-lease.ts';

/** What the domains of a portfolio share while they are worked on. */
export type PortfolioContext = {
  readonly preparation: Preparation;
  readonly journal: Journal;
  /** All zones of the account, so that nobody is asked for one by name; null: ask for each. */
  readonly zones: () => Promise<ReadonlyMap<DomainName, HostedZone> | null>;
};

/**
 * Locks one domain of many with as few calls as can be: none when DNS shows it as locked, otherwise two.
 *
 * Rejects with `provider-rate-limited` also when a write met the limit, unless this is the last try: the next one looks
 * first at what became of it.
 */
export async function lockOne(
  context: PortfolioContext,
  domain: DomainName,
  isLastTry: boolean,
): Promise<DomainResult> {
  const { preparation } = context;
  const { shell, provider, request } = preparation;
  const result = resultsFor(domain);
  const options = optionsFor(preparation, domain, domain, []);
  // A write whose end nobody saw has to be cleared up, whatever DNS shows.
  const [unfinished] = await context.journal.entries({ zone: domain, states: ['begun', 'unclear'], limit: 1 });
  const isLocked = unfinished === undefined && (await isLockedInDns(domain, options, await shell.resolver()));
  if (isLocked) {
    if (!request.isDryRun) await noteInterrupted(shell, provider, domain, domain);
    return result('skipped');
  }
  const zones = await context.zones();
  if (zones !== null && !isHosted(zones, domain)) return result('elsewhere', `${provider.title} holds no zone for it`);
  const outcome = request.isDryRun
    ? await prepareAndWrite(context, provider, domain, null)
    : await withZone(shell, provider, domain, (mine) => prepareAndWrite(context, mine, domain, domain));
  if (!('kind' in outcome)) return outcome;
  if (!isLastTry) refuseLimited(outcome);
  return fromOutcome(domain, outcome);
}

/**
 * Looks at the zone and writes it; a result where it does not come to that. `leased`: the zone that nobody else may
 * write to meanwhile; null for a dry run.
 */
async function prepareAndWrite(
  context: PortfolioContext,
  provider: DnsProvider,
  domain: DomainName,
  leased: DomainName | null,
): Promise<DomainResult | ApplyOutcome> {
  const { preparation } = context;
  const { shell, request } = preparation;
  const result = resultsFor(domain);
  const prepared = await prepareIfHosted(preparation, domain);
  if (prepared === null) return result('elsewhere', `${provider.title} holds no zone for it`);
  const { zone } = prepared.plan;
  // The name stands in a zone above it: that one is leased, and looked at again.
  if (leased !== null && leased !== zone) {
    return withZone(shell, provider, zone, (mine) => prepareAndWrite(context, mine, domain, zone));
  }
  const { refusals, changes } = prepared.plan;
  if (refusals.length > 0) {
    return result('refused', refusals.map(({ code, message }) => `${code}: ${message}`).join(' '));
  }
  if (!prepared.proof.holds) return result('failed', 'with this plan a host would not fail SPF');
  if (request.isDryRun) return result(changes.length === 0 ? 'already' : 'planned', plannedWords(changes.length));
  await settleJournal(context.journal, prepared.snapshot, shell.now());
  const outcome = await shell.uninterrupted(() => write(context, provider, prepared));
  if (outcome.kind === 'nothing-to-do') await noteInterrupted(shell, provider, prepared.plan.zone, domain);
  return outcome;
}

async function prepareIfHosted(preparation: Preparation, domain: DomainName): Promise<Prepared | null> {
  try {
    return await prepareLockdown(preparation, domain);
  } catch (cause) {
    if (cause instanceof UnsentError && cause.code === 'zone-unknown') return null;
    throw cause;
  }
}

/** The zone was read a moment ago, and DNS will be asked afterwards: neither is worth a call. */
async function write(
  { preparation: { shell }, journal }: PortfolioContext,
  provider: DnsProvider,
  { asked, plan, snapshot }: Prepared,
): Promise<ApplyOutcome> {
  const { now } = shell;
  const context = { provider, journal, now, kind: 'lockdown' as const, undoes: [], rereads: false, readsBack: false };
  const outcome = await applyPlan(plan, snapshot, context);
  if (outcome.kind === 'applied') await noteLocked(shell, provider, [plan.zone, asked], outcome.entry);
  return outcome;
}

/** Throws the provider's word that its limit is used up, where that is why the write did not come to its end. */
function refuseLimited(outcome: ApplyOutcome): void {
  const cause = 'cause' in outcome ? outcome.cause : null;
  if (cause instanceof UnsentError && cause.code === 'provider-rate-limited') throw cause;
}

function fromOutcome(domain: DomainName, outcome: ApplyOutcome): DomainResult {
  const result = resultsFor(domain);
  switch (outcome.kind) {
    case 'nothing-to-do':
      return result('already');
    case 'applied':
      return { ...result('locked'), entry: outcome.entry };
    case 'refused':
      return { ...result('refused', outcome.refusals.map(({ message }) => message).join(' ')), entry: outcome.entry };
    case 'not-applied':
      return { ...result('failed', wordsOf(outcome.cause)), entry: outcome.entry };
    case 'partly':
    case 'unknown':
      return { ...result('unclear', wordsOf(outcome.cause)), entry: outcome.entry };
  }
}

function resultsFor(domain: DomainName) {
  return (outcome: DomainResult['outcome'], reason: string | null = null): DomainResult => ({
    domain,
    outcome,
    entry: null,
    reason,
  });
}

function isHosted(zones: ReadonlyMap<DomainName, HostedZone>, domain: DomainName): boolean {
  for (const zone of zones.keys()) if (isSubdomainOf(domain, zone)) return true;
  return false;
}

function plannedWords(count: number): string | null {
  return count === 0 ? null : `${count} ${count === 1 ? 'change' : 'changes'}`;
}

function wordsOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
