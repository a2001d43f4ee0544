import type { DomainName } from '@unsent/dns';
import type { Aim, Desired, DesiredContext } from './aim.ts';
import type { PlanNote } from './change.ts';
import { loopbackName, resolveChoice } from './desired-mx.ts';
import {
  below,
  hasOwnMail,
  hostNames,
  ownMailNames,
  recordsAt,
  whatCuts,
  whyBlocked,
  type ZoneFacts,
} from './facts.ts';
import { SPF_NOBODY } from './kinds.ts';
import type { LockdownOptions, MailHost } from './options.ts';
import { isType } from './zone.ts';

/** Longest chain of CNAMEs that is followed; a loop ends there too. */
const MAX_CNAMES = 8;

/** SPF at the apex, at `*` and at every host with an address that carries no mail. */
export function desiredSpf(context: DesiredContext): Desired {
  const { parts } = context.options;
  const pieces = [
    ...(parts.has('spf') ? [apexSpf(context)] : []),
    ...(parts.has('wildcard') ? [wildcardSpf(context)] : []),
    ...(parts.has('hosts') ? [hostSpf(context)] : []),
  ];
  return { aims: pieces.flatMap(({ aims }) => aims), notes: pieces.flatMap(({ notes }) => notes) };
}

/**
 * Who says that `name` carries mail: an MX record of the zone, or what the caller knows of HELO and PTR names.
 *
 * `-all` there would fail SPF for every domain that this server sends for.
 */
export function whyCarriesMail(facts: ZoneFacts, options: LockdownOptions, name: DomainName): string | null {
  const pointing = facts.mxTargets.get(name);
  if (pointing !== undefined) return `the MX of ${pointing.join(', ')}`;
  return options.mailHosts.find((host: MailHost) => host.name === name)?.why ?? null;
}

function apexSpf(context: DesiredContext): Desired {
  // RFC 7208 §4.5: two records are a permerror, so the aim owns every SPF record of the name.
  const aim = spfAim(context, context.facts.zone, 'no host may send as this domain (RFC 7208 §10.1.2)');
  return covered(context, aim, 'the apex');
}

function wildcardSpf(context: DesiredContext): Desired {
  const star = below('*', context.facts.zone);
  return covered(context, spfAim(context, star, 'nor as any name below it that does not exist'), star);
}

/**
 * A wildcard covers no name that exists (RFC 4592 §2.2.1): one record for each host.
 *
 * Names with mail of their own are named, with an address or without: an SPF record there may be one that other domains
 * include (`_spf`), so that `-all` would fail their mail.
 */
function hostSpf(context: DesiredContext): Desired {
  const { facts, options } = context;
  const aims: Aim[] = [];
  const notes: PlanNote[] = [];
  const names = new Set([...hostNames(facts), ...ownMailNames(facts)]);
  // Known before it exists, so that a second run has nothing left to do.
  const isLoopbackWanted = options.parts.has('mx') && !options.keepsMx && resolveChoice(context) === 'loopback';
  if (isLoopbackWanted) names.add(loopbackName(facts));
  const isOurLoopback = (name: DomainName): boolean => isLoopbackWanted && name === loopbackName(facts);
  for (const name of [...names].sort()) {
    if (name === below('*', facts.zone)) continue; // the part `wildcard`
    const carries = isOurLoopback(name) ? null : whyCarriesMail(facts, options, name);
    const blocked = whyBlocked(facts, name, options.replaceCnamesAt);
    if (carries !== null) notes.push(carriesNote(name, carries));
    else if (hasOwnMail(facts, name)) notes.push(ownMailNote(name));
    else if (blocked === null) aims.push(spfAim(context, name, 'the wildcard does not cover a host'));
  }
  return { aims: [...aims, ...replacedCnameAims(context, names)], notes: [...notes, ...uncoveredNotes(context)] };
}

