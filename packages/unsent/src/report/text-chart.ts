import { formatCount } from '../output/number.ts';
import { bucketsOf } from './buckets.ts';

const EIGHTHS = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const ROWS = 6;

/** A row of small bars, one for each value, scaled to the largest. A day with anything at all is seen. */
export function sparkline(values: readonly number[]): string {
  const max = Math.max(1, ...values);
  return values.map((value) => EIGHTHS[eighths(value, max, 8)] ?? '').join('');
}

export type Mark = { readonly day: string; readonly label: string };

/**
 * Bars by day, at most `width` columns wide and never wider than three columns a day, with the days below and a line for
 * each mark. Lines without their ends.
 */
export function barChart(
  days: readonly string[],
  values: readonly number[],
  marks: readonly Mark[],
  width: number,
): readonly string[] {
  const largest = formatCount(Math.max(...values, 0));
  // Sums of several days are larger than each day: room for them, too.
  const axis = largest.length + 2;
  const room = Math.max(10, width - axis - 2);
  const { daysEach, buckets } = bucketsOf(days, [values], room);
  const columns = Math.max(1, Math.min(3, Math.floor(room / buckets.length)));
  const heights = buckets.map(({ values: [value = 0] }) => value);
  const max = Math.max(1, ...heights);
  const lines: string[] = [];
  for (let row = ROWS - 1; row >= 0; row--) {
    const label = row === ROWS - 1 ? formatCount(max) : row === 0 ? '0' : '';
    const bars = heights.map((value) => barPart(eighths(value, max, ROWS * 8) - row * 8, columns)).join('');
    lines.push(`${label.padStart(axis)} ${row === 0 || row === ROWS - 1 ? '┤' : '│'}${bars.trimEnd()}`);
  }
  const start = ' '.repeat(axis + 2);
  lines.push(start + dayLine(days, buckets.length * columns, daysEach));
  for (const { day, label } of marks) {
    const at = Math.max(0, Math.floor(days.indexOf(day) / daysEach)) * columns;
    const text = `${day.slice(5)} ${label}`;
    const fits = at + 2 + text.length <= room;
    lines.push(`${start}${fits ? `${' '.repeat(at)}▲ ${text}` : `${`${text} ▲`.padStart(at + 1)}`}`);
  }
  return lines;
}

function eighths(value: number, max: number, steps: number): number {
  return value <= 0 ? 0 : Math.max(1, Math.round((value / max) * steps));
}

function barPart(filled: number, columns: number): string {
  const part = EIGHTHS[Math.max(0, Math.min(8, filled))] ?? ' ';
  // A gap between bars where there is room for one.
  return columns === 1 ? part : `${part.repeat(columns - 1)} `;
}

function dayLine(days: readonly string[], columns: number, daysEach: number): string {
  const first = days[0] ?? '';
  const last = days.at(-1) ?? '';
  const step = daysEach === 1 ? '' : ` (${daysEach} days a bar)`;
  const gap = columns - first.length - last.length;
  return first === last || gap < 1
    ? `${first}${first === last ? '' : ` to ${last}`}${step}`
    : `${first}${' '.repeat(gap)}${last}${step}`;
}
