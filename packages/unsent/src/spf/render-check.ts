import { assertNever } from '@unsent/dns';
import {
  matchedTerm,
  receivedSpfOf,
  type SpfOutcome,
  type SpfResult,
  type TraceNode,
  type TraceTerm,
  writeReceivedSpf,
} from '@unsent/spf';
import { escapeForTerminal } from '../output/escape.ts';
import type { Paint, Style } from '../output/style.ts';
import { type Cell, renderTable } from '../output/table.ts';
import { fitToWidth } from '../output/width.ts';
import type { IdentityCheck } from './identity-check.ts';
import { type Look, paragraph, pointAt, showRecordLine } from './show.ts';

/** RFC 7208 §4.6.2. */
const RESULT_OF: Readonly<Partial<Record<string, SpfResult>>> = { '-': 'fail', '~': 'softfail', '?': 'neutral' };

type CheckView = { readonly envelopeFrom: string; readonly isVerbose: boolean; readonly isQuiet: boolean };

/** Every identity in its own block: the result, why, what was asked. */
export function renderChecks(checks: readonly IdentityCheck[], look: Look, view: CheckView): string {
  return checks.map((check) => renderCheck(check, look, view)).join(view.isQuiet ? '' : '\n');
}

function renderCheck(check: IdentityCheck, look: Look, view: CheckView): string {
  const { outcome, identity } = check;
  const subject = identity === 'mailfrom' ? `MAIL FROM ${check.sender}` : `HELO ${check.query.helo}`;
  const paint = resultPaint(outcome.result, look.style);
  const head = `${look.style.bold(escapeForTerminal(subject))}: ${paint(outcome.result)}\n`;
  if (view.isQuiet) return head;
  return [
    head,
    paragraph(reasonOf(check), 2, look),
    renderExplanation(outcome, look),
    renderProblem(outcome, look),
    renderLax(check, look),
    renderTrace(outcome, look),
    `\n  ${look.style.dim(spentText(outcome))}\n`,
    view.isVerbose ? `\n  ${look.style.dim(writeReceivedSpf(receivedSpfOf(check, view.envelopeFrom)))}\n` : '',
  ].join('');
}

/** Green lets mail in, red keeps it out, yellow needs a person. */
function resultPaint(result: SpfResult, style: Style): Paint {
  switch (result) {
    case 'pass':
      return style.green;
    case 'fail':
      return style.red;
    case 'none':
    case 'neutral':
      return style.bold;
    case 'softfail':
    case 'permerror':
    case 'temperror':
      return style.yellow;
    default:
      return assertNever(result);
  }
}

function reasonOf({ outcome, domain, query }: IdentityCheck): string {
  const ip = query.ip.text;
  const by =
    'matched' in outcome && outcome.matched !== null
      ? `"${matchedTerm(outcome.matched)}" of ${outcome.matched.domain}`
      : null;
  switch (outcome.result) {
    case 'pass':
      return `${ip} may send mail for ${domain}: ${by} matches.`;
    case 'fail':
      return `${ip} may not send mail for ${domain}: ${by} matches.`;
    case 'softfail':
      return `${ip} probably may not send mail for ${domain}: ${by} matches.`;
    case 'neutral':
      return by === null
        ? `${domain} says nothing about ${ip}: no term matches.`
        : `${domain} says nothing about ${ip}: ${by} matches.`;
    case 'none':
      return noneReason(outcome.why, domain);
    case 'permerror':
      return `The SPF record of ${outcome.problem.domain ?? domain} cannot be used: ${outcome.problem.message} (${outcome.problem.rfc}).`;
    case 'temperror':
      return `The check could not be finished: ${outcome.name === null ? '' : `${outcome.name}: `}${outcome.detail}.`;
    default:
      return assertNever(outcome);
  }
}

function noneReason(why: 'nxdomain' | 'no-record' | 'invalid-domain', domain: string): string {
  switch (why) {
    case 'nxdomain':
      return `${domain} does not exist in DNS.`;
    case 'no-record':
      return `${domain} publishes no SPF record.`;
    case 'invalid-domain':
      return `"${domain}" is no domain name that SPF could be asked about.`;
    default:
      return assertNever(why);
  }
}

/** The words of the domain's owner, marked as theirs: they may say anything (RFC 7208 §6.2). */
function renderExplanation(outcome: SpfOutcome, look: Look): string {
  if (outcome.result !== 'fail' || outcome.explanation === null) return '';
  return paragraph(`${outcome.matched.domain} explains: ${outcome.explanation}`, 2, look);
}

