import { assessDmarc, isDmarcShut } from './assess-dmarc.ts';
import { assessDns } from './assess-dns.ts';
import { assessJournal, hasDrifted } from './assess-journal.ts';
import { assessMx, isMxShut } from './assess-mx.ts';
import { assessNames } from './assess-names.ts';
import { assessSpf, spfStance } from './assess-spf.ts';
import type { Assessment, AuditCase, AuditFinding, AuditStatus, SpfStance } from './assessment.ts';
import type { DomainFacts } from './facts.ts';

/** Judges what DNS says about a domain. Pure. */
export function assess(facts: DomainFacts): Assessment {
  const stance = spfStance(facts.spf);
  const isLive = looksLive(facts, stance);
  const one: AuditCase = { facts, stance, isLive, shouldRefuseMail: !isLive && facts.role !== 'receiving' };
  const status = statusOf(one);
  const findings =
    facts.exists === 'no' ? assessDns(one) : [assessJournal(one), assessDns(one), ...mailFindings(one)].flat();
  return {
    domain: facts.domain,
    role: facts.role,
    status,
    stance,
    findings: problemsFirst(findings),
  };
}

function mailFindings(one: AuditCase): readonly (readonly AuditFinding[])[] {
  return [assessSpf(one), assessMx(one), assessDmarc(one), assessNames(one)];
}

/** What the owner says counts; without a word, a domain that lets somebody send or takes mail is in use. */
function looksLive({ role, mx }: DomainFacts, stance: SpfStance): boolean {
  if (role === 'sending') return true;
  if (role !== 'unknown') return false;
  return mx.kind === 'hosts' || stance === 'somebody' || stance === 'everybody';
}

function statusOf({ facts, stance, isLive, shouldRefuseMail }: AuditCase): AuditStatus {
  if (facts.exists === 'no') return 'unknown';
  if (hasDrifted(facts.journal) && facts.journal.kind === 'locked') return 'drifted';
  if (stance === 'unknown' || facts.mx.kind === 'unknown' || facts.dmarc.failure !== null) return 'unknown';
  if (isLive) return 'live';
  const doors = [stance === 'nobody', isDmarcShut(facts.dmarc), ...(shouldRefuseMail ? [isMxShut(facts.mx)] : [])];
  if (doors.every((isShut) => isShut)) return 'locked';
  const hasSomething = doors.some((isShut) => isShut) || stance === 'softly-nobody' || hasPolicy(facts.dmarc.policy);
  return hasSomething ? 'partly' : 'open';
}

/** A policy of "none" asks receivers to do nothing. */
function hasPolicy(policy: DomainFacts['dmarc']['policy']): boolean {
  return policy !== null && policy.domain !== 'none';
}

function problemsFirst(findings: readonly AuditFinding[]): readonly AuditFinding[] {
  const problems = findings.filter(({ severity }) => severity === 'problem');
  return [...problems, ...findings.filter(({ severity }) => severity === 'advice')];
}
