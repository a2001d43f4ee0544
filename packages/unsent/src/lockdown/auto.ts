import type { DomainName } from '@unsent/dns';
import type { DnsProvider, DomainResult, Journal } from '@unsent/lockdown';
import type { Config } from '../config.ts';
import type { Shell } from '../shell.ts';
import { lockOne } from './lock-one.ts';
import { openProvider } from './open-provider.ts';
import { openPreparation } from './prepare.ts';
import { lockdownRequest } from './request.ts';
import { journalFor } from './state.ts';

/**
 * Locks down domains that a scan found under attack (`lockdown.auto`), on its own.
 *
 * What a scan reads is written by attackers, so: only domains that the configuration itself calls unused, at most
 * `perDay` a day (by the journal, whoever wrote), and no refusal is ever overridden. Does nothing unless it is enabled.
 * Resolves to what was done or refused; domains beyond the limit are not among them.
 */
export async function lockByEvidence(shell: Shell, attacked: readonly DomainName[]): Promise<readonly DomainResult[]> {
  const config = await shell.config();
  const { auto } = config.lockdown;
  if (auto?.enabled !== true) return [];
  const declared = attacked.filter((domain) => isDeclaredUnused(config, domain));
  if (declared.length === 0) return [];
  const { lockedDomains } = await shell.store();
  const locked = new Set((await lockedDomains.all()).map(({ name }) => name));
  const due = [...new Set(declared)].filter((domain) => !locked.has(domain));
  if (due.length === 0) return [];
  const provider = await openProvider(shell, {}, due);
  const journal = await journalFor(shell, provider);
  const left = auto.perDay - (await lockedToday(journal, shell.now()));
  return lockSome(shell, provider, journal, due, left);
}

/** Named itself: a domain below one that is declared unused is not meant. */
function isDeclaredUnused({ domains }: Config, domain: DomainName): boolean {
  return domains.unused.some(({ name }) => name === domain);
}

/** Ids begin with the day. Failed attempts count: whoever writes our input must not make us try all day. */
async function lockedToday(journal: Journal, now: Date): Promise<number> {
  const day = now.toISOString().slice(0, 10);
  const entries = await journal.entries({ zone: null, states: null, limit: 1000 });
  return entries.filter(({ id, kind }) => kind === 'lockdown' && id.startsWith(day)).length;
}

async function lockSome(
  shell: Shell,
  provider: DnsProvider,
  journal: Journal,
  domains: readonly DomainName[],
  limit: number,
): Promise<readonly DomainResult[]> {
  const request = { ...lockdownRequest({}, (await shell.config()).lockdown), isAgreed: true };
  const preparation = await openPreparation(shell, provider, request);
  const results: DomainResult[] = [];
  let written = 0;
  for (const domain of domains) {
    if (written >= limit) break;
    const result = await lockOne({ preparation, journal, zones: async () => null }, domain);
    if (result.entry !== null) written++;
    results.push(result);
  }
  return results;
}
