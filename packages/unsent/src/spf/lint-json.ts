import { splitText } from '@unsent/spf';
import type { LintView } from './render-lint.ts';

/** One entry of what `unsent spf lint --json` prints; documented in docs/spf.md, keys are only ever added. */
export function lintJson({ domain, records, record, tree, findings, fixed }: LintView): unknown {
  return {
    domain,
    records,
    record: record?.text ?? null,
    octets: record?.octets ?? null,
    strings: record?.strings ?? null,
    lookups: tree?.lookups ?? record?.lookups ?? null,
    voidLookups: tree?.voids ?? null,
    findings: findings.map(({ severity, code, message, domain: at, span, rfc }) => ({
      severity,
      code,
      message,
      domain: at,
      span,
      rfc,
    })),
    fixed,
    fixedStrings: fixed === null ? null : splitText(fixed),
    tree,
  };
}
