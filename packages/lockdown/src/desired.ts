import { type DnsRecord, type DomainName, parseDomainName } from '@unsent/dns';
import type { Desired, DesiredContext, WithoutTtl } from './aim.ts';
import type { PlanNote } from './change.ts';
import { desiredDkim } from './desired-dkim.ts';
import { desiredDmarc } from './desired-dmarc.ts';
import { desiredMx } from './desired-mx.ts';
import { desiredSpf } from './desired-spf.ts';
import { hasOwnMail, type ZoneFacts, zoneFacts } from './facts.ts';
import type { LockdownOptions } from './options.ts';
import type { ProviderCapabilities } from './providers/provider.ts';
import { NO_META, type WantedRecord, type ZoneSnapshot } from './zone.ts';

/** The comment on records we wrote, where a provider keeps comments. Applying adds the journal's id. */
export const MARK = 'unsent:lockdown';

/**
 * The records a domain that sends no mail should have, given what its zone holds now.
 *
 * Depends on the zone: which hosts and selectors exist, which loopback name is free, where a CNAME stands in the way.
 */
export function desiredRecords(
  snapshot: ZoneSnapshot,
  options: LockdownOptions,
  capabilities: ProviderCapabilities,
): Desired {
  const context = desiredContext(snapshot, options, capabilities);
  const pieces = [desiredMx, desiredSpf, desiredDmarc, desiredDkim, desiredCaa, policyHostNotes].map((piece) =>
    piece(context),
  );
  const notes = [...pieces.flatMap((piece) => piece.notes), ...unheldNotes(snapshot)];
  return { aims: pieces.flatMap(({ aims }) => aims), notes };
}

function desiredContext(
  snapshot: ZoneSnapshot,
  options: LockdownOptions,
  capabilities: ProviderCapabilities,
): DesiredContext {
  const meta = { ...NO_META, comment: capabilities.comments ? MARK : null };
  const { ttlSeconds } = options;
  return {
    facts: zoneFacts(snapshot),
    options,
    capabilities,
    wanted: (record) => ('data' in record ? withTtl(record, ttlSeconds, meta) : { ...record, ttlSeconds, ...meta }),
  };
}

/** Written out by type: a spread over the union would lose that type and data belong together. */
function withTtl(record: WithoutTtl<DnsRecord>, ttlSeconds: number, meta: typeof NO_META): WantedRecord {
  switch (record.type) {
    case 'MX':
      return { ...record, ttlSeconds, ...meta };
    case 'TXT':
      return { ...record, ttlSeconds, ...meta };
    case 'A':
    case 'AAAA':
      return { ...record, ttlSeconds, ...meta };
    case 'NS':
    case 'PTR':
    case 'CNAME':
      return { ...record, ttlSeconds, ...meta };
  }
}

function desiredCaa({ facts, options, wanted }: DesiredContext): Desired {
  if (!options.parts.has('caa')) return { aims: [], notes: [] };
  const forbid = (tag: string): WantedRecord => wanted({ name: facts.zone, type: 'CAA', text: `0 ${tag} ";"` });
  const why = 'no certificate authority may issue for this domain (RFC 8659 §4.2)';
  const records = [forbid('issue'), forbid('issuewild')];
  return {
    aims: [{ name: facts.zone, type: 'CAA', owns: 'caa-issue', wanted: records, why }],
    notes: [],
  };
}

/** Of records that nothing plans for, so that a reader of the plan knows that the zone has more. */
function unheldNotes({ unheld }: ZoneSnapshot): readonly PlanNote[] {
  const [first] = unheld;
  if (first === undefined) return [];
  const what =
    unheld.length === 1
      ? 'A record whose name has a space or the like stays as it is'
      : `${unheld.length} records whose names have a space or the like stay as they are`;
  const message = `${what} (${first.split(' ')[0]}); the journal keeps ${unheld.length === 1 ? 'it' : 'them'} as text.`;
  return [{ code: 'left-alone', message }];
}

/** RFC 8461 §8.3 asks for an orderly retreat from MTA-STS; a receiver's cached policy outlives the record. */
function policyHostNotes({ facts, options }: DesiredContext): Desired {
  if (options.keepsMx || !options.parts.has('mx')) return { aims: [], notes: [] };
  const found = [...facts.names.keys()].filter((name) => speaksForNobody(facts, name)).sort();
  const notes = found.map(
    (name): PlanNote => ({
      code: 'mta-sts',
      message: `${name} speaks of incoming mail; with no mail to come it can go (first "mode: none", RFC 8461 §8.3).`,
    }),
  );
  return { aims: [], notes };
}

/** True for the policies of MTA-STS and TLS reporting, but not those of a subdomain with mail of its own. */
function speaksForNobody(facts: ZoneFacts, name: DomainName): boolean {
  const prefix = ['_mta-sts.', '_smtp._tls.'].find((labels) => name.startsWith(labels));
  const domain = prefix === undefined ? null : parseDomainName(name.slice(prefix.length));
  return domain !== null && (domain === facts.zone || !hasOwnMail(facts, domain));
}
