import type { Change, WantedRecord } from '@unsent/lockdown';
import { escapeForTerminal } from '../output/escape.ts';
import type { Paint, Style } from '../output/style.ts';

/** How wide and how colourful. `width` is null when the output is no terminal. */
export type Look = { readonly style: Style; readonly width: number | null };

type Row = {
  readonly mark: string;
  readonly paint: Paint;
  readonly type: string;
  readonly name: string;
  readonly before: string;
  readonly after: string;
};

/** Longer than any record that DNS can hold: what is agreed to is shown whole. */
const WHOLE = { maxLength: 70_000 };
const GAP = '  ';
/** Values get at least this much of a narrow terminal; names give way by standing on a line of their own. */
const MIN_VALUE_WIDTH = 24;

/**
 * One line for each change: `~ MX example.com 10 mail.old-host.example → 0 loopback.example.com`.
 *
 * What does not fit the terminal goes on in the next line. Nothing is ever cut: it is what the person agrees to.
 */
export function renderChanges(changes: readonly Change[], { style, width }: Look): string {
  const rows = changes.map((change) => rowOf(change, style));
  const typeWidth = widest(rows.map(({ type }) => type));
  const nameWidth = widest(rows.map(({ name }) => name));
  const beforeWidth = widest(rows.map(({ before }) => before));
  const head = ({ mark, paint, type, name }: Row): string =>
    `  ${paint(mark)}${GAP}${type.padEnd(typeWidth)}${GAP}${name.padEnd(nameWidth)}${GAP}`;
  const headWidth = 3 + typeWidth + nameWidth + 3 * GAP.length;
  const arrow = (row: Row): string => (row.before !== '' && row.after !== '' ? '→' : ' ');
  const oneLine = headWidth + beforeWidth + 1 + 2 * GAP.length + widest(rows.map(({ after }) => after));
  if (width === null || oneLine <= width) {
    const line = (row: Row): string =>
      `${head(row)}${row.before.padEnd(beforeWidth)}${GAP}${arrow(row)}${GAP}${row.after}`;
    return rows.map((row) => `${line(row).trimEnd()}\n`).join('');
  }
  return rows.map((row) => stacked(row, head(row), headWidth, width)).join('');
}

/** Record data as people read it: no trailing dots but the null MX's. */
function showData(record: WantedRecord): string {
  if (!('data' in record)) return record.text;
  switch (record.type) {
    case 'MX':
      return `${record.data.preference} ${record.data.exchange}`;
    case 'TXT':
      return record.data.map((text) => `"${text}"`).join(' ');
    default:
      return record.data;
  }
}

/** Before and after on lines of their own, each as long as it needs. */
function stacked({ before, after }: Row, head: string, headWidth: number, width: number): string {
  const isNarrow = width - headWidth < MIN_VALUE_WIDTH;
  const indent = ' '.repeat(isNarrow ? 6 : headWidth);
  const room = Math.max(width - indent.length - GAP.length - 1, MIN_VALUE_WIDTH);
  const isShort = before !== '' && after !== '' && before.length + after.length + 3 <= room;
  const lines = isShort
    ? [`  ${before} → ${after}`]
    : [
        ...(before === '' ? [] : sliced(before, room).map((part) => `  ${part}`)),
        ...(after === ''
          ? []
          : sliced(after, room).map((part, i) => `${before !== '' && i === 0 ? '→' : ' '} ${part}`)),
      ];
  const [first = '', ...more] = lines;
  const start = isNarrow ? [`${head.trimEnd()}`, `${indent}${first}`] : [`${head}${first}`];
  return [...start, ...more.map((line) => `${indent}${line}`)].map((line) => `${line.trimEnd()}\n`).join('');
}

function sliced(text: string, width: number): readonly string[] {
  const parts: string[] = [];
  for (let i = 0; i < text.length; i += width) parts.push(text.slice(i, i + width));
  return parts;
}

function rowOf(change: Change, style: Style): Row {
  switch (change.op) {
    case 'create':
      return {
        mark: '+',
        paint: style.green,
        ...owner(change.record),
        before: '',
        after: safe(showData(change.record)),
      };
    case 'delete':
      return { mark: '-', paint: style.red, ...owner(change.record), before: safe(showData(change.record)), after: '' };
    case 'replace': {
      const { before, after } = change;
      const texts = { before: safe(showData(before)), after: safe(showReplacement(before, after)) };
      return { mark: '~', paint: style.yellow, ...owner(before), ...texts };
    }
  }
}

function owner({ type, name }: WantedRecord): { readonly type: string; readonly name: string } {
  return { type: safe(type), name: safe(name) };
}

/** Says what else differs where the data alone would look the same. */
function showReplacement(before: WantedRecord, after: WantedRecord): string {
  const data = showData(after);
  if (data !== showData(before)) return data;
  const other = [
    before.ttlSeconds === after.ttlSeconds ? '' : `TTL ${before.ttlSeconds} → ${after.ttlSeconds}`,
    before.comment === after.comment ? '' : `comment ${JSON.stringify(after.comment ?? '')}`,
    before.proxied === after.proxied ? '' : after.proxied ? 'proxied' : 'not proxied',
    before.settings === after.settings ? '' : 'settings',
    before.tags.join() === after.tags.join() ? '' : `tags ${after.tags.join(', ')}`,
  ].filter((part) => part !== '');
  return other.length === 0 ? data : `(${other.join(', ')})`;
}

function safe(text: string): string {
  return escapeForTerminal(text, WHOLE);
}

function widest(texts: readonly string[]): number {
  return Math.max(0, ...texts.map((text) => text.length));
}
