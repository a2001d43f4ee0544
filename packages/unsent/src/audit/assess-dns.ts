import { type AuditCase, type AuditFinding, found } from './assessment.ts';
import type { DelegationFacts } from './facts.ts';

/** Whether DNS answers for the domain at all, and as its owner thinks. */
export function assessDns({ facts }: AuditCase): readonly AuditFinding[] {
  const { domain, failure, exists, cname, delegation } = facts;
  if (exists === 'no') {
    return [
      found(
        'no-domain',
        'problem',
        'dns',
        `${domain} does not exist in DNS.`,
        'Expired, not delegated, or misspelt: whoever registers it can send as it.',
      ),
    ];
  }
  const findings: AuditFinding[] = [];
  if (failure !== null) {
    findings.push(
      found(
        'dns-failure',
        'problem',
        'dns',
        `DNS of ${domain} fails: ${failure}.`,
        'What cannot be looked up does not protect; receivers defer or accept.',
      ),
    );
  }
  if (cname !== null) {
    findings.push(
      found(
        'cname-at-domain',
        'problem',
        'dns',
        `${domain} is a CNAME to ${cname}.`,
        'No other record can stand beside it (RFC 1034 §3.6.2): SPF and MX are those of the target.',
      ),
    );
  }
  return [...findings, ...delegationFindings(delegation)];
}

function delegationFindings({ servers, delegated, wereAsked }: DelegationFacts): readonly AuditFinding[] {
  const findings: AuditFinding[] = [];
  for (const { name, addresses, failure } of servers) {
    if (addresses.length === 0) {
      findings.push(
        found(
          'server-without-address',
          'problem',
          'dns',
          `The name server ${name} has no address.`,
          'Lookups fail now and then, or somebody else registers its name.',
        ),
      );
    } else if (failure !== null) {
      findings.push(
        found(
          'lame-server',
          'problem',
          'dns',
          `The name server ${name} does not answer for the domain: ${failure}.`,
          'The delegation is lame or the domain has moved: changes made elsewhere do nothing.',
        ),
      );
    }
  }
  const isDead =
    servers.length > 0 && servers.every(({ addresses, failure }) => addresses.length === 0 || failure !== null);
  if (wereAsked && isDead) {
    findings.push(
      found(
        'no-name-server',
        'problem',
        'dns',
        'No name server answers for the domain.',
        'Receivers cannot look anything up.',
      ),
    );
  }
  findings.push(...disagreement(servers, delegated));
  return findings;
}

/** What the parent hands out must be what the servers say, and they must say the same. */
function disagreement(
  servers: DelegationFacts['servers'],
  delegated: DelegationFacts['delegated'],
): readonly AuditFinding[] {
  const said = servers.flatMap(({ says }) => (says === null ? [] : [listed(says)]));
  const expected = delegated === null ? said[0] : listed(delegated);
  const other = said.find((names) => names !== expected);
  if (other === undefined || expected === undefined) return [];
  const message = `The parent zone names ${expected} as name servers, they themselves ${other}.`;
  return [
    found(
      'servers-differ',
      'problem',
      'dns',
      delegated === null ? `The name servers do not agree: ${expected}, or ${other}.` : message,
      'The domain has moved, or is about to: some receivers see old records.',
    ),
  ];
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? 'none' : [...names].sort().join(', ');
}
