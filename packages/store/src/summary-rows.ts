import { MS_PER_HOUR } from './ledger-hours.ts';
import { integer, placeholders, type Sql } from './sql.ts';

/** Hours since 1970, from the first that counts to the first that no longer does. */
export type Span = { readonly from: number; readonly until: number };

/** A summary of which nothing is there yet; resolves to its number. */
export async function addSummary(sql: Sql, { from, until }: Span, isMerged: boolean): Promise<number> {
  const [made] = await sql.all('INSERT INTO summary (from_hour, until_hour, merged) VALUES (?, ?, ?) RETURNING id', [
    from,
    until,
    isMerged ? 1 : 0,
  ]);
  if (made === undefined) throw new Error('the database gave the summary no number');
  return integer(made, 'id');
}

/** Drops these with all that they hold. */
export async function dropSummaries(sql: Sql, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return;
  const list = placeholders(ids.length, 1);
  for (const table of ['summary_hour', 'summary_domain', 'summary_day', 'summary_name']) {
    await sql.run(`DELETE FROM ${table} WHERE summary IN ${list}`, ids);
  }
  await sql.run(`DELETE FROM summary WHERE id IN ${list}`, ids);
}

/** Months since 1970 that a time touches. */
export function monthsOf({ from, until }: Span): readonly number[] {
  const month = (hour: number): number => {
    const at = new Date(hour * MS_PER_HOUR);
    return (at.getUTCFullYear() - 1970) * 12 + at.getUTCMonth();
  };
  const [first, last] = [month(from), month(until - 1)];
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}
