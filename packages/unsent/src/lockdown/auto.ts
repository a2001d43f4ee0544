import { type DomainName, UnsentError } from '@unsent/dns';
import type { DnsProvider, DomainResult, Journal } from '@unsent/lockdown';
import type { Config } from '../config.ts';
import type { Shell } from '../shell.ts';
import { lockOne, type PortfolioContext } from './lock-one.ts';
import { openProvider } from './open-provider.ts';
import { verifyAll } from './portfolio.ts';
import { openPreparation } from './prepare.ts';
import { lockdownRequest } from './request.ts';
import { journalFor } from './state.ts';

/** What became of a domain under attack; plain JSON. */
export type EvidenceResult = {
  readonly domain: DomainName;
  /** Backscatter of the last seven days. */
  readonly backscatter: number;
  /** As of a portfolio; or it was left for now: too little, or as many as may be were locked today. */
  readonly outcome: DomainResult['outcome'] | 'below-threshold' | 'day-limit';
  /** The journal entry; null when nothing was begun. */
  readonly entry: string | null;
  /** Why it is not locked; null when it is. */
  readonly reason: string | null;
  /** Name servers that do not answer as planned yet; null when nothing was written, or all do. */
  readonly lagging: readonly string[] | null;
};

const WINDOW_DAYS = 7;
const MS_PER_DAY = 86_400_000;

type Attacked = { readonly domain: DomainName; readonly backscatter: number };

/**
 * Locks domains that a scan found under attack (`lockdown.auto`), on its own.
 *
 * What a scan reads is written by attackers, so: only domains that the configuration itself calls unused and that this
 * run brought backscatter for, from `threshold` messages in seven days on, at most `perDay` a day (by the journal, whoever
 * wrote), and no refusal is ever overridden. Null unless it is enabled. Errors are outcomes: a scan does not fail for them.
 */
export async function lockByEvidence(shell: Shell, run: number): Promise<readonly EvidenceResult[] | null> {
  const config = await shell.config();
  const { auto } = config.lockdown;
  if (auto?.enabled !== true) return null;
  const attacked = await attackedDomains(shell, config, run);
  const due = attacked.filter(({ backscatter }) => backscatter >= auto.threshold);
  const early = attacked
    .filter(({ backscatter }) => backscatter < auto.threshold)
    .map((one) => left(one, 'below-threshold', `the threshold is ${auto.threshold}`));
  if (due.length === 0) return early;
  return [...(await lockSafely(shell, due, auto.perDay)), ...early];
}

/** Domains of this run with backscatter, declared unused and not locked, the most attacked first. */
async function attackedDomains(shell: Shell, config: Config, run: number): Promise<readonly Attacked[]> {
  const { ledger, lockedDomains } = await shell.store();
  const everything = { run: null, domain: null, backscatter: null, since: null, until: null };
  const ofRun = await ledger.totalsByDomain({ ...everything, run });
  const since = new Date(shell.now().getTime() - WINDOW_DAYS * MS_PER_DAY);
  const recent = await ledger.totalsByDomain({ ...everything, since });
  const locked = new Set((await lockedDomains.all()).map(({ name }) => name));
  const isNew = new Set(ofRun.flatMap(({ domain, backscatter }) => (backscatter > 0 && domain !== null ? domain : [])));
  return recent
    .flatMap(({ domain, backscatter }) => (domain === null ? [] : { domain, backscatter }))
    .filter(({ domain }) => isNew.has(domain) && isDeclaredUnused(config, domain) && !locked.has(domain))
    .sort((a, b) => b.backscatter - a.backscatter);
}

/** Named itself: a domain below one that is declared unused is not meant. */
function isDeclaredUnused({ domains }: Config, domain: DomainName): boolean {
  return domains.unused.some(({ name }) => name === domain);
}

/** A provider that cannot be asked, or a token that is missing, is the reason of all domains. */
async function lockSafely(shell: Shell, due: readonly Attacked[], perDay: number): Promise<readonly EvidenceResult[]> {
  try {
    const domains = due.map(({ domain }) => domain);
    const provider = await openProvider(shell, {}, domains);
    const journal = await journalFor(shell, provider);
    const room = perDay - (await lockedToday(journal, shell.now()));
    return await lockSome(shell, { provider, journal }, due, { perDay, room });
  } catch (cause) {
    return due.map((one) => left(one, 'failed', reasonOf(cause)));
  }
}

/** Ids begin with the day. Failed attempts count: whoever writes our input must not make us try all day. */
async function lockedToday(journal: Journal, now: Date): Promise<number> {
  const day = now.toISOString().slice(0, 10);
  const entries = await journal.entries({ zone: null, states: null, limit: 1000 });
  return entries.filter(({ id, kind }) => kind === 'lockdown' && id.startsWith(day)).length;
}

async function lockSome(
  shell: Shell,
  { provider, journal }: { readonly provider: DnsProvider; readonly journal: Journal },
  due: readonly Attacked[],
  { perDay, room }: { readonly perDay: number; readonly room: number },
): Promise<readonly EvidenceResult[]> {
  const request = { ...lockdownRequest({}, (await shell.config()).lockdown), isAgreed: true };
  const preparation = await openPreparation(shell, provider, request);
  const context: PortfolioContext = { preparation, journal, zones: async () => null };
  const results: EvidenceResult[] = [];
  let written = 0;
  for (const one of due) {
    if (shell.signal.aborted) break;
    if (written >= room) {
      results.push(left(one, 'day-limit', `at most ${perDay} domains a day (lockdown.auto.perDay)`));
      continue;
    }
    const result = await attempt(context, one.domain);
    if (result.entry !== null) written++;
    const [unverified] = await verifyAll(shell, provider, context, [result]);
    results.push({ ...result, backscatter: one.backscatter, lagging: unverified?.servers ?? null });
  }
  return results;
}

/** What goes wrong with one domain is told with it, and the others get their turn. */
async function attempt(context: PortfolioContext, domain: DomainName): Promise<DomainResult> {
  try {
    return await lockOne(context, domain, true);
  } catch (cause) {
    return { domain, outcome: 'failed', entry: null, reason: reasonOf(cause) };
  }
}

function left({ domain, backscatter }: Attacked, outcome: EvidenceResult['outcome'], reason: string): EvidenceResult {
  return { domain, backscatter, outcome, entry: null, reason, lagging: null };
}

/** Only what is meant for people; anything else is a fault of ours and ends the scan as one. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof UnsentError)) throw cause;
  return cause.hint === null ? cause.message : `${cause.message} ${cause.hint}`;
}