/** A CNAME the person gave up: cleared, with an SPF record in its place. */
function replacedCnameAims(context: DesiredContext, hosts: ReadonlySet<DomainName>): readonly Aim[] {
  const { facts, options } = context;
  return [...options.replaceCnamesAt]
    .filter((name) => !hosts.has(name) && isPlainHost(facts, name) && recordsAt(facts, name, 'CNAME').length > 0)
    .flatMap((name) => covered(context, spfAim(context, name, 'in the place of the CNAME, as you asked'), name).aims);
}

/** The aim that removes the CNAME of a name where the person, or DKIM, wants other records. */
export function clearCname(name: DomainName): Aim {
  return { name, type: 'CNAME', owns: 'all', wanted: [], why: 'nothing stands beside a CNAME (RFC 1034 §3.6.2)' };
}

function uncoveredNotes({ facts, options }: DesiredContext): readonly PlanNote[] {
  const cnames = [...facts.names.keys()]
    .filter((name) => isPlainHost(facts, name) && recordsAt(facts, name, 'CNAME').length > 0)
    .filter((name) => !isCoveredByTarget(facts, options, name))
    .map((name) => whyBlocked(facts, name, options.replaceCnamesAt))
    .filter((why) => why !== null);
  return [...new Set([...cnames, ...facts.cuts.map(whatCuts)])].sort().map((why) => notCovered(why, null));
}

/** Where the CNAMEs of the zone lead from `name`; `name` itself where it has none. */
export function cnameEnd(facts: ZoneFacts, name: DomainName): DomainName {
  let at = name;
  for (let step = 0; step < MAX_CNAMES; step++) {
    const cname = recordsAt(facts, at, 'CNAME')[0];
    if (cname === undefined || !isType(cname, 'CNAME')) break;
    at = cname.data;
  }
  return at;
}

/** True if a CNAME leads to a name of the zone that gets its own `-all`: whoever asks is led there too. */
function isCoveredByTarget(facts: ZoneFacts, options: LockdownOptions, name: DomainName): boolean {
  const at = cnameEnd(facts, name);
  if (at === facts.zone) return options.parts.has('spf');
  const isHost = hostNames(facts).includes(at) && whyCarriesMail(facts, options, at) === null && !hasOwnMail(facts, at);
  return isHost && options.parts.has('hosts');
}

/** Not the apex, not `*`, no name of a protocol (`_dmarc`, selectors): those have their own part. */
function isPlainHost(facts: ZoneFacts, name: DomainName): boolean {
  return (
    name !== facts.zone && name !== below('*', facts.zone) && !name.split('.').some((label) => label.startsWith('_'))
  );
}

function spfAim({ wanted }: DesiredContext, name: DomainName, why: string): Aim {
  return { name, type: 'TXT', owns: 'spf', wanted: [wanted({ name, type: 'TXT', data: [SPF_NOBODY] })], why };
}

/** The aim, or a note when a CNAME or a delegation stands in the way; a CNAME that may go is cleared first. */
export function covered({ facts, options }: DesiredContext, aim: Aim, what: string): Desired {
  const blocked = whyBlocked(facts, aim.name, options.replaceCnamesAt);
  if (blocked !== null && aim.owns === 'spf' && isCoveredByTarget(facts, options, aim.name))
    return { aims: [], notes: [] };
  if (blocked !== null) return { aims: [], notes: [notCovered(blocked, what)] };
  const isCname = aim.name !== facts.zone && recordsAt(facts, aim.name, 'CNAME').length > 0;
  return { aims: isCname ? [clearCname(aim.name), aim] : [aim], notes: [] };
}

function notCovered(why: string, what: string | null): PlanNote {
  const hint = why.includes('CNAME to') ? ' (--replace-cname NAME gives the CNAME up)' : '';
  const message = what === null ? `Not covered: ${why}${hint}.` : `${what} cannot be covered: ${why}${hint}.`;
  return { code: 'not-covered', message };
}

function carriesNote(name: DomainName, why: string): PlanNote {
  return {
    code: 'left-alone',
    message: `${name} carries mail (${why}): no -all there. "v=spf1 a -all" would be the record for it.`,
  };
}

function ownMailNote(name: DomainName): PlanNote {
  return { code: 'left-alone', message: `${name} has MX or SPF records of its own and stays as it is.` };
}
