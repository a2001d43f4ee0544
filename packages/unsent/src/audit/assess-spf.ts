import { assertNever } from '@unsent/dns';
import type { DomainLint, LookupTree } from '@unsent/spf';
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

function stanceOf({ terms }: LookupTree): SpfStance {
  const passing = terms.filter(({ term, name }) => name !== 'redirect' && !/^[-~?]/.test(term));
  if (passing.some(({ name }) => name === 'all')) return 'everybody';
  if (passing.length > 0) return 'somebody';
  const last = terms.find(({ name }) => name === 'all' || name === 'redirect');
  if (last?.name === 'redirect') return last.inner === null ? 'somebody' : stanceOf(last.inner);
  if (last?.term.startsWith('-') === true) return 'nobody';
  return last?.term.startsWith('~') === true ? 'softly-nobody' : 'silent';
}

/** What SPF lacks, and what its linter says. */
export function assessSpf(one: AuditCase): readonly AuditFinding[] {
  const { facts, stance, isLive } = one;
  return [...stanceFindings(stance, isLive), ...lintFindings(facts.spf, stance)];
}

function stanceFindings(stance: SpfStance, isLive: boolean): readonly AuditFinding[] {
  const forged = 'Receivers accept forged mail from it, and its bounces come to you.';
  switch (stance) {
    case 'missing':
      return [found('spf-missing', 'problem', 'spf', 'No SPF record.', forged)];
    case 'softly-nobody':
    case 'silent':
      if (isLive) return [];
      return [
        found(
          'spf-not-strict',
          'problem',
          'spf',
          `Nobody may send, but the record does not end in "-all".`,
          'Receivers mark forged mail at most; only "-all" lets them refuse it.',
        ),
      ];
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
    case 'nobody':
    case 'broken':
    case 'unknown':
      return [];
    default:
      return assertNever(stance);
  }
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
