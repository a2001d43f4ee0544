import type { Explanation, SpokenRule } from '@unsent/bounce';
import { wrap } from '../lockdown/wrap.ts';
import { escapeForTerminal } from '../output/escape.ts';
import type { Paint } from '../output/style.ts';
import { type Cell, renderTable } from '../output/table.ts';
import type { Shell } from '../shell.ts';

const MAX_VALUE = 300;

/** An explanation for people. Whatever came from the message or from DNS is escaped. */
export function renderExplanation(place: string, told: Explanation, error: string | null, shell: Shell): string {
  const { style } = shell;
  const name = place === '-' ? 'standard input' : escapeForTerminal(place);
  return [
    `${style.bold(name)}: ${KIND_TEXT[told.kind]}\n`,
    error === null ? '' : `  ${style.yellow(escapeForTerminal(error))}\n`,
    heading('What was read, and from where', shell),
    renderFacts(told, shell),
    told.verdict === 'not-a-bounce' ? '' : renderRules(told.rules, shell),
    `\nVerdict: ${style.bold(verdictPaint(told.verdict, shell)(told.verdict))}. ${escapeForTerminal(told.because)}\n`,
  ].join('');
}

const KIND_TEXT: Readonly<Record<Explanation['kind'], string>> = {
  bounce: 'a delivery report',
  'auto-reply': 'an automatic answer',
  arf: 'a complaint (ARF)',
  report: 'a DMARC report',
  'tls-report': 'an SMTP TLS report',
  mdn: 'a receipt (MDN)',
  ordinary: 'ordinary mail',
};

function heading(text: string, { style }: Shell): string {
  return `\n${style.bold(text)}\n`;
}

function renderFacts(told: Explanation, shell: Shell): string {
  const rows = told.facts.map(({ what, value, seenIn }): Cell[] => [
    what,
    escapeForTerminal(value, { maxLength: MAX_VALUE }),
    { text: seenIn, paint: shell.style.dim },
  ]);
  const columns = [{ title: '' }, { title: '', minWidth: 20 }, { title: '', minWidth: 10 }];
  return renderTable(columns, rows, { width: widthOf(shell), indent: 2 });
}

function renderRules(rules: readonly SpokenRule[], shell: Shell): string {
  if (rules.length === 0) return `${heading('No rule spoke', shell)}`;
  const lines = rules.flatMap((rule) => {
    const paint = rule.strength === 'weak' ? shell.style.dim : verdictPaint(rule.points, shell);
    const speaks = `${rule.strength}, for ${rule.points}`;
    return [
      `  ${paint(rule.rule)} (${speaks}): ${escapeForTerminal(rule.fact, { maxLength: MAX_VALUE })}\n`,
      ...wrap(rule.sentence, (widthOf(shell) ?? 100) - 6).map((line) => `      ${shell.style.dim(line)}\n`),
    ];
  });
  return `${heading('Rules that spoke', shell)}${lines.join('')}`;
}

function verdictPaint(verdict: Explanation['verdict'], { style }: Shell): Paint {
  if (verdict === 'backscatter') return style.red;
  return verdict === 'genuine' ? style.green : style.yellow;
}

function widthOf({ stdout }: Shell): number | null {
  return stdout.isTerminal ? stdout.columns : null;
}
