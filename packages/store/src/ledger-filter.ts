import type { DomainName } from '@unsent/dns';
import { MS_PER_HOUR } from './ledger-hours.ts';
import type { Engine, SqlValue } from './sql.ts';

/** Which entries a question is about. Null means no bound. */
export type StoredFilter = {
  readonly run: number | null;
  readonly domain: DomainName | null;
  readonly backscatter: string | null;
  readonly since: Date | null;
  readonly until: Date | null;
};

export type StoredTotals = {
  readonly domain: DomainName | null;
  readonly messages: number;
  readonly bounces: number;
  readonly backscatter: number;
  readonly genuine: number;
  readonly unknown: number;
  readonly decisive: number;
  readonly firstSeen: Date | null;
  readonly lastSeen: Date | null;
};

export type NameCount = { readonly name: string; readonly count: number };

/** The counts of StoredTotals but the first, of rows that stand for `weight` messages each. */
export function sumsOf(weight: string): string {
  const sum = (when: string, name: string) => `sum(CASE WHEN ${when} THEN ${weight} ELSE 0 END) AS ${name}`;
  return [
    sum("kind = 'bounce'", 'bounces'),
    sum("backscatter = 'yes'", 'backscatter'),
    sum("backscatter = 'no'", 'genuine'),
    // Only delivery reports and answers get a verdict; of the rest 'unknown' means nothing.
    sum("backscatter = 'unknown' AND kind IN ('bounce', 'auto-reply')", 'unknown'),
    sum("backscatter = 'yes' AND decisive = 1", 'decisive'),
  ].join(', ');
}

/** How events are counted by a column: PostgreSQL has no such indexes, and finds those of a domain or a time by theirs. */
export function byGroups(sql: Engine): 'groups' | 'event' {
  return sql.server === null ? 'groups' : 'event';
}

/**
 * WHERE and its conditions as `filter` asks, with their values. The values of `extra`, one more condition, come last.
 *
 * 'groups' is for counting events by a column that has an index with all that is asked for: walking along that index
 * is many times faster than sorting what those by domain or time find, which a database without statistics would do.
 */
export function condition(
  filter: StoredFilter,
  table: 'hourly' | 'event' | 'groups',
  extra: string | null = null,
): { readonly where: string; readonly values: readonly SqlValue[] } {
  const time = { hourly: 'hour', event: 'arrived_at', groups: 'arrived_at + 0' }[table];
  const unit = table === 'hourly' ? 1 : MS_PER_HOUR;
  const since = filter.since === null ? null : Math.floor(filter.since.getTime() / MS_PER_HOUR) * unit;
  const until = filter.until === null ? null : Math.ceil(filter.until.getTime() / MS_PER_HOUR) * unit;
  const parts: readonly (readonly [string, SqlValue])[] = [
    ['run = ?', filter.run],
    [table === 'groups' ? "COALESCE(domain, '') = ?" : 'domain = ?', filter.domain],
    ['backscatter = ?', filter.backscatter],
    [`${time} >= ?`, since],
    [`${time} < ?`, until],
  ];
  const asked = parts.filter(([, value]) => value !== null);
  const all = [...asked.map(([part]) => part), ...(extra === null ? [] : [extra])];
  return { where: all.length === 0 ? '' : `WHERE ${all.join(' AND ')}`, values: asked.map(([, value]) => value) };
}
