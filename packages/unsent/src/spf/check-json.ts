import {
  matchedTerm,
  receivedSpfOf,
  type SpfOutcome,
  type SpfProblem,
  traceSteps,
  writeReceivedSpf,
} from '@unsent/spf';
import type { IdentityCheck } from './identity-check.ts';

/** What `unsent spf check --json` prints; documented in docs/spf.md, keys are only ever added. */
export function checkJson(checks: readonly IdentityCheck[], envelopeFrom: string): unknown {
  return {
    ip: checks[0]?.query.ip.text ?? null,
    sender: envelopeFrom,
    checks: checks.map((check) => ({
      identity: check.identity,
      domain: check.domain,
      checkedAs: check.sender,
      ...outcomeJson(check.outcome),
      lax: laxJson(check),
      receivedSpf: writeReceivedSpf(receivedSpfOf(check, envelopeFrom)),
      steps: check.outcome.trace === null ? [] : traceSteps(check.outcome.trace),
      trace: check.outcome.trace,
    })),
  };
}

function outcomeJson(outcome: SpfOutcome): object {
  const { result, lookups, voidLookups, queries } = outcome;
  const matched = 'matched' in outcome ? outcome.matched : null;
  return {
    result,
    matched:
      matched === null ? null : { term: matchedTerm(matched), domain: matched.domain, record: matched.record.text },
    explanation: outcome.result === 'fail' ? outcome.explanation : null,
    why: outcome.result === 'none' ? outcome.why : null,
    problem: outcome.result === 'permerror' ? problemJson(outcome.problem) : null,
    failure: outcome.result === 'temperror' ? { name: outcome.name, detail: outcome.detail } : null,
    lookups,
    voidLookups,
    queries,
  };
}

function laxJson({ lax }: IdentityCheck): object | null {
  if (lax === null) return null;
  return {
    result: lax.outcome.result,
    problems: lax.problems.map(problemJson),
    corrected: lax.corrected,
  };
}

function problemJson({ code, message, domain, text, span, rfc }: SpfProblem): object {
  return { code, message, domain, record: text, span, rfc };
}
