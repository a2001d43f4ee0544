import { escapeForTerminal } from '../output/escape.ts';
import { formatCount, formatPercent, plural } from '../output/number.ts';
import type { Cell, Column } from '../output/table.ts';
import { bucketsOf } from './buckets.ts';
import type { ReportCount, ReportData, ReportDomain, ReportInjector } from './data.ts';
import { barChart, sparkline } from './text-chart.ts';
import { type RenderOptions, section, TEXT_WIDTH, table, wrapped } from './text-parts.ts';
import {
  effectWords,
  emptyReason,
  firstSentence,
  headlineOf,
  periodOf,
  STRICTNESS,
  spfWords,
  writeLabel,
} from './words.ts';

const SPARK_COLUMNS = 20;
/** Below so many columns the domains are told without their use and days. */
const NARROW = 90;
const MAX_ROWS = 30;

/** The report for a terminal. Everything that came from mail or DNS is escaped. */
export function renderText(data: ReportData, options: RenderOptions): string {
  const { bold } = options.style;
  const { from, to } = periodOf(data);
  const about = data.domain === null ? 'all domains' : escapeForTerminal(data.domain);
  const title = `${bold('Backscatter report')}\n${wrapped(`${from === null ? `until ${to}` : `${from} to ${to}`} (UTC), ${about}`, options)}`;
  if (data.totals.messages === 0) {
    return [title, `\n${wrapped(emptyReason(data), options)}`, writes(data, options), policy(data, options)].join('');
  }
  return [
    title,
    `\n${wrapped(`${plural(data.totals.messages, 'message')}. ${headlineOf(data)}`, options)}`,
    chart(data, options),
    writes(data, options),
    domains(data, options),
    ...lists(data, options),
    policy(data, options),
    aggregates(data, options),
  ].join('');
}

function chart(data: ReportData, options: RenderOptions): string {
  const days = data.days.map(({ day }) => day);
  const values = data.days.map(({ backscatter }) => backscatter);
  if (values.every((value) => value === 0)) return '';
  const marks = data.writes.map((write) => ({
    day: write.at.slice(0, 10),
    label: escapeForTerminal(writeLabel(write)),
  }));
  const lines = barChart(days, values, marks, options.width ?? TEXT_WIDTH);
  return section('Backscatter by day', lines.map((line) => `${line}\n`).join(''), options);
}

function writes(data: ReportData, options: RenderOptions): string {
  const rows = data.writes.map((write) => {
    const { before, after, change } = effectWords(write);
    const isLess = write.effect !== null && write.effect.after < write.effect.before;
    const what = `${writeLabel(write)}${write.isUndone ? ' (undone later)' : ''}`;
    return [
      write.at.slice(0, 16).replace('T', ' '),
      what,
      before,
      after,
      { text: change, paint: isLess ? options.style.green : options.style.dim },
    ];
  });
  const columns: readonly Column[] = [
    { title: 'when' },
    { title: 'what', minWidth: 10 },
    { title: 'before', align: 'right' },
    { title: 'after', align: 'right' },
    { title: 'change' },
  ];
  return section('Did it help: backscatter a day', table(columns, rows, options), options);
}

function domains(data: ReportData, options: RenderOptions): string {
  const isNarrow = options.width !== null && options.width < NARROW;
  const columns: readonly Column[] = [
    { title: 'domain', minWidth: 10 },
    { title: 'messages', align: 'right' },
    { title: 'bounces', align: 'right' },
    { title: 'backscatter', align: 'right' },
    { title: 'share', align: 'right' },
    ...(isNarrow ? [] : [{ title: 'use' }, { title: data.days.length > 1 ? 'by day' : '' }]),
  ];
  const rows = data.domains.slice(0, MAX_ROWS).map((one) => domainRow(one, data, options));
  const left = data.domains.length - rows.length;
  const rest = left > 0 ? `  ${options.style.dim(`… and ${plural(left, 'more domain')}`)}\n` : '';
  return section('Domains', table(columns, rows, options) + rest, options);
}

function domainRow(one: ReportDomain, data: ReportData, { style }: RenderOptions): readonly Cell[] {
  const judged = one.backscatter + one.genuine + one.unknown;
  const days = data.days.map(({ day }) => day);
  const { buckets } = bucketsOf(days, [one.backscatterByDay], SPARK_COLUMNS);
  return [
    one.use === null ? { text: one.name ?? '(no domain)', paint: style.dim } : (one.name ?? '(no domain)'),
    formatCount(one.messages),
    formatCount(one.bounces),
    one.backscatter > 0 ? { text: formatCount(one.backscatter), paint: style.red } : '0',
    judged === 0 ? '' : formatPercent(one.backscatter, judged),
    one.use ?? '',
    one.backscatter === 0 || one.backscatterByDay.length < 2
      ? ''
      : sparkline(buckets.map(({ values: [sum = 0] }) => sum)),
  ];
}

