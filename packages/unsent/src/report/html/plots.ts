import { areaY, lineY, plot, rect, ruleX, ruleY, text } from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { bucketsOf } from '../buckets.ts';
import type { ReportData } from '../data.ts';
import { writeLabel } from '../words.ts';
import { type Html, visible } from './markup.ts';
import { SERIES_COLOURS } from './style.ts';

/** A part of the stack: backscatter by day. */
export type Series = { readonly name: string; readonly values: readonly number[] };

export type ChartSize = { readonly width: number; readonly height: number; readonly maxBars: number };

const MS_PER_DAY = 86_400_000;
const MAX_STACKED = 6;
const MAX_LABELS = 4;
const LABEL_HEIGHT = 15;

/** The domains that are drawn apart, the largest first, and the sum of all others where there are any. */
export function seriesOf(data: ReportData): readonly Series[] {
  const named = data.domains
    .flatMap(({ name, backscatterByDay }) => (name === null ? [] : [{ name, values: backscatterByDay }]))
    .filter(({ values }) => values.some((value) => value > 0))
    .sort((a, b) => sum(b.values) - sum(a.values))
    .slice(0, MAX_STACKED);
  const rest = data.days.map(({ backscatter }, i) => backscatter - sum(named.map(({ values }) => values[i] ?? 0)));
  return rest.some((value) => value > 0) ? [...named, { name: 'others', values: rest }] : named;
}

/** The colour of a series in the chart and its legend. */
export function colourOf(series: readonly Series[], index: number): string {
  const isRest = series[index]?.name === 'others' && index === series.length - 1;
  return SERIES_COLOURS.at(isRest ? -1 : index) ?? '';
}

/** Backscatter by day as stacked bars, with a rule at each write to DNS. */
export function dayChart(data: ReportData, series: readonly Series[], size: ChartSize, label: string): Html {
  const days = data.days.map(({ day }) => day);
  const bars = barsOf(days, series, size.maxBars);
  const start = Date.parse(days[0] ?? data.until);
  const end = Date.parse(days.at(-1) ?? data.until) + MS_PER_DAY;
  const marks = markRows(data, start, end);
  const { width, height } = size;
  return draw(label, {
    width,
    height: height + marks.length * LABEL_HEIGHT,
    marginTop: 14 + marks.length * LABEL_HEIGHT,
    marginRight: 4,
    marginLeft: 40,
    x: { type: 'utc', domain: [start, end], label: null, ticks: Math.floor(width / 110) },
    y: { label: null, grid: true, ticks: 4, domain: [0, Math.max(1, ...bars.map(({ y2 }) => y2))], nice: true },
    marks: [
      rect(bars, {
        x1: 'x1',
        x2: 'x2',
        y1: 'y1',
        y2: 'y2',
        fill: 'fill',
        title: 'title',
        insetLeft: 0.5,
        insetRight: 0.5,
      }),
      ruleX(
        data.writes.map(({ at }) => Date.parse(at)),
        { stroke: 'var(--mark)', strokeWidth: 1.5, strokeDasharray: '3 3' },
      ),
      ...marks.map(markLabel),
      ruleY([0], { stroke: 'currentColor' }),
    ],
  });
}

type Bar = {
  readonly x1: number;
  readonly x2: number;
  readonly y1: number;
  readonly y2: number;
  readonly fill: string;
  readonly title: string;
};

function barsOf(days: readonly string[], series: readonly Series[], maxBars: number): readonly Bar[] {
  const numbers = series.map(({ values }) => values);
  return bucketsOf(days, numbers, maxBars).buckets.flatMap(({ firstDay, lastDay, values }) => {
    const when = firstDay === lastDay ? firstDay : `${firstDay} to ${lastDay}`;
    const stacked = values.map((value, i): Bar => {
      const below = sum(values.slice(0, i));
      return {
        x1: Date.parse(firstDay),
        x2: Date.parse(lastDay) + MS_PER_DAY,
        y1: below,
        y2: below + value,
        fill: colourOf(series, i),
        title: `${when}: ${visible(series[i]?.name ?? '')} ${value}`,
      };
    });
    return stacked.filter(({ y1, y2 }) => y2 > y1);
  });
}

type Mark = { readonly at: number; readonly label: string; readonly row: number; readonly isLate: boolean };

/** One label above another, so that none hides one; with many writes the rules have to do. */
function markRows(data: ReportData, start: number, end: number): readonly Mark[] {
  if (data.writes.length > MAX_LABELS) return [];
  return data.writes.map((write, i) => {
    const at = Date.parse(write.at);
    return {
      at,
      label: visible(writeLabel(write)),
      row: data.writes.length - 1 - i,
      isLate: at - start > (end - start) * 0.6,
    };
  });
}

function markLabel(mark: Mark): ReturnType<typeof text> {
  return text([mark], {
    x: 'at',
    text: 'label',
    frameAnchor: 'top',
    dy: -LABEL_HEIGHT * mark.row - 4,
    dx: mark.isLate ? -5 : 5,
    textAnchor: mark.isLate ? 'end' : 'start',
    lineAnchor: 'bottom',
    fill: 'var(--mark)',
    fontSize: 12,
  });
}

/** A line as small as a word. */
export function smallLine(values: readonly number[], maxPoints: number): Html {
  const { buckets } = bucketsOf(
    values.map((_, i) => String(i)),
    [values],
    maxPoints,
  );
  const points = buckets.map(({ values: [value = 0] }, x) => ({ x, value }));
  return draw(null, {
    width: 160,
    height: 28,
    margin: 2,
    axis: null,
    y: { domain: [0, Math.max(1, ...points.map(({ value }) => value))] },
    marks: [
      areaY(points, { x: 'x', y: 'value', fill: 'currentColor', fillOpacity: 0.16, curve: 'monotone-x' }),
      lineY(points, { x: 'x', y: 'value', stroke: 'currentColor', strokeWidth: 1.5, curve: 'monotone-x' }),
    ],
  });
}

/** Draws without a browser. `label` null: a drawing that says nothing the text does not. */
function draw(label: string | null, options: object): Html {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const svg = plot({ ...options, document, className: 'plot' });
  // The page's own sheet, the only one that its policy allows, holds what this one says.
  svg.querySelector('style')?.remove();
  if (label === null) svg.setAttribute('aria-hidden', 'true');
  else {
    svg.setAttribute('role', 'img');
    svg.setAttribute('aria-label', label);
  }
  // Names of the library's layers: noise beside the label of the whole.
  for (const part of svg.querySelectorAll('[aria-label]')) part.removeAttribute('aria-label');
  return { markup: svg.outerHTML };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
