import type { ExitCode, Resolver } from '@unsent/dns';
import {
  checkHost,
  heloSubject,
  type LaxOutcome,
  laxOutcome,
  SPF_RESULTS,
  type SpfOptions,
  type SpfOutcome,
  type SpfQuery,
  type SpfResult,
  type SpfSubject,
  subjectOf,
} from '@unsent/spf';
import { systemClock } from '../policyd/clock.ts';
import type { Shell } from '../shell.ts';
import { checkJson } from './check-json.ts';
import type { IdentityCheck } from './identity-check.ts';
import { readDomain, readIp, readWords, usage } from './input.ts';
import { renderChecks } from './render-check.ts';

/** Options as commander hands them over. */
export type CheckFlags = {
  readonly helo?: string;
  readonly record?: string;
  readonly receiver?: string;
  readonly timeLimit?: string;
  readonly failOn?: readonly string[];
};

const DEFAULT_TIME_LIMIT_SECONDS = 20;

/** `unsent spf check`: both identities, with the trace of what was asked. */
export async function runSpfCheck(shell: Shell, ipText: string, sender: string, flags: CheckFlags): Promise<ExitCode> {
  const ip = readIp(ipText);
  const failOn = readWords('--fail-on', flags.failOn ?? [], SPF_RESULTS);
  const helo = flags.helo ?? null;
  const subjects = subjectsOf(sender, helo);
  const resolver = await shell.resolver();
  const base = { ip, helo: helo ?? 'unknown', receiver: flags.receiver ?? '', now: shell.now() };
  const options = checkOptions(flags, subjects, shell.signal);
  const checks: IdentityCheck[] = [];
  for (const subject of subjects) {
    const query = { ...base, domain: subject.domain, sender: subject.sender };
    checks.push({ ...subject, query, ...(await checkBoth(query, resolver, options)) });
  }
  const look = { style: shell.style, width: shell.stdout.isTerminal ? shell.stdout.columns : null };
  const envelopeFrom = isNull(sender) ? '' : sender;
  const { json, verbose, quiet } = shell.options;
  if (json) shell.stdout.write(`${JSON.stringify(checkJson(checks, envelopeFrom), null, 2)}\n`);
  else shell.stdout.write(renderChecks(checks, look, { envelopeFrom, isVerbose: verbose, isQuiet: quiet }));
  return failed(checks, failOn) ? 5 : 0;
}

/** MAIL FROM first, then HELO where it is known. A null sender has no domain: HELO alone (RFC 7208 §2.4). */
function subjectsOf(sender: string, helo: string | null): readonly SpfSubject[] {
  if (isNull(sender)) {
    if (helo === null) throw usage('a null sender has no domain: give the HELO name with --helo');
    return [heloSubject(helo)];
  }
  if (sender.startsWith('<') && sender.endsWith('>')) return subjectsOf(sender.slice(1, -1), helo);
  const mailfrom = subjectOf(sender, helo ?? '');
  return helo === null ? [mailfrom] : [mailfrom, heloSubject(helo)];
}

function isNull(sender: string): boolean {
  return sender === '' || sender === '<>';
}

function checkOptions(flags: CheckFlags, subjects: readonly SpfSubject[], signal: AbortSignal): SpfOptions {
  const seconds = flags.timeLimit === undefined ? DEFAULT_TIME_LIMIT_SECONDS : Number(flags.timeLimit);
  if (!(seconds > 0 && seconds <= 600))
    throw usage(`--time-limit wants seconds from 1 to 600, not "${flags.timeLimit}"`);
  const limits: SpfOptions = { trace: true, signal, timeLimit: { ms: seconds * 1000, clock: systemClock } };
  const [subject] = subjects;
  if (flags.record === undefined || subject === undefined) return limits;
  const { record } = flags;
  const checked = readDomain(subject.domain);
  return { ...limits, override: (domain) => (domain === checked ? record : null) };
}

async function checkBoth(
  query: SpfQuery,
  resolver: Resolver,
  options: SpfOptions,
): Promise<{ readonly outcome: SpfOutcome; readonly lax: LaxOutcome | null }> {
  const outcome = await checkHost(query, resolver, options);
  return { outcome, lax: await laxOutcome(outcome, query, resolver, options) };
}

function failed(checks: readonly IdentityCheck[], failOn: readonly SpfResult[]): boolean {
  return checks.some(({ outcome }) => failOn.includes(outcome.result));
}
