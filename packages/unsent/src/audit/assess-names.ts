import { isDkimText, isRevokedDkimText } from '@unsent/lockdown';
import { type AuditCase, type AuditFinding, found } from './assessment.ts';
import type { HostFacts } from './facts.ts';

/** DKIM selectors and names below the domain: what forgers take when the domain itself is closed. */
export function assessNames(one: AuditCase): readonly AuditFinding[] {
  const { facts, isLive } = one;
  return [...dkimFindings(one), ...wildcardFindings(one), ...(isLive ? [] : hostFindings(facts.www, facts.wildcard))];
}

function dkimFindings({ facts, isLive }: AuditCase): readonly AuditFinding[] {
  const keys = facts.dkimWildcard.filter(isDkimText);
  if (keys.some((text) => !isRevokedDkimText(text))) {
    return [
      found(
        'dkim-wildcard-key',
        'problem',
        'dkim',
        'Every DKIM selector answers with a key (*._domainkey).',
        'Whoever has that key signs as the domain under any selector.',
      ),
    ];
  }
  if (isLive || keys.length > 0) return [];
  return [
    found(
      'dkim-not-revoked',
      'advice',
      'dkim',
      'DKIM is not revoked: no "v=DKIM1; p=" at *._domainkey.',
      'It says plainly that no signature of the domain is good (RFC 6376 §3.6.1).',
    ),
  ];
}

function wildcardFindings({ facts, isLive, shouldRefuseMail }: AuditCase): readonly AuditFinding[] {
  const { cname, mx, addresses, spf } = facts.wildcard;
  if (cname !== null) {
    const message = `Every name below the domain is a CNAME to ${cname}.`;
    return [
      found(
        'wildcard-cname',
        isLive ? 'advice' : 'problem',
        'names',
        message,
        'No SPF and no MX can stand beside a CNAME (RFC 1034 §3.6.2): the target decides about mail of all those names.',
      ),
    ];
  }
  const findings: AuditFinding[] = [];
  if (shouldRefuseMail && mx.some((host) => host !== '.')) {
    findings.push(
      found(
        'wildcard-mx',
        'problem',
        'names',
        `Every name below the domain has an MX: ${mx.join(', ')}.`,
        'Receivers take them all for senders, and bounces of forged mail go there.',
      ),
    );
  }
  if (shouldRefuseMail && mx.length === 0 && addresses.length > 0) {
    findings.push(
      found(
        'wildcard-address',
        'advice',
        'names',
        'Every name below the domain has an address, and so takes mail (RFC 5321 §5.1).',
        'Forgers take a subdomain; a wildcard MX "0 ." closes them.',
      ),
    );
  }
  if (!isLive && spf.length === 0) {
    findings.push(
      found(
        'wildcard-without-spf',
        'advice',
        'names',
        'Names below the domain have no SPF record.',
        'A wildcard TXT "v=spf1 -all" covers those that do not exist; receivers without DMARC need it.',
      ),
    );
  }
  return findings;
}

/** A wildcard does not reach names that exist (RFC 4592 §2.2.1). */
function hostFindings(www: HostFacts, wildcard: HostFacts): readonly AuditFinding[] {
  const isOwn = www.addresses.length > 0 && www.addresses.join() !== wildcard.addresses.join();
  if (www.cname !== null && www.cname !== wildcard.cname) {
    return [
      found(
        'host-is-cname',
        'advice',
        'names',
        `${www.name} is a CNAME to ${www.cname}.`,
        'Its SPF and MX are those of the target (RFC 1034 §3.6.2).',
      ),
    ];
  }
  if (!isOwn || www.spf.length > 0) return [];
  return [
    found(
      'host-without-spf',
      'advice',
      'names',
      `${www.name} has an address and no SPF record.`,
      'A host is as good a sender as a domain: "v=spf1 -all" there too.',
    ),
  ];
}
