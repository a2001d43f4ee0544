import { existsSync } from 'node:fs';
import type { DomainName } from '@unsent/dns';
import { type DnsProvider, type DomainHistory, type Journal, type JournalEntry, memoryJournal } from '@unsent/lockdown';
import { isNoPath, statePlace } from '../config/places.ts';
import type { Shell } from '../shell.ts';
import { usage } from './request.ts';

/** How long genuine mail counts as a sign of life. */
const LIFE_DAYS = 30;
const MS_PER_DAY = 86_400_000;

/** True if the database is there; a dry run must not make it. */
export async function hasState(shell: Shell): Promise<boolean> {
  const place = statePlace(shell.options.state, await shell.config(), shell.env, shell.cwd);
  return (isNoPath(place) && place !== ':memory:') || existsSync(place);
}

/** Genuine mail of the domain in the last 30 days, from the ledger; null when there is none, or no ledger. */
export async function genuineMailOf(shell: Shell, domain: DomainName): Promise<DomainHistory['genuineMail']> {
  if (!(await hasState(shell))) return null;
  const since = new Date(shell.now().getTime() - LIFE_DAYS * MS_PER_DAY);
  const { ledger } = await shell.store();
  const totals = await ledger.totalsByDomain({ run: null, domain, backscatter: null, since, until: null });
  const own = totals.find((total) => total.domain === domain);
  if (own === undefined || own.genuine === 0) return null;
  return { messages: own.genuine, lastSeen: (own.lastSeen ?? since).toISOString().slice(0, 10) };
}

/** The journal to write with, or one that is forgotten where the zone is too. Throws as `checkJournalLasts`. */
export async function journalFor(shell: Shell, provider: DnsProvider): Promise<Journal> {
  await checkJournalLasts(shell, provider);
  return provider.name === 'memory' ? memoryJournal() : (await shell.store()).journal;
}

/** The journal to look things up in; never makes the database. */
export async function journalToRead(shell: Shell, provider: DnsProvider): Promise<Journal> {
  return (await hasState(shell)) ? journalFor(shell, provider) : memoryJournal();
}

/** Throws `usage` where the zone would outlive the journal: the way back must be kept before anything is written. */
export async function checkJournalLasts(shell: Shell, provider: DnsProvider): Promise<void> {
  if (provider.name === 'memory') return;
  const place = statePlace(shell.options.state, await shell.config(), shell.env, shell.cwd);
  if (place !== ':memory:') return;
  throw usage(
    'with the state :memory: nothing is written to DNS: the journal would be gone at the end, and the way back with it',
    'Name a file with --state, or look at the plan with --dry-run.',
  );
}

/** What the journal knows of a zone, newest first; never makes the database. */
export async function journalEntriesOf(
  shell: Shell,
  provider: DnsProvider,
  zone: DomainName,
): Promise<readonly JournalEntry[]> {
  if (provider.name === 'memory' || !(await hasState(shell))) return [];
  return (await shell.store()).journal.entries({ zone, states: ['begun', 'applied', 'unclear'], limit: null });
}

/** Domains that were locked before; never makes the database. */
export async function lockedDomainsOf(shell: Shell, provider: DnsProvider): Promise<readonly DomainName[]> {
  if (provider.name === 'memory' || !(await hasState(shell))) return [];
  return (await (await shell.store()).lockedDomains.all()).map(({ name }) => name);
}

/**
 * Tells the scanner and the policy daemon that an entry locked these: the zone, and the name that was asked for in it.
 *
 * Belongs to the write: whoever is cut off after it must not leave them with what was true before.
 */
export async function noteLocked(
  shell: Shell,
  provider: DnsProvider,
  names: readonly DomainName[],
  journalId: string,
): Promise<void> {
  if (provider.name === 'memory') return;
  const { lockedDomains } = await shell.store();
  await lockedDomains.add(names, shell.now(), journalId);
}

/** Tells them that nothing is locked in the zone any more: neither itself, nor what was asked for in it. */
export async function noteUnlocked(shell: Shell, provider: DnsProvider, zone: DomainName): Promise<void> {
  if (provider.name === 'memory') return;
  const { journal, lockedDomains } = await shell.store();
  const entries = await journal.entries({ zone, states: null, limit: null });
  const inZone = await lockedDomains.lockedBy(entries.map(({ id }) => id));
  await lockedDomains.remove((await lockedDomains.has(zone)) ? [zone, ...inZone] : inZone);
}

/** A lockdown that was written and then cut off has told nobody: called when the next one finds nothing left to do. */
export async function noteInterrupted(
  shell: Shell,
  provider: DnsProvider,
  zone: DomainName,
  asked: DomainName,
): Promise<void> {
  if (provider.name === 'memory') return;
  const { journal, lockedDomains } = await shell.store();
  if ((await lockedDomains.has(zone)) && (await lockedDomains.has(asked))) return;
  const applied = await journal.entries({ zone, states: ['applied'], limit: null });
  const newest = applied.find(({ kind }) => kind !== 'spf');
  if (newest?.kind === 'lockdown') await noteLocked(shell, provider, [zone, asked], newest.id);
}
