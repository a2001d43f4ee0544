import type { NamedCount, Recommendation } from '@unsent/bounce';
import { wrap } from '../lockdown/wrap.ts';
import { escapeForTerminal } from '../output/escape.ts';
import { formatCount, formatPercent, plural } from '../output/number.ts';
import type { Style } from '../output/style.ts';
import { type Cell, type Column, renderTable } from '../output/table.ts';
import type { DomainSummary, ScanSummary } from './summary.ts';

export type RenderOptions = { readonly style: Style; readonly width: number | null };

const COLUMNS: readonly Column[] = [
  { title: 'Domain', minWidth: 14 },
  { title: 'Messages', align: 'right' },
  { title: 'Bounces', align: 'right' },
  { title: 'Backscatter', align: 'right' },
  { title: 'Share', align: 'right' },
  { title: 'First seen' },
  { title: 'Last seen' },
];
/** Domains of others show up in any mailbox; the table is about ours. */
const MAX_ROWS = 30;
const MAX_RECOMMENDATIONS = 8;
/** Lines of text where no terminal tells its width. */
const TEXT_WIDTH = 100;
const LABEL_WIDTH = 11;
/** Keeps a name and its count on one line; the escaping leaves none of these in a name. */
const TIED = '\0';

/** The end of a scan for people. */
export function renderSummary(summary: ScanSummary, { style, width }: RenderOptions): string {
  const rows = summary.domains.filter(({ messages }) => messages > 0);
  const parts = [`${headline(summary)}\n`];
  if (rows.length > 0) {
    parts.push(
      '\n',
      renderTable(
        COLUMNS,
        rows.slice(0, MAX_ROWS).map((row) => cells(row, style)),
        { width, paintTitle: style.dim },
      ),
    );
    if (rows.length > MAX_ROWS) parts.push(style.dim(`… and ${plural(rows.length - MAX_ROWS, 'more domain')}`), '\n');
  }
  const textWidth = width ?? TEXT_WIDTH;
  for (const domain of summary.domains) parts.push(renderDetails(domain, style, textWidth));
  if (summary.isOfRun && summary.inAll !== null) {
    const { messages, backscatter, firstSeen } = summary.inAll;
    const since = firstSeen === null ? '' : ` since ${day(firstSeen)}`;
    parts.push('\n', `In all${since}: ${plural(messages, 'message')}, ${formatCount(backscatter)} backscatter.\n`);
  }
  parts.push(renderRecommendations(summary.recommendations, style, textWidth));
  return parts.join('');
}

function renderRecommendations(found: readonly Recommendation[], style: Style, width: number): string {
  if (found.length === 0) return '';
  const shown = found.slice(0, MAX_RECOMMENDATIONS).map(({ kind, text, command }) => {
    const paint = kind === 'warning' ? style.yellow : kind === 'action' ? style.bold : (plain: string) => plain;
    const lines = wrap(escapeForTerminal(text), width - 2).map((line) => `  ${paint(line)}\n`);
    return `${lines.join('')}${command === null ? '' : `    ${style.cyan(escapeForTerminal(command))}\n`}`;
  });
  const left = found.length - shown.length;
  const rest = left > 0 ? `  ${style.dim(`… and ${plural(left, 'more hint')}`)}\n` : '';
  return `\n${style.bold('What to do')}\n${shown.join('')}${rest}`;
}

function headline({ totals, sources, isOfRun, inAll, elapsedMs, domains }: ScanSummary): string {
  const where = `${plural(sources, 'mailbox', 'mailboxes')}, ${(elapsedMs / 1000).toFixed(1)} s`;
  if (!isOfRun && totals.changed > 0) return `Judged again: ${plural(totals.changed, 'verdict')} changed (${where}).`;
  if (!isOfRun) {
    const rest =
      inAll === null ? 'No message was found' : `Nothing new. Seen so far: ${plural(inAll.messages, 'message')}`;
    return `${rest} (${where}).`;
  }
  const bounces = domains.reduce((sum, one) => sum + one.bounces, 0);
  const backscatter = domains.reduce((sum, one) => sum + one.backscatter, 0);
  const known = totals.read - totals.added - totals.unreadable;
  const before = known > 0 ? `, ${formatCount(known)} more were known` : '';
  return `${plural(totals.added, 'new message')}: ${plural(bounces, 'bounce')}, ${formatCount(backscatter)} backscatter${before} (${where}).`;
}

function cells(row: DomainSummary, style: Style): readonly Cell[] {
  const judged = row.backscatter + row.genuine + row.unknown;
  const name = row.domain ?? '(no domain)';
  return [
    row.use === null ? { text: name, paint: style.dim } : name,
    formatCount(row.messages),
    formatCount(row.bounces),
    row.backscatter > 0 ? { text: formatCount(row.backscatter), paint: style.red } : '0',
    judged === 0 ? '' : formatPercent(row.backscatter, judged),
    row.firstSeen === null ? '' : day(row.firstSeen),
    row.lastSeen === null ? '' : day(row.lastSeen),
  ];
}

function renderDetails(domain: DomainSummary, style: Style, width: number): string {
  if (domain.domain === null || domain.reporters.length + domain.origins.length + domain.evidence.length === 0)
    return '';
  const use = domain.use === null ? 'not declared' : domain.use;
  const lines = [
    ['reported by', domain.reporters],
    ['injected by', domain.origins],
    ['shown by', domain.evidence],
  ] as const;
  const indent = ' '.repeat(LABEL_WIDTH + 4);
  const shown = lines
    .filter(([, names]) => names.length > 0)
    .map(([label, names]) => {
      const text = wrap(names.map(nameAndCount).join(', '), width - indent.length)
        .join(`\n${indent}`)
        .replaceAll(TIED, ' ');
      return `  ${style.dim(label.padEnd(LABEL_WIDTH))}  ${text}\n`;
    });
  return `\n${style.bold(domain.domain)} (${use})\n${shown.join('')}`;
}

function nameAndCount({ name, count }: NamedCount): string {
  return `${escapeForTerminal(name, { maxLength: 60 })}${TIED}${formatCount(count)}`;
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}
