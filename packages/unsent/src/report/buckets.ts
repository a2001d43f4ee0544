/** Days that stand together in one column of a chart. */
export type Bucket = { readonly firstDay: string; readonly lastDay: string; readonly values: readonly number[] };

/**
 * Sums days up so that at most `max` columns are left, each of equally many days but for the last. `series` are numbers
 * by day; a bucket holds one sum for each of them.
 */
export function bucketsOf(
  days: readonly string[],
  series: readonly (readonly number[])[],
  max: number,
): { readonly daysEach: number; readonly buckets: readonly Bucket[] } {
  const daysEach = Math.max(1, Math.ceil(days.length / max));
  const buckets: Bucket[] = [];
  for (let from = 0; from < days.length; from += daysEach) {
    const to = Math.min(days.length, from + daysEach);
    const values = series.map((one) => one.slice(from, to).reduce((sum, value) => sum + value, 0));
    buckets.push({ firstDay: days[from] ?? '', lastDay: days[to - 1] ?? '', values });
  }
  return { daysEach, buckets };
}
