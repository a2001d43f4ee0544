import type { DomainName } from '@unsent/dns';
import type { DomainLint, LintFinding } from '@unsent/spf';
import { escapeForTerminal } from '../output/escape.ts';
import { plural } from '../output/number.ts';
import type { Style } from '../output/style.ts';
import { type Look, NO_BREAK, paragraph, pointAt, showRecordLine } from './show.ts';

/** What was linted: a domain by DNS, or a record by itself (then `domain` is null and there is no tree). */
export type LintView = Omit<DomainLint, 'domain' | 'findings'> & {
  readonly title: string;
  readonly domain: DomainName | null;
  readonly findings: readonly (LintFinding & { readonly domain: DomainName | null })[];
};

const LABEL = 8;
/** Who has so many mends the first and asks again. */
const MAX_FINDINGS = 40;

/** The record, each finding with a caret under its place, the counts, and the record as it should be. */
export function renderLint(view: LintView, look: Look): string {
  const { style } = look;
  const errors = view.findings.filter(({ severity }) => severity === 'error').length;
  const verdict = errors > 0 ? style.red(plural(errors, 'error')) : style.green('no errors');
  const advice = view.findings.length - errors;
  const head = `${style.bold(escapeForTerminal(view.title))}: ${verdict}${advice > 0 ? `, ${advice} advice` : ''}\n`;
  const records = view.records.length > 1 ? view.records : view.record === null ? [] : [view.record.text];
  return [
    head,
    records.length === 0 ? '' : '\n',
    ...records.map((text) => `  ${showRecordLine(text)}\n`),
    ...view.findings.slice(0, MAX_FINDINGS).map((finding) => renderFinding(finding, view, look)),
    view.findings.length > MAX_FINDINGS
      ? `\n  and ${view.findings.length - MAX_FINDINGS} more (--json has them all)\n`
      : '',
    renderCounts(view, look),
    renderFixed(view, look),
  ].join('');
}

function renderFixed({ fixed, domain, records, record }: LintView, look: Look): string {
  if (fixed === null) return '';
  const isMissing = records.length === 0 && record === null;
  const title = isMissing ? 'If it sends no mail, publish' : domain === null ? 'Better' : 'Publish instead';
  return `\n  ${title}\n    ${look.style.green(showRecordLine(fixed))}\n`;
}

function renderFinding(finding: LintView['findings'][number], view: LintView, look: Look): string {
  const { severity, message, span, rfc, domain } = finding;
  const label = severity === 'error' ? look.style.red('error') : look.style.yellow('advice');
  const where = domain === null || domain === view.domain ? '' : `${domain}: `;
  const text = paragraph(`${where}${message} (${rfc.replaceAll(' ', NO_BREAK)})`, 2 + LABEL, look).trimStart();
  const record = view.record?.text ?? null;
  const isHere = domain === null || domain === view.domain;
  const place = span === null || record === null || !isHere ? '' : pointAt(record, span, 2 + LABEL, look);
  return `\n  ${label}${' '.repeat(LABEL - severity.length)}${text}${place}`;
}

function renderCounts({ record, tree }: LintView, look: Look): string {
  if (record === null) return '';
  const lookups =
    tree === null
      ? `${limited(record.lookups, 10, look.style)}${ownLookupsOnly(record.text)}`
      : limited(tree.lookups, 10, look.style);
  const voids = tree === null ? [] : [['Void lookups', voidText(tree.voids, look.style)] as const];
  const size = `${plural(record.octets, 'octet')}, ${plural(record.strings, 'character-string')}`;
  const lines = [['Lookups', lookups] as const, ...voids, ['Size', size] as const];
  return `\n${lines.map(([name, text]) => `  ${name.padEnd(14)}${text}\n`).join('')}`;
}

/** Without DNS only the record's own terms are counted. */
export function ownLookupsOnly(text: string): string {
  return /include:|redirect=/i.test(text) ? ', without those of its includes (--for DOMAIN counts them)' : '';
}

function voidText({ ipv4, ipv6 }: { readonly ipv4: number; readonly ipv6: number }, style: Style): string {
  if (ipv4 === ipv6) return limited(ipv4, 2, style);
  return `${limited(ipv4, 2, style)} for IPv4 clients, ${limited(ipv6, 2, style)} for IPv6 clients`;
}

function limited(count: number, limit: number, style: Style): string {
  const text = `${count} of ${limit}`;
  return count > limit ? style.red(text) : text;
}
