import { type DomainName, isSubdomainOf } from '@unsent/dns';
import type { ChangePlan, Refusal, RefusalCode } from './change.ts';
import { liveSelectors } from './desired-dkim.ts';
import { whyCarriesMail } from './desired-spf.ts';
import { isUnderApexWildcard, type ZoneFacts, zoneFacts } from './facts.ts';
import type { LockdownOptions } from './options.ts';
import type { HostedZone } from './providers/provider.ts';
import type { ZoneSnapshot } from './zone.ts';

/** What was found out about a domain, apart from its zone. The caller gathers it. */
export type DomainHistory = {
  /** The domain the person named; the zone may be one above it. */
  readonly asked: DomainName;
  /** What the configuration says; null when it says nothing. */
  readonly use: 'unused' | 'receiving' | 'sending' | null;
  /** Genuine mail of the domain in the ledger, last 30 days; null when there is none. */
  readonly genuineMail: { readonly messages: number; readonly lastSeen: string } | null;
  readonly hosted: HostedZone;
  /** The name servers the world uses for the zone; null when nobody could be asked, [] when there are none. */
  readonly delegatedTo: readonly DomainName[] | null;
};

/** Every reason not to go on, in the order of LOCKDOWN's codes. Empty for a domain that looks abandoned. */
export function findRefusals(
  snapshot: ZoneSnapshot,
  history: DomainHistory,
  options: LockdownOptions,
): readonly Refusal[] {
  const facts = zoneFacts(snapshot);
  return [
    ...genuineMail(history),
    ...carriesMail(facts, history, options),
    ...emailRouting(snapshot),
    ...delegation(snapshot.zone, history),
    ...inactive(snapshot.zone, history),
    ...apexOfSubdomain(snapshot.zone, history),
    ...dkimKeys(facts, history, options),
  ];
}

/** The plan with the refusals that the person overrode turned into notes. */
export function overrideRefusals(plan: ChangePlan, overrides: ReadonlySet<RefusalCode>): ChangePlan {
  const overridden = plan.refusals.filter(({ code }) => overrides.has(code));
  return {
    ...plan,
    refusals: plan.refusals.filter(({ code }) => !overrides.has(code)),
    notes: [
      ...plan.notes,
      ...overridden.map(({ code, message }) => ({ code: 'overridden' as const, message: `${code}: ${message}` })),
    ],
  };
}

function genuineMail({ asked, genuineMail: seen }: DomainHistory): readonly Refusal[] {
  if (seen === null) return [];
  const what = seen.messages === 1 ? 'One genuine message' : `${seen.messages} genuine messages`;
  return [
    {
      code: 'genuine-mail-seen',
      message: `${what} of ${asked} came in the last 30 days (latest ${seen.lastSeen}).`,
      hint: 'Find out who sends it before you go on.',
    },
  ];
}

function carriesMail(facts: ZoneFacts, history: DomainHistory, options: LockdownOptions): readonly Refusal[] {
  const code = 'host-carries-mail';
  const { zone } = facts;
  if (history.use === 'sending') {
    const message = `${zone} is declared as a domain that sends mail (domains.sending).`;
    return [{ code, message, hint: 'Take it out of domains.sending first.' }];
  }
  const refusals: Refusal[] = [];
  if (options.parts.has('spf') && isApexCarrier(facts, history, options)) {
    const why = whyCarriesMail(facts, options, zone) ?? '';
    const message = `${zone} itself carries mail (${why}): "v=spf1 -all" there would fail mail of other domains too.`;
    refusals.push({ code, message, hint: `Publish "v=spf1 a -all" for it, or --skip spf.` });
  }
  for (const { name, why } of options.parts.has('wildcard') ? options.mailHosts : []) {
    if (!isUnderApexWildcard(facts, name)) continue;
    const message = `${name} carries mail (${why}) and is covered by the wildcard *.${zone}.`;
    refusals.push({ code, message, hint: `Give it a record of its own, "v=spf1 a -all", or --skip wildcard.` });
  }
  return refusals;
}

/** A domain declared unused whose MX names itself is the main case, and merely shown. */
function isApexCarrier(facts: ZoneFacts, history: DomainHistory, options: LockdownOptions): boolean {
  if (options.mailHosts.some(({ name }) => name === facts.zone)) return true;
  const pointing = facts.mxTargets.get(facts.zone) ?? [];
  const others = pointing.filter((name) => name !== facts.zone);
  return history.use === 'unused' ? others.length > 0 : pointing.length > 0;
}

function emailRouting({ zone, emailRouting: isOn }: ZoneSnapshot): readonly Refusal[] {
  if (!isOn) return [];
  const message = `The provider routes mail for ${zone} (Email Routing) and owns its MX and SPF records.`;
  return [{ code: 'email-routing-on', message, hint: 'Turn Email Routing off in the dashboard first.' }];
}

function delegation(zone: DomainName, { hosted, delegatedTo }: DomainHistory): readonly Refusal[] {
  if (delegatedTo === null || hosted.nameServers.length === 0) return [];
  const code = 'not-delegated-here';
  const hint = 'Records written here would do nothing. Change the delegation at the registrar, or lock it where it is.';
  if (delegatedTo.length === 0) return [{ code, message: `${zone} is not delegated to any name server.`, hint }];
  if (hosted.nameServers.some((server) => delegatedTo.includes(server))) return [];
  const message = `${zone} is delegated to ${delegatedTo.join(', ')}, not to ${hosted.nameServers.join(', ')}.`;
  return [{ code, message, hint }];
}

function inactive(zone: DomainName, { hosted }: DomainHistory): readonly Refusal[] {
  if (hosted.inactive === null) return [];
  const message = `The provider says that ${zone} is ${hosted.inactive}: its records are not served.`;
  return [{ code: 'zone-not-active', message, hint: null }];
}

function apexOfSubdomain(zone: DomainName, { asked }: DomainHistory): readonly Refusal[] {
  if (asked === zone || !isSubdomainOf(asked, zone)) return [];
  const message = `${asked} is no zone of its own: it lies in ${zone}, and all of ${zone} would be locked.`;
  return [{ code: 'apex-of-subdomain', message, hint: `Name ${zone} if that is what you mean.` }];
}

function dkimKeys(facts: ZoneFacts, { use }: DomainHistory, options: LockdownOptions): readonly Refusal[] {
  if (use === 'unused' || use === 'receiving' || !options.parts.has('dkim')) return [];
  const selectors = liveSelectors(facts);
  if (selectors.length === 0) return [];
  const names = selectors.slice(0, 3).join(', ') + (selectors.length > 3 ? ` and ${selectors.length - 3} more` : '');
  const message = `${facts.zone} has DKIM keys (${names}): somebody signs mail for it, or did.`;
  return [
    {
      code: 'dkim-key-present',
      message,
      hint: `If nobody does, declare it: domains.unused: [${facts.zone}] in the config.`,
    },
  ];
}
