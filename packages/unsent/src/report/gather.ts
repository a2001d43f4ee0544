import { type OwnDomains, RULES } from '@unsent/bounce';
import type { DomainName } from '@unsent/dns';
import type { NameCount, StoredDay, StoredFilter, StoredInjector, StoredMessage, StoredOverview } from '@unsent/store';
import type { Store } from '../store.ts';
import type { ReportData, ReportDay, ReportDomain, ReportInjector, ReportMessage } from './data.ts';
import { gatherPolicy } from './gather-policy.ts';
import { gatherWrites, readWrites, zonesOf } from './gather-writes.ts';

export type ReportQuestion = {
  /** Null: everything that is known. */
  readonly since: Date | null;
  readonly domain: DomainName | null;
  readonly now: Date;
};

const TOP = 10;
const MAX_DOMAINS = 1000;
const MAX_DETAILED = 12;
const MAX_MESSAGES = 25;
const MS_PER_HOUR = 3_600_000;
const MS_PER_DAY = 86_400_000;

/** Asks the database everything that the report tells. What is counted is counted there; nothing walks over messages here. */
export async function gatherReport(store: Store, own: OwnDomains, question: ReportQuestion): Promise<ReportData> {
  const { ledger } = store;
  const { since, domain, now } = question;
  const until = new Date(Math.ceil((now.getTime() + 1) / MS_PER_HOUR) * MS_PER_HOUR);
  const filter: StoredFilter = { run: null, domain, backscatter: null, since, until };
  const backscatter: StoredFilter = { ...filter, backscatter: 'yes' };
  const writes = await readWrites(store, { since, until, domain });
  const limits = { domains: MAX_DOMAINS, attacked: MAX_DETAILED, zones: zonesOf(writes) };
  const totals = await ledger.overview(filter, limits);
  const days = denseDays(await ledger.totalsByDay(filter), since, until);
  const lists = await ledger.lists(backscatter, TOP);
  const sentences = new Map(RULES.map(({ id, sentence }) => [id as string, sentence]));
  return {
    format: 1,
    generatedAt: now.toISOString(),
    since: since === null ? null : new Date(Math.floor(since.getTime() / MS_PER_HOUR) * MS_PER_HOUR).toISOString(),
    until: until.toISOString(),
    domain,
    totals: dated(totals.all),
    domains: await gatherDomains(store, own, { totals, days, filter }),
    days,
    writes: await gatherWrites(store, writes, totals.below),
    reporters: lists.reporters,
    injectors: lists.injectors.map(injector),
    networks: lists.networks.map(injector),
    forged: lists.forged.map((one) => ({
      name: one.domain === null ? one.localPart : `${one.localPart}@${one.domain}`,
      count: one.count,
    })),
    evidence: lists.evidence.map(({ name, count }) => ({ name, count, says: sentences.get(name) ?? null })),
    policy: await gatherPolicy(store.policyCounters, since ?? new Date(0), domain),
    aggregateReports: dated(await ledger.aggregateReports(filter, TOP)),
    tlsReports: dated(await ledger.tlsReports(filter)),
  };
}

type DomainsQuestion = {
  readonly totals: StoredOverview;
  readonly days: readonly ReportDay[];
  readonly filter: StoredFilter;
};

async function gatherDomains(store: Store, own: OwnDomains, question: DomainsQuestion): Promise<ReportDomain[]> {
  const { totals, days, filter } = question;
  const detailed = totals.attacked.flatMap(({ domain }) => domain ?? []);
  const byDay = new Map<string, number>();
  for (const { domain, day, backscatter } of await store.ledger.totalsByDomainAndDay(filter, detailed)) {
    byDay.set(`${domain} ${dayText(day)}`, backscatter);
  }
  const found: ReportDomain[] = [];
  for (const { domain, ...sums } of totals.domains) {
    const isDetailed = domain !== null && detailed.includes(domain);
    const newest = isDetailed ? await store.ledger.newestMessages({ ...filter, domain }, MAX_MESSAGES) : [];
    found.push({
      name: domain,
      use: domain === null ? null : useOf(domain, own),
      ...dated(sums),
      backscatterByDay: isDetailed ? days.map(({ day }) => byDay.get(`${domain} ${day}`) ?? 0) : [],
      newest: newest.map(message),
    });
  }
  return found;
}

/** The same with its moments as text. */
function dated<T extends { readonly firstSeen: Date | null; readonly lastSeen: Date | null }>({
  firstSeen,
  lastSeen,
  ...rest
}: T): Omit<T, 'firstSeen' | 'lastSeen'> & { readonly firstSeen: string | null; readonly lastSeen: string | null } {
  return { ...rest, firstSeen: firstSeen?.toISOString() ?? null, lastSeen: lastSeen?.toISOString() ?? null };
}

/** Every day from the first to the last, so that a quiet day is seen as one. */
function denseDays(stored: readonly StoredDay[], since: Date | null, until: Date): ReportDay[] {
  const first = since ?? stored[0]?.day;
  if (first === undefined || stored.length === 0) return [];
  const known = new Map(stored.map((one) => [dayText(one.day), one]));
  const days: ReportDay[] = [];
  for (let at = Math.floor(first.getTime() / MS_PER_DAY) * MS_PER_DAY; at < until.getTime(); at += MS_PER_DAY) {
    const day = dayText(new Date(at));
    const { messages = 0, bounces = 0, backscatter = 0 } = known.get(day) ?? {};
    days.push({ day, messages, bounces, backscatter });
  }
  return days;
}

function useOf(name: DomainName, own: OwnDomains): ReportDomain['use'] {
  const found = own.find(name);
  if (found === null) return null;
  return found.lockedAt === null ? found.use : 'locked';
}

function injector({ name, count, spf }: StoredInjector): ReportInjector {
  return { name, count, spf: spf.map((one: NameCount) => ({ name: one.name, count: one.count })) };
}

function message({ arrivedAt, isDecisive, originIp, originSpf, ...rest }: StoredMessage): ReportMessage {
  return { arrivedAt: arrivedAt.toISOString(), decisive: isDecisive, origin: originIp, spf: originSpf, ...rest };
}

function dayText(day: Date): string {
  return day.toISOString().slice(0, 10);
}
