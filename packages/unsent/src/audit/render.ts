import { assertNever } from '@unsent/dns';
import { escapeForTerminal } from '../output/escape.ts';
import { plural } from '../output/number.ts';
import type { Paint, Style } from '../output/style.ts';
import { type Cell, renderTable } from '../output/table.ts';
import { type Look, paragraph } from '../spf/show.ts';
import type { Assessment, AuditFinding, AuditStatus } from './assessment.ts';
import type { Audited } from './audited.ts';
import { inWords } from './words.ts';

/** `zoneFile` stood in for DNS, or null when servers were asked. */
type AuditView = { readonly isQuiet: boolean; readonly isVerbose: boolean; readonly zoneFile: string | null };

/** So many domains are explained one by one; more are a table. */
const MAX_EXPLAINED = 3;
const LABEL = 9;

/** Few domains with all that was found, or many as a table. Quiet: only those with problems. */
export function renderAudit(all: readonly Audited[], look: Look, view: AuditView): string {
  const shown = view.isQuiet ? all.filter(({ assessment }) => problemsOf(assessment).length > 0) : all;
  if (shown.length === 0) return '';
  const isExplained = view.isVerbose || shown.length <= MAX_EXPLAINED;
  const body = isExplained ? shown.map((one) => renderDomain(one, look)).join('\n') : renderMany(shown, look);
  const rest = all.length > 1 ? `\n${summary(all, look.style)}${isExplained ? '' : hint(shown)}` : '';
  return `${body}${rest}${view.isQuiet ? '' : sourceNote(view.zoneFile, look.style)}`;
}

function renderDomain({ facts, assessment: one }: Audited, look: Look): string {
  const { style } = look;
  const [spf, mx, dmarc] = inWords(facts, one.stance);
  const role = one.role === 'unknown' ? '' : `, declared ${one.role}`;
  const words = `SPF ${spf}, MX ${mx}, DMARC ${dmarc}`;
  const next = nextStep(one);
  return [
    `${style.bold(one.domain)} is ${paintOf(one.status, style)(titleOf(one.status))}${role}\n`,
    one.status === 'unknown' ? '' : `  ${style.dim(words)}\n`,
    ...one.findings.map((finding) => renderFinding(finding, look)),
    next === null ? '' : `\n  Next: ${style.cyan(next)}\n`,
  ].join('');
}

function renderFinding({ severity, message, why }: AuditFinding, look: Look): string {
  const paint = severity === 'problem' ? look.style.red : look.style.yellow;
  const first = paragraph(message, 2 + LABEL, look).trimStart();
  return `\n  ${paint(severity.padEnd(LABEL))}${first}${look.style.dim(paragraph(why, 2 + LABEL, look).trimEnd())}\n`;
}

function renderMany(all: readonly Audited[], look: Look): string {
  const columns = [
    { title: 'domain', minWidth: 16 },
    { title: 'status' },
    { title: 'SPF', minWidth: 8 },
    { title: 'MX', minWidth: 8 },
    { title: 'DMARC', minWidth: 8 },
    { title: 'first problem', minWidth: 20 },
  ];
  const rows = all.map(({ facts, assessment: one }): readonly Cell[] => {
    const [first, ...more] = problemsOf(one);
    const problem = first === undefined ? '' : `${first.message}${more.length > 0 ? ` (+${more.length})` : ''}`;
    const status = { text: one.status, paint: paintOf(one.status, look.style) };
    return [one.domain, status, ...inWords(facts, one.stance), problem];
  });
  return renderTable(columns, rows, { width: look.width, paintTitle: look.style.dim });
}

function sourceNote(zoneFile: string | null, style: Style): string {
  if (zoneFile === null) return '';
  return `\n${style.dim(`Read from ${escapeForTerminal(zoneFile)}; no name server was asked.`)}\n`;
}

function summary(all: readonly Audited[], style: Style): string {
  const statuses: readonly AuditStatus[] = ['locked', 'partly', 'open', 'drifted', 'live', 'unknown'];
  const counts = statuses.flatMap((status) => {
    const count = all.filter(({ assessment }) => assessment.status === status).length;
    return count === 0 ? [] : [paintOf(status, style)(`${count} ${status}`)];
  });
  const problems = all.flatMap(({ assessment }) => problemsOf(assessment)).length;
  return `${plural(all.length, 'domain')}: ${counts.join(', ')}; ${problems === 0 ? 'no problems' : plural(problems, 'problem')}\n`;
}

function hint(all: readonly Audited[]): string {
  const first = all.find(({ assessment }) => problemsOf(assessment).length > 0)?.assessment;
  return first === undefined ? '' : `Why it matters, and what to do: unsent audit ${first.domain}\n`;
}

function nextStep(one: Assessment): string | null {
  const problems = problemsOf(one);
  if (problems.length === 0 || one.status === 'unknown') return null;
  if (one.status === 'live') {
    return problems.some(({ subject }) => subject === 'spf') ? `unsent spf lint ${one.domain}` : null;
  }
  return `unsent lockdown ${one.domain} --dry-run`;
}

function problemsOf({ findings }: Assessment): readonly AuditFinding[] {
  return findings.filter(({ severity }) => severity === 'problem');
}

function titleOf(status: AuditStatus): string {
  switch (status) {
    case 'locked':
      return 'locked: nobody can send as it, and no bounce comes back';
    case 'partly':
      return 'partly locked';
    case 'open':
      return 'open: nothing protects it';
    case 'live':
      return 'live: it sends or receives mail';
    case 'drifted':
      return 'drifted: it was locked, and DNS shows it otherwise now';
    case 'unknown':
      return 'unknown: DNS could not tell';
    default:
      return assertNever(status);
  }
}

function paintOf(status: AuditStatus, style: Style): Paint {
  switch (status) {
    case 'locked':
      return style.green;
    case 'partly':
      return style.yellow;
    case 'open':
    case 'drifted':
      return style.red;
    case 'live':
      return style.cyan;
    case 'unknown':
      return style.yellow;
    default:
      return assertNever(status);
  }
}
