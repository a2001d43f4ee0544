import type { EvidenceResult } from '../lockdown/auto.ts';
import { wrap } from '../lockdown/wrap.ts';
import { escapeForTerminal } from '../output/escape.ts';
import { plural } from '../output/number.ts';
import type { Paint, Style } from '../output/style.ts';

/** What a scan has locked by itself, and what it has not and why. Empty when there is nothing to say. */
export function renderEvidence(results: readonly EvidenceResult[], style: Style, width: number): string {
  // Far from an attack is no news: the list of what to do names the domain anyway.
  const told = results.filter(({ outcome }) => outcome !== 'below-threshold');
  if (told.length === 0) return '';
  const lines = told.map((result) => renderOne(result, style, width));
  return `\n${style.bold('Lockdown by evidence')}\n${lines.join('')}`;
}

function renderOne(result: EvidenceResult, style: Style, width: number): string {
  const { domain, backscatter } = result;
  const why = `${plural(backscatter, 'bounce')} of forged mail in seven days`;
  const [words, paint, command] = told(result, style);
  const text = `${domain} ${words} (${why}).${tail(result)}`;
  const lines = wrap(escapeForTerminal(text), width - 2).map((line) => `  ${paint(line)}\n`);
  return `${lines.join('')}${command === null ? '' : `    ${style.cyan(command)}\n`}`;
}

function told({ domain, outcome, entry }: EvidenceResult, style: Style): readonly [string, Paint, string | null] {
  const plain: Paint = (text) => text;
  switch (outcome) {
    case 'locked':
      return [`was locked down, journal ${entry}`, style.green, `unsent unlock ${domain}`];
    case 'already':
    case 'skipped':
      return ['is locked already', plain, null];
    case 'unclear':
      return ['was begun, and how it ended is not known', style.red, `unsent lockdown ${domain}`];
    case 'failed':
      return ['could not be locked down', style.red, `unsent lockdown ${domain}`];
    case 'refused':
    case 'elsewhere':
      return ['was not locked down', style.yellow, `unsent lockdown ${domain} --dry-run`];
    case 'day-limit':
    case 'below-threshold':
    case 'planned':
      return ['was not locked down today', style.yellow, `unsent lockdown ${domain}`];
  }
}

function tail({ outcome, reason, lagging }: EvidenceResult): string {
  if (outcome === 'locked') {
    if (lagging === null) return ' Every authoritative server answers as planned. To take it back:';
    const who =
      lagging.length === 0 ? 'No authoritative server could be asked' : `Not seen yet at ${lagging.join(', ')}`;
    return ` ${who}. To take it back:`;
  }
  // The code comes first, as it is typed.
  if (outcome === 'refused') return ` Refused: ${reason}`;
  return reason === null
    ? ''
    : ` ${reason.charAt(0).toUpperCase()}${reason.slice(1)}${/[.!?]$/.test(reason) ? '' : '.'}`;
}
