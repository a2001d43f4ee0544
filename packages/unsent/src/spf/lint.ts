import { type DomainName, type ExitCode, parseDomainName, type Resolver } from '@unsent/dns';
import { type DomainFinding, lintDomain, lintRecord, lintText, type Severity } from '@unsent/spf';
import type { Shell } from '../shell.ts';
import { readDomain, readWords, usage } from './input.ts';
import { lintJson } from './lint-json.ts';
import { type LintView, renderLint } from './render-lint.ts';

/** Options as commander hands them over. */
export type LintFlags = { readonly for?: string; readonly failOn?: string };

/** `unsent spf lint`: domains by DNS, records as they are. */
export async function runSpfLint(shell: Shell, targets: readonly string[], flags: LintFlags): Promise<ExitCode> {
  const [failOn = null] = readWords('--fail-on', flags.failOn === undefined ? [] : [flags.failOn], SEVERITIES);
  const asDomain = flags.for === undefined ? null : readDomain(flags.for);
  const views: LintView[] = [];
  for (const target of targets) views.push(await lintTarget(shell, target, asDomain));
  const look = { style: shell.style, width: shell.stdout.isTerminal ? shell.stdout.columns : null };
  if (shell.options.json) shell.stdout.write(`${JSON.stringify({ lints: views.map(lintJson) }, null, 2)}\n`);
  else shell.stdout.write(views.map((view) => renderLint(view, look)).join('\n'));
  return views.some(({ findings }) => findings.some((one) => isAsBad(one, failOn))) ? 5 : 0;
}

const SEVERITIES: readonly Severity[] = ['error', 'advice'];

async function lintTarget(shell: Shell, target: string, asDomain: DomainName | null): Promise<LintView> {
  if (!isRecord(target)) {
    if (asDomain !== null) throw usage('--for goes with a record in quotes, not with a domain');
    return ofDomain(readDomain(target), await shell.resolver(), shell.signal);
  }
  if (asDomain === null) return ofRecord(target);
  const lint = await lintText(asDomain, target, await shell.resolver(), { signal: shell.signal });
  return { ...lint, title: `${asDomain}, as it would be` };
}

/** A domain has no spaces and no equals sign; everything else is meant to be a record. */
function isRecord(target: string): boolean {
  return target.includes(' ') || target.includes('=') || parseDomainName(target) === null;
}

async function ofDomain(domain: DomainName, resolver: Resolver, signal: AbortSignal): Promise<LintView> {
  return { ...(await lintDomain(domain, resolver, signal)), title: domain };
}

function ofRecord(text: string): LintView {
  const record = lintRecord(text);
  const findings = record.findings.map((one) => ({ ...one, domain: null }));
  return { title: 'The record', domain: null, records: [text], record, tree: null, findings, fixed: record.fixed };
}

function isAsBad({ severity }: Pick<DomainFinding, 'severity'>, failOn: Severity | null): boolean {
  return failOn === 'advice' || (failOn === 'error' && severity === 'error');
}
