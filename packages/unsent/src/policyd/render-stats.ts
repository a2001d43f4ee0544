import type { StoredSenderCount } from '@unsent/store';
import { formatCount, formatPercent, plural } from '../output/number.ts';
import { type Column, renderTable } from '../output/table.ts';
import type { Shell } from '../shell.ts';
import type { PolicyStats } from './policy-stats.ts';

const RIGHT = 'right';

/** The counts for people; `period` is the duration as it was asked for. */
export function renderStats(stats: PolicyStats, period: string, shell: Shell): string {
  if (stats.messages === 0) return `Nothing was asked in the last ${period}.\n`;
  const { bold, dim } = shell.style;
  const width = shell.stdout.isTerminal ? shell.stdout.columns : null;
  const section = (title: string, columns: readonly Column[], rows: readonly (readonly string[])[]): string =>
    rows.length === 0 ? '' : `\n${bold(title)}\n${renderTable(columns, rows, { width, paintTitle: dim, indent: 2 })}`;
  const held = stats.wouldBlock === 0 ? '' : `, ${formatCount(stats.wouldBlock)} more would have been (observe)`;
  const head = `${plural(stats.messages, 'request')} in the last ${period}: ${formatCount(stats.blocked)} blocked${held}.\n`;
  return [
    head,
    section(
      'Decisions',
      [{ title: 'rule' }, { title: 'identity' }, { title: 'result' }, { title: 'action' }, count('requests')],
      stats.totals.map((one) => [one.rule, one.identity, one.result, one.action, formatCount(one.count)]),
    ),
    section(
      'Refused most',
      [{ title: 'domain', minWidth: 20 }, count('requests')],
      stats.refusedDomains.map((one) => [one.name, formatCount(one.count)]),
    ),
    section(
      'How strict the senders are',
      [{ title: 'record' }, count('domains'), count('share')],
      strictnessRows(stats),
    ),
    section('Careless: the record lets everybody send', senderColumns(), stats.careless.map(senderRow)),
    section('Broken: the record cannot be used', senderColumns(), stats.broken.map(senderRow)),
  ].join('');
}

function count(title: string): Column {
  return { title, align: RIGHT };
}

function strictnessRows({ strictness }: PolicyStats): string[][] {
  const all = strictness.reduce((sum, one) => sum + one.count, 0);
  return strictness.map(({ name, count: domains }) => [name, formatCount(domains), formatPercent(domains, all)]);
}

function senderColumns(): readonly Column[] {
  return [{ title: 'domain', minWidth: 20 }, count('requests'), { title: 'what is wrong', minWidth: 20 }];
}

function senderRow({ domain, count: requests, strictness, problem }: StoredSenderCount): string[] {
  return [domain, formatCount(requests), problem ?? `ends in ${strictness}`];
}
