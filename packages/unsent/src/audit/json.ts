import type { AuditStatus } from './assessment.ts';
import type { Audited } from './audited.ts';

const STATUSES: readonly AuditStatus[] = ['locked', 'partly', 'open', 'live', 'drifted', 'unknown'];

/** What `unsent audit --json` prints; documented in docs/audit.md, keys are only ever added. */
export function auditJson(audited: readonly Audited[], nameServersAsked: boolean, withFacts: boolean): unknown {
  const problems = audited
    .flatMap(({ assessment }) => assessment.findings)
    .filter(({ severity }) => severity === 'problem');
  return {
    domains: audited.map((one) => domainJson(one, withFacts)),
    nameServersAsked,
    summary: {
      domains: audited.length,
      problems: problems.length,
      ...Object.fromEntries(STATUSES.map((status) => [status, count(audited, status)])),
    },
  };
}

function domainJson({ facts, assessment }: Audited, withFacts: boolean): object {
  const { domain, role, status, stance, findings } = assessment;
  const { spf, mx, dmarc, journal } = facts;
  return {
    domain,
    role,
    status,
    spf: { stance, records: spf.records, lookups: spf.tree?.lookups ?? null, fixed: spf.fixed },
    mx: { kind: mx.kind, hosts: mx.hosts.map(({ name }) => name) },
    dmarc: { record: dmarc.record?.text ?? null, foundAt: dmarc.foundAt, policy: dmarc.policy },
    findings,
    journal,
    ...(withFacts ? { facts } : {}),
  };
}

function count(audited: readonly Audited[], status: AuditStatus): number {
  return audited.filter(({ assessment }) => assessment.status === status).length;
}
