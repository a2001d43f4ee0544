import type { CaseFacts, PathFacts, PathHop } from './case.ts';
import { isOurs } from './path.ts';
import type { Rule, Sighting } from './rule.ts';

const RETURNED = 'the Received lines of the returned message';
const OWN = 'our own Received lines';

/** What the way of the returned message shows. The address that handed it over is the only one nobody could forge. */
export const PATH_RULES: readonly Rule[] = [
  {
    id: 'outbound-host',
    sentence:
      'One of our outbound hosts handed the message over, and the reporter’s own host wrote that line: the message came from us.',
    strength: 'decisive',
    points: 'genuine',
    test: ({ path }) =>
      path?.injection.outbound === 'host' && path.isSeenByReporter
        ? sighting(path.injection, 'is one of our outbound hosts')
        : null,
  },
  {
    id: 'outbound-network',
    sentence:
      'The address that handed the message over lies among our outbound addresses, but others may use that network too, or the line may not be the reporter’s own.',
    strength: 'strong',
    points: 'genuine',
    test: ({ path }) => {
      if (path === null || path.isNamedOnly || path.injection.outbound === null) return null;
      if (path.injection.outbound === 'host' && path.isSeenByReporter) return null;
      return sighting(path.injection, 'lies among our outbound addresses');
    },
  },
  {
    id: 'spf-pass',
    sentence:
      'SPF lets the address that handed the message over send for the domain. Not decisive, because a mail service in the record serves others as well.',
    strength: 'strong',
    points: 'genuine',
    test: ({ path }) => (path?.injection.spf === 'pass' && !path.isNamedOnly ? spfSighting(path) : null),
  },
  {
    id: 'spf-fail',
    sentence:
      'SPF forbids the address that handed the message over to send for the domain. Never decisive, because forwarding breaks SPF and records change. A record known to be younger than the message proves nothing and is not asked.',
    strength: 'strong',
    points: 'backscatter',
    test: ({ path }) => (path?.injection.spf === 'fail' ? spfSighting(path) : null),
  },
  {
    id: 'spf-softfail',
    sentence:
      'SPF says softfail (`~all`) for the address that handed the message over, and our outbound hosts are declared and it is none of them: two lists agree.',
    strength: 'strong',
    points: 'backscatter',
    test: (facts) => (hasOutbound(facts) ? softfail(facts) : null),
  },
  {
    id: 'spf-softfail-alone',
    sentence:
      'SPF says softfail (`~all`) for the address that handed the message over. Many records end so because their owner does not know all senders, so it is not counted where our outbound hosts are not declared.',
    strength: 'weak',
    points: 'backscatter',
    test: (facts) => (hasOutbound(facts) ? null : softfail(facts)),
  },
  {
    id: 'no-own-host',
    sentence:
      'The header block was returned whole, and no host of ours stands anywhere on the way. Forwarding breaks SPF but leaves our Received line in place, so together with an SPF fail this is no forwarded mail of ours.',
    strength: 'strong',
    points: 'backscatter',
    test: noOwnHost,
  },
  {
    id: 'own-host-below',
    sentence:
      'Below the host that handed the message over, joined line by line, stands a host of ours: a forwarded message of ours, or lines forged with care. Only a sent log, DKIM or BATV can tell, so it is not counted; but no-own-host does not speak.',
    strength: 'weak',
    points: 'genuine',
    test: ({ path }) => {
      const own = path?.below.find(isOurs);
      return own === undefined || isOursAtTop(path) ? null : sighting(own, 'is ours and stands further down the way');
    },
  },
  {
    id: 'own-host-unjoined',
    sentence:
      'A line further down names a host of ours, but the line above it came from elsewhere: such lines are forged to look like ours. Not counted, because host names inside a network may differ.',
    strength: 'weak',
    points: 'backscatter',
    test: ({ path }) => {
      if (path === null || path.unjoined === null || isOursAtTop(path)) return null;
      return sighting(path.unjoined, 'is ours, but its line does not join the one above');
    },
  },
  {
    id: 'own-report-submitted',
    sentence:
      'Our own host wrote the report, about a message that it took from inside or from a user who logged in (RFC 3848); our own Received lines name no stranger.',
    strength: 'decisive',
    points: 'genuine',
    test: ({ ownReport }) =>
      ownReport === 'submitted' ? { fact: 'our own host took the message and reports on it', seenIn: OWN } : null,
  },
  {
    id: 'own-report',
    sentence: 'Our own host wrote the report, which does not say from whom it had taken the message.',
    strength: 'strong',
    points: 'genuine',
    test: ({ ownReport }) => (ownReport === 'unclear' ? { fact: 'our own host wrote the report', seenIn: OWN } : null),
  },
];

function isOursAtTop(path: CaseFacts['path'] | undefined): boolean {
  return path != null && isOurs(path.injection);
}

function hasOutbound({ subject }: CaseFacts): boolean {
  return subject.own !== null && subject.own.outbound.length > 0;
}

function softfail({ path }: CaseFacts): Sighting | null {
  return path?.injection.spf === 'softfail' ? spfSighting(path) : null;
}

/**
 * Speaks only where we know our own hosts: by the declared list, or by a record that forbids all others (`-all`).
 * One hop that SPF could not answer for keeps it silent.
 */
function noOwnHost(facts: CaseFacts): Sighting | null {
  const { path, subject } = facts;
  if (path === null || !path.isWhole || subject.own?.use !== 'sending') return null;
  const hops = [path.injection, ...path.below];
  if (hops.some((hop) => isOurs(hop) || hop.spf === 'temperror')) return null;
  if (!hasOutbound(facts) && hops.some((hop) => hop.spf !== 'fail')) return null;
  const fact =
    hops.length === 1 ? 'the only host on the way is not ours' : `none of ${hops.length} hosts on the way is ours`;
  return { fact, seenIn: RETURNED };
}

function sighting(hop: PathHop, what: string): Sighting {
  return { fact: `${hopText(hop)} ${what}`, seenIn: RETURNED };
}

function spfSighting({ injection, isSubmission }: PathFacts): Sighting {
  const term = injection.spfTerm === null ? '' : ` (${injection.spfTerm})`;
  const did = isSubmission ? 'reports on mail of a user who logged in there' : 'handed the message over';
  return { fact: `${hopText(injection)} ${did}: SPF ${injection.spf}${term}`, seenIn: RETURNED };
}

function hopText(hop: PathHop): string {
  const name = spokenName(hop);
  return name === null ? hop.ip.text : `${hop.ip.text} (${name})`;
}

/** The name that the host gave; null when it gave none, or only its address again. */
export function spokenName({ name, ip }: PathHop): string | null {
  return name === ip.text || name === `[${ip.text}]` ? null : name;
}