function lists(data: ReportData, options: RenderOptions): readonly string[] {
  const whole = data.totals.backscatter;
  const counted = (title: string, name: string, rows: readonly ReportCount[]): string =>
    section(
      title,
      table(
        [{ title: name, minWidth: 12 }, ...COUNT_COLUMNS],
        rows.map((row) => [row.name, formatCount(row.count), formatPercent(row.count, whole)]),
        options,
      ),
      options,
    );
  const injected = (title: string, name: string, rows: readonly ReportInjector[]): string =>
    section(
      title,
      table(
        [{ title: name, minWidth: 12 }, ...COUNT_COLUMNS, { title: 'SPF', minWidth: 8 }],
        rows.map((row) => [row.name, formatCount(row.count), formatPercent(row.count, whole), spfWords(row)]),
        options,
      ),
      options,
    );
  return [
    counted('Who reported it', 'reporting MTA', data.reporters),
    injected('Who injected it', 'address', data.injectors),
    injected('From which networks', 'network', data.networks),
    counted('What was forged', 'address', data.forged),
    section(
      'Which evidence spoke',
      table(
        [{ title: 'rule' }, ...COUNT_COLUMNS, { title: 'what it means', minWidth: 12 }],
        data.evidence.map((row) => [
          row.name,
          formatCount(row.count),
          formatPercent(row.count, whole),
          firstSentence(row.says ?? ''),
        ]),
        options,
      ),
      options,
    ),
  ];
}

const COUNT_COLUMNS: readonly Column[] = [
  { title: 'count', align: 'right' },
  { title: 'share', align: 'right' },
];

function policy({ policy: counted }: ReportData, options: RenderOptions): string {
  if (counted.requests === 0 && (counted.strictness ?? []).length === 0) return '';
  const held = counted.wouldRefuse === 0 ? '' : `; ${formatCount(counted.wouldRefuse)} more would have been (observe)`;
  const refused = `${formatCount(counted.refused)} of ${plural(counted.requests, 'request')} refused${held}`;
  const head = wrapped(refused, options, '  ');
  const rows = (counts: readonly ReportCount[]): readonly (readonly Cell[])[] =>
    counts.map(({ name, count }) => [name, formatCount(count)]);
  const columns = (title: string): readonly Column[] => [
    { title, minWidth: 12 },
    { title: 'count', align: 'right' },
  ];
  const all = (counted.strictness ?? []).reduce((sum, { count }) => sum + count, 0);
  const strictness = (counted.strictness ?? []).map(({ name, count }) => [
    name,
    formatCount(count),
    formatPercent(count, all),
    STRICTNESS[name] ?? '',
  ]);
  return [
    section('Refused by policyd', head, options),
    table(columns('rule'), rows(counted.byRule), options),
    table(columns('domain'), rows(counted.refusedDomains), options),
    section(
      'How strict the senders’ SPF records are',
      table(
        [{ title: 'ends in' }, { title: 'domains', align: 'right' }, { title: 'share', align: 'right' }, { title: '' }],
        strictness,
        options,
      ),
      options,
    ),
    section(
      'Broken SPF records',
      table(
        [
          { title: 'domain', minWidth: 12 },
          { title: 'requests', align: 'right' },
          { title: 'what is wrong', minWidth: 12 },
        ],
        counted.broken.map(({ name, count, problem }) => [name, formatCount(count), problem ?? '']),
        options,
      ),
      options,
    ),
  ].join('');
}

function aggregates({ aggregateReports, tlsReports }: ReportData, options: RenderOptions): string {
  const met = [
    ['DMARC report', aggregateReports],
    ['TLS report', tlsReports],
  ] as const;
  const lines = met.flatMap(([name, { count, firstSeen, lastSeen }]) =>
    count === 0
      ? []
      : [`  ${plural(count, name)}, ${(firstSeen ?? '').slice(0, 10)} to ${(lastSeen ?? '').slice(0, 10)}\n`],
  );
  if (lines.length === 0) return '';
  const { senders } = aggregateReports;
  const columns = [
    { title: 'DMARC reports sent by', minWidth: 12 },
    { title: 'count', align: 'right' },
  ] as const;
  const rows = senders.map((one) => [one.name, formatCount(one.count)]);
  const body = `${lines.join('')}${rows.length === 0 ? '' : table(columns, rows, options)}`;
  return section('DMARC and TLS reports', body, options);
}