function renderProblem(outcome: SpfOutcome, look: Look): string {
  if (outcome.result !== 'permerror') return '';
  const { text, span } = outcome.problem;
  if (text === null) return '';
  return `\n${span === null ? paragraph(showRecordLine(text), 4, look) : pointAt(text, span, 4, look)}`;
}

function renderLax({ lax }: IdentityCheck, look: Look): string {
  if (lax === null) return '';
  const { result } = lax.outcome;
  const lines = [
    `\n  If mistakes are overlooked: ${resultPaint(result, look.style)(result)}\n`,
    ...lax.problems.slice(1).map((problem) => paragraph(`${problem.domain ?? ''}: ${problem.message}`, 4, look)),
    ...lax.corrected.flatMap(({ domain, record, repairs }) => [
      ...new Set(repairs.map((repair) => paragraph(`${domain}: ${repair.message}`, 4, look))),
      `    ${look.style.green(showRecordLine(record))}\n`,
    ]),
  ];
  return lines.join('');
}

/** A term in a table, or a record that stands as a line of its own above its terms. */
type TraceRow =
  | { readonly cells: readonly Cell[]; readonly line: null }
  | { readonly cells: readonly Cell[]; readonly line: string };

function renderTrace({ trace }: SpfOutcome, look: Look): string {
  if (trace === null || trace.terms.length === 0) return '';
  const head = trace.record === null ? '' : paragraph(`${trace.domain}  ${showRecordLine(trace.record)}`, 2, look);
  const rows = nodeRows(trace, '', look.style);
  const columns = [{ title: '', minWidth: 24 }, { title: '' }, { title: '', minWidth: 20 }];
  const cells = rows.map((row) => row.cells);
  const lines = renderTable(columns, cells, { width: look.width, indent: 2 }).split('\n');
  const width = look.width === null ? Number.MAX_SAFE_INTEGER : look.width - 3;
  // A record is longer than any term: as a cell it would push the other columns away.
  const text = rows.map(({ line }, i) => (line === null ? lines[i] : `  ${look.style.dim(fitToWidth(line, width))}`));
  return `\n${head}${text.join('\n')}\n`;
}

/** One row for a term, then those of the record that it led to. */
function nodeRows(node: TraceNode, margin: string, style: Style): readonly TraceRow[] {
  return node.terms.flatMap((term, i) => {
    const isLast = i === node.terms.length - 1;
    const branch = isLast ? '└ ' : '├ ';
    const below = margin + (isLast ? '  ' : '│ ');
    const cells = [`${margin}${branch}${showRecordLine(term.term)}`, outcomeCell(term, style), noteOf(term)];
    return [{ cells, line: null }, ...(term.inner === null ? [] : innerRows(term.inner, below, style))];
  });
}

function innerRows(inner: TraceNode, margin: string, style: Style): readonly TraceRow[] {
  const record = inner.record === null ? [] : [{ cells: [], line: margin + showRecordLine(inner.record) }];
  return [...record, ...nodeRows(inner, margin, style)];
}

function outcomeCell({ outcome, term, inner }: TraceTerm, style: Style): Cell {
  switch (outcome) {
    case 'match':
      return { text: `match: ${RESULT_OF[term.charAt(0)] ?? redirectedTo(term, inner) ?? 'pass'}`, paint: style.bold };
    case 'no-match':
      return { text: 'no match', paint: style.dim };
    case 'error':
      return { text: 'error', paint: style.red };
    default:
      return assertNever(outcome);
  }
}

/** RFC 7208 §6.1: a redirect takes the result of its target over. */
function redirectedTo(term: string, inner: TraceNode | null): SpfResult | null {
  return term.toLowerCase().startsWith('redirect=') ? (inner?.result ?? null) : null;
}

/** The note, where it says more than "match" and "no match" do. */
function noteOf({ note, queries, inner, outcome }: TraceTerm): string {
  return queries.length === 0 && inner === null && outcome !== 'error' ? '' : note;
}

function spentText({ lookups, voidLookups, queries }: SpfOutcome): string {
  return `${lookups} of 10 lookups, ${voidLookups} of 2 void lookups, ${queries} DNS ${queries === 1 ? 'question' : 'questions'}`;
}
