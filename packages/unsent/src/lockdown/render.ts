import type { ChangePlan, PlanNote, Proof, Refusal } from '@unsent/lockdown';
import { escapeForTerminal } from '../output/escape.ts';
import { plural } from '../output/number.ts';
import { type Look, renderChanges } from './render-changes.ts';
import { wrap } from './wrap.ts';

/** A plan with all that is shown around it. */
export type PlanView = {
  readonly plan: ChangePlan;
  /** For people: `Cloudflare`. */
  readonly providerTitle: string;
  readonly recordsRead: number;
  /** Null for a plan that locks nothing (an undo). */
  readonly proof: Proof | null;
};

const TEXT_WIDTH = 96;

/** The plan as a diff, the proof, what to know and what refuses, for people. */
export function renderPlan(view: PlanView, look: Look): string {
  const { plan, providerTitle, recordsRead, proof } = view;
  const head = `${look.style.bold(plan.zone)} ${providerTitle === 'memory' ? 'in memory' : `at ${providerTitle}`}, ${plural(recordsRead, 'record')} read`;
  if (plan.changes.length === 0 && plan.refusals.length === 0) {
    return `${head}: nothing to do, all of it is there already\n${renderNotes(plan.notes, look)}`;
  }
  return [
    `${head}\n\n`,
    renderChanges(plan.changes, look),
    `    ${plural(recordsRead - touchedRecords(plan), 'record')} untouched\n`,
    proof === null ? '' : renderProof(proof, plan, look),
    renderNotes(plan.notes, look),
    renderRefusals(plan.refusals, look),
  ].join('');
}

function touchedRecords(plan: ChangePlan): number {
  return plan.changes.filter(({ op }) => op !== 'create').length;
}

function renderProof(proof: Proof, plan: ChangePlan, { style, width }: Look): string {
  const [first] = proof.lines;
  if (first === undefined) return '';
  const shown = proof.lines.filter(({ domain }) => domain === first.domain);
  const results = shown.map(
    ({ client, result }) => `${client} → ${result === 'fail' ? style.green('fail') : style.red(result)}`,
  );
  const wrong = proof.lines.filter(({ domain, result }) => domain !== first.domain && result !== 'fail');
  const others = [...new Set(proof.lines.map(({ domain }) => domain))].filter((domain) => domain !== first.domain);
  const same = `the same for ${listed(others.map((name) => showName(name, plan)))}`;
  const rest =
    wrong.length > 0
      ? wrong.map(({ domain, client, result }) => `${showName(domain, plan)}: ${client} → ${style.red(result)}`)
      : others.length > 0
        ? wrap(same, textWidth(width) - 10)
        : [];
  const lines = [`${results.join('    ')}    (evaluated on the planned zone)`, ...rest];
  return `\n${labelled('Proof', lines)}`;
}

/** The sample name below the wildcard is shown as the wildcard that answers for it. */
function showName(name: string, plan: ChangePlan): string {
  return name === `unsent-proof.${plan.zone}` ? `*.${plan.zone}` : name;
}

/** What the reader should know and that stops nothing. */
export function renderNotes(notes: readonly PlanNote[], { style, width }: Look): string {
  const blocks = notes.map(({ message }) => wrap(escapeForTerminal(message), textWidth(width) - 10).map(style.dim));
  return blocks.map((lines, i) => `${i === 0 ? '\n' : ''}${labelled('Note', lines)}`).join('');
}

/** Why the plan is not applied, and the ways on. */
export function renderRefusals(refusals: readonly Refusal[], { style, width }: Look): string {
  const blocks = refusals.map(({ code, message, hint }) => {
    const way = `${hint === null ? '' : `${hint} `}To go on all the same: --override ${code}`;
    const room = textWidth(width) - 10;
    const [first = '', ...more] = wrap(escapeForTerminal(message), room);
    return [style.red(first), ...more.map(style.red), ...wrap(escapeForTerminal(way), room)];
  });
  return blocks.map((lines) => `\n${labelled('Refused', lines)}`).join('');
}

function labelled(label: string, lines: readonly string[]): string {
  return lines.map((line, i) => `  ${(i === 0 ? label : '').padEnd(8)}${line}\n`).join('');
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 6).join(', ');
  return names.length > 6 ? `${shown} and ${names.length - 6} more` : shown;
}

function textWidth(width: number | null): number {
  return Math.min(width ?? TEXT_WIDTH, TEXT_WIDTH);
}
