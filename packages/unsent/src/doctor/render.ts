import { wrap } from '../lockdown/wrap.ts';
import { escapeForTerminal } from '../output/escape.ts';
import { plural } from '../output/number.ts';
import type { Paint, Style } from '../output/style.ts';
import type { Shell } from '../shell.ts';
import type { Check, CheckState } from './check.ts';

/** Lines to put into a file, under a title. */
export type Lines = { readonly title: string; readonly lines: readonly string[] };

const STATE_WIDTH = 'failure'.length;
const MAX_WIDTH = 100;

/** Prints the checks, then the lines to add; `--quiet` prints only what is to be mended, `--json` one object. */
export function printChecks(shell: Shell, checks: readonly Check[], lines: readonly Lines[]): void {
  const { options, stdout } = shell;
  if (options.json) {
    stdout.write(`${JSON.stringify({ checks, lines })}\n`);
    return;
  }
  const shown = options.quiet ? checks.filter(({ state }) => state !== 'ok') : checks;
  const width = Math.min(stdout.isTerminal ? stdout.columns : MAX_WIDTH, MAX_WIDTH);
  for (const check of shown) stdout.write(renderCheck(check, shell.style, width));
  if (options.quiet) return;
  for (const { title, lines: text } of lines) {
    stdout.write(`\n${shell.style.bold(title)}\n`);
    for (const line of text) stdout.write(`  ${escapeForTerminal(line, { maxLength: Number.POSITIVE_INFINITY })}\n`);
  }
  stdout.write(`\n${summary(checks)}\n`);
}

/** One check: its state, the fact and, below it, what to do. */
export function renderCheck({ state, what, todo }: Check, style: Style, width: number): string {
  const room = Math.max(40, width - STATE_WIDTH - 2);
  const first = `${paintOf(state, style)(state)}${' '.repeat(STATE_WIDTH - state.length)}  `;
  const rest = ' '.repeat(STATE_WIDTH + 2);
  const facts = wrap(escapeForTerminal(what), room).map((line, index) => `${index === 0 ? first : rest}${line}\n`);
  const todos = todo === null ? [] : wrap(`→ ${escapeForTerminal(todo)}`, room).map((line) => `${rest}${line}\n`);
  return [...facts, ...todos].join('');
}

function paintOf(state: CheckState, style: Style): Paint {
  return { ok: style.green, warning: style.yellow, failure: style.red }[state];
}

function summary(checks: readonly Check[]): string {
  const count = (wanted: CheckState): number => checks.filter(({ state }) => state === wanted).length;
  return `${plural(count('failure'), 'failure')}, ${plural(count('warning'), 'warning')}, ${count('ok')} ok.`;
}
