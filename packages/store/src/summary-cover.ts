import type { StoredFilter } from './ledger-filter.ts';
import { hourOf, MS_PER_HOUR } from './ledger-hours.ts';
import { integer, placeholders, type Row, type Sql, type SqlValue } from './sql.ts';

/** Hours since 1970, from the first that counts to the first that no longer does; null: no bound. */
export type HourRange = { readonly from: number | null; readonly until: number | null };

/**
 * A day or month that was summed up; `isMerged`: several that were added up, but for the forged addresses. `leftOut`: no
 * forged address that it does not hold came up more often.
 */
export type Summary = {
  readonly id: number;
  readonly from: number;
  readonly until: number;
  readonly leftOut: number;
  readonly isMerged: boolean;
};

/** A time, taken apart: what summaries hold of it, and the hours that are read one by one. No hour is in two parts. */
export type Cover = { readonly summaries: readonly Summary[]; readonly rest: readonly HourRange[] };

/** The summaries that are usable, the longest first. */
export async function readSummaries(sql: Sql): Promise<readonly Summary[]> {
  const rows = await sql.all(
    `SELECT id, from_hour, until_hour, left_out, merged FROM summary WHERE stale = 0
     ORDER BY until_hour - from_hour DESC, from_hour, merged`,
  );
  return rows.map(readSummary);
}

function readSummary(row: Row): Summary {
  return {
    id: integer(row, 'id'),
    from: integer(row, 'from_hour'),
    until: integer(row, 'until_hour'),
    leftOut: integer(row, 'left_out'),
    isMerged: integer(row, 'merged') === 1,
  };
}

/** How the time of a question is covered. Longer summaries are taken before those they overlap. */
export function coverOf(summaries: readonly Summary[], { since, until }: Pick<StoredFilter, 'since' | 'until'>): Cover {
  const from = since === null ? null : hourOf(since.getTime());
  const end = until === null ? null : Math.ceil(until.getTime() / MS_PER_HOUR);
  const taken: Summary[] = [];
  for (const one of summaries) {
    const isInside = (from === null || one.from >= from) && (end === null || one.until <= end);
    if (isInside && taken.every((other) => one.until <= other.from || one.from >= other.until)) taken.push(one);
  }
  taken.sort((a, b) => a.from - b.from);
  const rest: HourRange[] = [];
  let at = from;
  for (const one of taken) {
    if (at === null || at < one.from) rest.push({ from: at, until: one.from });
    at = one.until;
  }
  if (at === null || end === null || at < end) rest.push({ from: at, until: end });
  return { summaries: taken, rest };
}

/** A condition and its values. */
export type Condition = { readonly where: string; readonly values: readonly SqlValue[] };

/** True for rows of these summaries. */
export function ofSummaries({ summaries }: Cover): Condition {
  return {
    where: `summary IN ${placeholders(Math.max(1, summaries.length), 1)}`,
    values: summaries.length === 0 ? [null] : summaries.map(({ id }) => id),
  };
}

/** True for what lies in the hours that no summary holds; `column` counts hours or, an event's, milliseconds. */
export function inRest({ rest }: Cover, column: 'hour' | 'arrived_at'): Condition {
  const unit = column === 'hour' ? 1 : MS_PER_HOUR;
  const values: SqlValue[] = [];
  const ranges = rest.map(({ from, until }) => {
    const bounds: string[] = [];
    for (const [bound, sign] of [
      [from, '>='],
      [until, '<'],
    ] as const) {
      if (bound === null) continue;
      bounds.push(`${column} ${sign} ?`);
      values.push(bound * unit);
    }
    return bounds.length === 0 ? '1 = 1' : `(${bounds.join(' AND ')})`;
  });
  return { where: ranges.length === 0 ? '1 = 0' : `(${ranges.join(' OR ')})`, values };
}
