import { assertNever } from '@unsent/dns';
import type { DomainLint, LookupTerm, LookupTree } from '@unsent/spf';
import { type AuditCase, type AuditFinding, found, type SpfStance } from './assessment.ts';

/** Who may send by the SPF record and all that it includes. */
export function spfStance({ findings, tree, records }: DomainLint): SpfStance {
  if (findings.some(({ code }) => code === 'dns-failure')) return 'unknown';
  if (findings.some(({ code }) => code === 'no-record' || code === 'no-domain')) return 'missing';
  const isBroken = findings.some(({ severity, code }) => severity === 'error' && !PASSES_ALL.includes(code));
  if (records.length !== 1 || tree === null || isBroken) return 'broken';
  return stanceOf(tree);
}

/** Errors of a record that works all too well. */
const PASSES_ALL: readonly string[] = [
  'pass-all',
  'covers-everything',
  'target-passes-all',
  'mapped-network',
  'odd-name',
];

function stanceOf(tree: LookupTree): SpfStance {
  const terms = ownTerms(tree);
  const passing = terms.filter(({ term, name }) => name !== 'redirect' && !/^[-~?]/.test(term));
  if (passing.some(({ name }) => name === 'all')) return 'everybody';
  // Where a redirect goes that depends on the message nobody knows.
  const isOpen = terms.some(({ name, inner }) => name === 'redirect' && inner === null);
  if (passing.length > 0 || isOpen) return 'somebody';
  const closing = closingAll(tree);
  if (closing?.startsWith('-') === true) return softTerm(tree) === null ? 'nobody' : 'softly-nobody';
  return closing?.startsWith('~') === true ? 'softly-nobody' : 'silent';
}

/** The `all` that a record ends in, its own or that of a redirect; null without one. */
export function closingAll(tree: LookupTree): string | null {
  return ownTerms(tree).find(({ name }) => name === 'all')?.term ?? null;
}

/** The first term that keeps hosts from the closing `all` without letting them pass; null without one. */
function softTerm(tree: LookupTree): string | null {
  return ownTerms(tree).find(({ name, term }) => name !== 'all' && /^[~?]/.test(term))?.term ?? null;
}

/** The terms of a record and of the one that it redirects to, which decide like its own (RFC 7208 §6.1). */
function ownTerms({ terms }: LookupTree): readonly LookupTerm[] {
  const target = terms.find(({ name }) => name === 'redirect')?.inner ?? null;
  return target === null ? terms : [...terms, ...ownTerms(target)];
}

/** What SPF lacks, and what its linter says. */
export function assessSpf(one: AuditCase): readonly AuditFinding[] {
  const { facts, stance, isLive } = one;
  return [...stanceFindings(stance, isLive, facts.spf), ...lintFindings(facts.spf, stance)];
}

function stanceFindings(stance: SpfStance, isLive: boolean, { tree, findings }: DomainLint): readonly AuditFinding[] {
  const forged = 'Receivers accept forged mail from it, and its bounces come to you.';
  switch (stance) {
    case 'missing':
      return [found('spf-missing', 'problem', 'spf', 'No SPF record.', forged)];
    case 'softly-nobody':
    case 'silent':
      return isLive ? [] : [notStrict(tree)];
    case 'somebody':
    case 'everybody':
      if (isLive) return [];
      return [
        found(
          'spf-lets-send',
          'problem',
          'spf',
          'SPF lets hosts send mail, although the domain sends none.',
          'Whoever gets hold of one of those hosts can send as the domain.',
        ),
      ];
    case 'unknown':
      return findings
        .filter(({ code }) => code === 'dns-failure')
        .slice(0, 1)
        .map(({ message }) =>
          found('dns-failure', 'problem', 'spf', `SPF: ${message}.`, 'What cannot be looked up does not protect.'),
        );
    case 'nobody':
    case 'broken':
      return [];
    default:
      return assertNever(stance);
  }
}

function notStrict(tree: LookupTree | null): AuditFinding {
  const soft = tree !== null && closingAll(tree)?.startsWith('-') === true ? softTerm(tree) : null;
  const what = soft === null ? 'the record does not end in "-all"' : `"${soft}" stands before "-all"`;
  const which = soft === null ? '' : ' from the hosts that it matches';
  const why = `Receivers mark forged mail${which} at most; only "-all" lets them refuse it.`;
  return found('spf-not-strict', 'problem', 'spf', `Nobody may send, but ${what}.`, why);
}

/** One finding for the worst that is wrong, one for advice: `unsent spf lint` says the rest. */
function lintFindings({ findings, domain }: DomainLint, stance: SpfStance): readonly AuditFinding[] {
  const told = findings.filter(({ code }) => !['dns-failure', 'no-record', 'no-domain'].includes(code));
  const errors = told.filter(({ severity }) => severity === 'error');
  const advice = told.filter(({ severity }) => severity === 'advice');
  const more = (count: number): string => (count > 1 ? ` (and ${count - 1} more)` : '');
  const why =
    stance === 'broken'
      ? 'Receivers give up on such a record (permerror), as if there were none.'
      : 'The record does not protect the domain.';
  const [error] = errors;
  const [hint] = advice;
  return [
    ...(error === undefined
      ? []
      : [found('spf-broken', 'problem', 'spf', `SPF: ${error.message}${more(errors.length)}.`, why)]),
    ...(hint === undefined
      ? []
      : [
          found(
            'spf-advice',
            'advice',
            'spf',
            `SPF: ${hint.message}${more(advice.length)}.`,
            `unsent spf lint ${domain} shows it all.`,
          ),
        ]),
  ];
}
