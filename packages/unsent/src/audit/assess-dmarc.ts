import { type AuditCase, type AuditFinding, found } from './assessment.ts';
import type { DmarcFacts, ReportTarget } from './dmarc-facts.ts';

/** True when forged From addresses are rejected, of the domain and of every name below it. */
export function isDmarcShut({ policy, record }: DmarcFacts): boolean {
  if (policy === null || record === null || record.isTest) return false;
  return policy.domain === 'reject' && policy.subdomains === 'reject' && policy.nonexistent === 'reject';
}

/** What DMARC (RFC 9989) lacks, and whether its reports arrive. */
export function assessDmarc({ facts, isLive }: AuditCase): readonly AuditFinding[] {
  const { dmarc, domain } = facts;
  if (dmarc.failure !== null) {
    return [
      found(
        'dns-failure',
        'problem',
        'dmarc',
        `DMARC of ${domain} cannot be looked up: ${dmarc.failure}.`,
        'What cannot be looked up does not protect.',
      ),
    ];
  }
  return [
    ...(dmarc.record === null ? missing(dmarc, isLive) : weakness(dmarc, domain, isLive)),
    ...dmarc.multipleAt.map((name) =>
      found(
        'dmarc-multiple',
        'problem',
        'dmarc',
        `Several DMARC records at _dmarc.${name}.`,
        'Receivers ignore all of them (RFC 9989 §4.10).',
      ),
    ),
    ...dmarc.reports.flatMap((target) => reportFindings(target, dmarc)),
  ];
}

function missing({ unreadable, danglingCname }: DmarcFacts, isLive: boolean): readonly AuditFinding[] {
  const why = 'Mail with a forged From address passes, whatever SPF says about its envelope.';
  const [text] = unreadable;
  if (text !== undefined) {
    return [
      found(
        'dmarc-unreadable',
        'problem',
        'dmarc',
        `The text at _dmarc is no DMARC record: ${text}`,
        'A record begins with "v=DMARC1;", in capitals (RFC 9989 §4.7).',
      ),
    ];
  }
  if (danglingCname !== null) {
    return [
      found(
        'dmarc-dangling-cname',
        'problem',
        'dmarc',
        `_dmarc is a CNAME to ${danglingCname}, where no record stands.`,
        why,
      ),
    ];
  }
  return [found('dmarc-missing', isLive ? 'advice' : 'problem', 'dmarc', 'No DMARC record.', why)];
}

function weakness(dmarc: DmarcFacts, domain: string, isLive: boolean): readonly AuditFinding[] {
  const { policy, record, foundAt } = dmarc;
  if (policy === null || record === null) return [];
  const severity = isLive ? 'advice' : 'problem';
  const findings: AuditFinding[] = [];
  const from = foundAt === domain ? '' : `, inherited from ${foundAt}`;
  const isTooWeak = isLive ? policy.domain === 'none' : policy.domain !== 'reject';
  if (isTooWeak) {
    findings.push(
      found(
        'dmarc-weak',
        severity,
        'dmarc',
        `The DMARC policy is "${policy.domain}"${from}.`,
        'Receivers deliver forged mail, or file it; only "reject" refuses it.',
      ),
    );
  }
  const below = [policy.subdomains, policy.nonexistent];
  if (!isLive && !isTooWeak && below.some((one) => one !== 'reject')) {
    const which = policy.subdomains === 'reject' ? 'np' : 'sp';
    findings.push(
      found(
        'dmarc-weak-below',
        'problem',
        'dmarc',
        `For names below the domain the DMARC policy is "${which === 'np' ? policy.nonexistent : policy.subdomains}" (${which}).`,
        'Forgers take a subdomain, existing or not.',
      ),
    );
  }
  if (record.isTest) {
    findings.push(
      found(
        'dmarc-test',
        severity,
        'dmarc',
        'DMARC is in test mode (t=y).',
        'Receivers are asked not to apply the policy (RFC 9989 §4.7).',
      ),
    );
  }
  return [...findings, ...tagFindings(dmarc)];
}

function tagFindings({ record }: DmarcFacts): readonly AuditFinding[] {
  if (record === null) return [];
  const findings = record.invalidTags.map((tag) =>
    found(
      'dmarc-invalid-tag',
      'problem',
      'dmarc',
      `The DMARC tag "${tag}" is neither none, quarantine nor reject.`,
      'The whole record then counts as "none" (RFC 9989 §4.10.1).',
    ),
  );
  if (record.removedTags.length > 0) {
    const message = `DMARC tags that RFC 9989 no longer has: ${record.removedTags.join(', ')}.`;
    findings.push(
      found(
        'dmarc-removed-tag',
        'advice',
        'dmarc',
        message,
        'Receivers skip them; old ones may still apply pct to a part of the mail only.',
      ),
    );
  }
  if (record.rua.length === 0) {
    findings.push(
      found(
        'rua-missing',
        'advice',
        'dmarc',
        'DMARC asks for no reports (rua).',
        'Only reports show whether somebody still forges the domain.',
      ),
    );
  }
  return findings;
}

function reportFindings(
  { uri, domain, receives, detail, isAuthorised }: ReportTarget,
  dmarc: DmarcFacts,
): readonly AuditFinding[] {
  if (domain === null) {
    return [
      found(
        'rua-unusable',
        'advice',
        'dmarc',
        `DMARC reports go to ${uri}, which ${detail}.`,
        'Receivers need support mailto: only (RFC 9989 §4.7).',
      ),
    ];
  }
  const findings: AuditFinding[] = [];
  if (receives === 'no') {
    findings.push(
      found(
        'rua-unreachable',
        'problem',
        'dmarc',
        `DMARC reports go to ${uri}, but ${domain} ${detail}.`,
        'No report ever arrives.',
      ),
    );
  }
  if (isAuthorised === false) {
    const name = `${dmarc.foundAt}._report._dmarc.${domain}`;
    findings.push(
      found(
        'rua-not-agreed',
        'problem',
        'dmarc',
        `DMARC reports go to ${domain}, which has not agreed: no TXT "v=DMARC1" at ${name}.`,
        'Receivers send no reports to another organisation without it (RFC 9990 §4).',
      ),
    );
  }
  return findings;
}
