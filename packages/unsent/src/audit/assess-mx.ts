import { assertNever } from '@unsent/dns';
import { type AuditCase, type AuditFinding, found } from './assessment.ts';
import type { MxFacts } from './facts.ts';
import { isAtSender } from './gather-mx.ts';

/** True when no mail server tries to deliver anywhere. */
export function isMxShut({ kind, hasNullBesideOthers }: MxFacts): boolean {
  return (kind === 'null' || kind === 'loopback') && !hasNullBesideOthers;
}

/** Where mail for the domain would go, and what is wrong with it. */
export function assessMx(one: AuditCase): readonly AuditFinding[] {
  const { mx } = one.facts;
  return [...(one.shouldRefuseMail ? openDoor(one) : usedDoor(one)), ...failedHost(mx), ...hostFindings(mx)];
}

/** A domain without mail must say so: a missing MX is none (RFC 5321 §5.1). */
function openDoor({ facts }: AuditCase): readonly AuditFinding[] {
  const { mx, addresses } = facts;
  switch (mx.kind) {
    case 'implicit':
      return [
        found(
          'mx-implicit',
          'problem',
          'mx',
          `No MX record, so mail goes to ${addresses[0] ?? 'its address'} (RFC 5321 §5.1).`,
          'Bounces of forged mail are delivered there, or tried for days; and receivers take it for a domain with mail.',
        ),
      ];
    case 'none':
      return [
        found(
          'mx-missing',
          'problem',
          'mx',
          'No MX record and no address.',
          'Some receivers only defer such senders; a null MX (RFC 7505) or a loopback MX says plainly that there is no mail.',
        ),
      ];
    case 'dead':
      return [
        found(
          'mx-dead',
          'problem',
          'mx',
          `The MX ${nameOf(mx)} has no address.`,
          'Receivers accept such senders, and bounces wait in their queues for days.',
        ),
      ];
    case 'hosts':
      return [
        found(
          'mx-accepts',
          'problem',
          'mx',
          `The MX ${nameOf(mx)} takes mail, although the domain has none.`,
          'Every bounce of a forged mail arrives there.',
        ),
      ];
    case 'null':
    case 'loopback':
    case 'unknown':
      return [];
    default:
      return assertNever(mx.kind);
  }
}

function usedDoor({ facts, isLive }: AuditCase): readonly AuditFinding[] {
  const { mx } = facts;
  if (mx.kind === 'dead') {
    return [found('mx-dead', 'problem', 'mx', `The MX ${nameOf(mx)} has no address.`, 'No mail can be delivered.')];
  }
  if (isLive && (mx.kind === 'implicit' || mx.kind === 'none')) {
    const message =
      mx.kind === 'implicit'
        ? 'No MX record; mail goes to its address (RFC 5321 §5.1).'
        : 'No MX record and no address.';
    return [
      found('mx-missing', 'advice', 'mx', message, 'Replies and bounces to mail that it sends need somewhere to go.'),
    ];
  }
  return [];
}

/** The host for which nobody knows where mail goes; failures beside a real host change nothing. */
function failedHost({ kind, hosts }: MxFacts): readonly AuditFinding[] {
  const failed = hosts.find(({ failure }) => failure !== null);
  if (kind !== 'unknown' || failed === undefined) return [];
  const message = `The MX ${failed.name} cannot be looked up: ${failed.failure}.`;
  return [found('dns-failure', 'problem', 'mx', message, 'What cannot be looked up does not protect.')];
}

function hostFindings(mx: MxFacts): readonly AuditFinding[] {
  const findings: AuditFinding[] = [];
  if (mx.hasNullBesideOthers) {
    findings.push(
      found(
        'mx-null-and-others',
        'problem',
        'mx',
        'A null MX stands beside other MX records.',
        'RFC 7505 §3 forbids it: some servers refuse the mail, some deliver it.',
      ),
    );
  }
  for (const { name, cname, addresses } of mx.hosts) {
    if (name === 'localhost') {
      findings.push(
        found(
          'mx-localhost',
          'advice',
          'mx',
          'The MX is "localhost".',
          'Many servers cannot look that name up and defer; a name of the domain with the address 127.0.0.1 works.',
        ),
      );
    }
    if (cname !== null) {
      findings.push(
        found(
          'mx-is-cname',
          'advice',
          'mx',
          `The MX ${name} is a CNAME.`,
          'RFC 2181 §10.3 forbids it, and some servers do not follow it.',
        ),
      );
    }
    if (addresses.some(isAtSender) && mx.kind === 'hosts') {
      findings.push(
        found(
          'mx-mixed',
          'problem',
          'mx',
          `The MX ${name} is loopback, others are not.`,
          'Mail is lost or loops, as chance has it.',
        ),
      );
    }
  }
  return findings;
}

function nameOf({ hosts }: MxFacts): string {
  const [first] = hosts;
  return first === undefined ? '' : hosts.length === 1 ? first.name : `${first.name} (and ${hosts.length - 1} more)`;
}
