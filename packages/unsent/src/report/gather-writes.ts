import { type DomainName, isSubdomainOf } from '@unsent/dns';
import type { StoredWrite } from '@unsent/store';
import type { Store } from '../store.ts';
import type { ReportWrite } from './data.ts';

type Span = { readonly since: Date | null; readonly until: Date; readonly domain: DomainName | null };

const MAX_READ = 1000;
const MAX_TOLD = 50;
const MS_PER_HOUR = 3_600_000;
const HOURS_PER_DAY = 24;
const MAX_EFFECT_HOURS = 7 * HOURS_PER_DAY;

/** Writes to DNS: all that were read, and those that are told, the newest first. */
type Writes = { readonly all: readonly StoredWrite[]; readonly told: readonly StoredWrite[]; readonly span: Span };

/** The writes to DNS, of which those in that time are told. */
export async function readWrites(store: Store, span: Span): Promise<Writes> {
  const all = await store.journal.writes(MAX_READ);
  return { all, told: all.filter((write) => isInside(write, span)).slice(0, MAX_TOLD), span };
}

/** The zones that are told of. */
export function zonesOf({ told }: Writes): readonly DomainName[] {
  return [...new Set(told.map(({ zone }) => zone))];
}

/** What became of the flood after each write, the oldest first. `names`: the domains below their zones that messages were about. */
export async function gatherWrites(
  store: Store,
  { all, told, span }: Writes,
  names: readonly DomainName[],
): Promise<ReportWrite[]> {
  const found: ReportWrite[] = [];
  for (const write of [...told].reverse()) {
    const { id, kind, zone } = write;
    const effect = await effectOf(store, write, { all, names, until: span.until });
    found.push({ id, kind, zone, at: atOf(write).toISOString(), isUndone: write.state === 'undone', effect });
  }
  return found;
}

function isInside(write: StoredWrite, { since, until, domain }: Span): boolean {
  const at = atOf(write);
  if ((since !== null && at < since) || at >= until) return false;
  return domain === null || isSubdomainOf(domain, write.zone) || isSubdomainOf(write.zone, domain);
}

/** The same time before and after, at most a week and no further than to the next write to that zone. */
async function effectOf(
  store: Store,
  write: StoredWrite,
  { all, names, until }: { all: readonly StoredWrite[]; names: readonly DomainName[]; until: Date },
): Promise<ReportWrite['effect']> {
  const at = Math.floor(atOf(write).getTime() / MS_PER_HOUR) * MS_PER_HOUR;
  const next = all
    .filter(({ zone, id }) => zone === write.zone && id !== write.id)
    .map((one) => atOf(one).getTime())
    .filter((other) => other > atOf(write).getTime());
  const hours = Math.min(MAX_EFFECT_HOURS, Math.floor((Math.min(until.getTime(), ...next) - at) / MS_PER_HOUR));
  if (hours < HOURS_PER_DAY) return null;
  const domains = [...new Set([write.zone, ...names.filter((name) => isSubdomainOf(name, write.zone))])];
  const moment = (offset: number): Date => new Date(at + offset * MS_PER_HOUR);
  const { ledger } = store;
  return {
    hours,
    before: await ledger.backscatterBetween(domains, moment(-hours), moment(0)),
    after: await ledger.backscatterBetween(domains, moment(0), moment(hours)),
  };
}

function atOf({ finishedAt, begunAt }: StoredWrite): Date {
  return new Date(finishedAt ?? begunAt);
}
