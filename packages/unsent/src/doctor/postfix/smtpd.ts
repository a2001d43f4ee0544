import { LISTS_AFTER_RCPT, LISTS_UP_TO_RCPT, type MasterService, type PostfixConfiguration } from './configuration.ts';
import { isLoopbackHost } from './policy-service.ts';
import { parseRestrictions, type Restriction, type RestrictionList, walk } from './restrictions.ts';
import { splitWords } from './words.ts';

/** One smtpd of master.cf with the lists that are in force for it. */
export type Smtpd = {
  /** `smtp/inet`, as `postconf -P` writes it. */
  readonly name: string;
  readonly isChrooted: boolean;
  /** Only this host can reach it: mail handed back by a content filter. */
  readonly isLoopback: boolean;
  /** A value in force, and whether master.cf (`-o`) or main.cf says so. */
  parameter(name: string): { readonly value: string; readonly place: 'main.cf' | 'master.cf' };
  /** The lists up to RCPT in the order of their evaluation. */
  readonly lists: readonly RestrictionList[];
  /** The lists at DATA and at the end of the message. */
  readonly laterLists: readonly RestrictionList[];
  /** The restriction classes, which an access table may return (RESTRICTION_CLASS_README). */
  readonly classes: readonly RestrictionList[];
  /** mynetworks holds the whole internet. */
  readonly trustsEverybody: boolean;
};

/** A step and the list it stands in. */
export type Placed = { readonly list: string; readonly step: Restriction };

/** Every smtpd of master.cf that master(8) starts. */
export function smtpdServices(postfix: PostfixConfiguration): readonly Smtpd[] {
  return postfix.services
    .filter((service) => service.command === 'smtpd' && !isDisabled(service, postfix))
    .map((service) => smtpdOf(service, postfix));
}

/** Does master_service_disable name it, by type or as `name/type`? The first pattern that matches counts. */
function isDisabled({ name, type }: MasterService, { parameters }: PostfixConfiguration): boolean {
  for (const word of splitWords(parameters.get('master_service_disable') ?? '')) {
    const pattern = word.replace(/^!/, '');
    if (pattern === type || pattern === `${name}/${type}`) return !word.startsWith('!');
  }
  return false;
}

function smtpdOf(service: MasterService, { parameters }: PostfixConfiguration): Smtpd {
  const parameter: Smtpd['parameter'] = (name) => {
    const value = service.overrides.get(name);
    if (value !== undefined) return { value, place: 'master.cf' };
    return { value: parameters.get(name) ?? '', place: 'main.cf' };
  };
  const inForce = (name: string): string => parameter(name).value;
  const classes = new Map(splitWords(inForce('smtpd_restriction_classes')).map((name) => [name, inForce(name)]));
  const listOf = (name: string): RestrictionList => ({ name, steps: parseRestrictions(inForce(name), classes) });
  return {
    name: `${service.name}/${service.type}`,
    isChrooted: service.isChrooted,
    isLoopback: isLoopback(service, inForce('inet_interfaces')),
    parameter,
    lists: inOrder(inForce('smtpd_relay_before_recipient_restrictions') === 'yes').map(listOf),
    laterLists: LISTS_AFTER_RCPT.map(listOf),
    classes: [...classes.keys()].map(listOf),
    trustsEverybody: splitWords(inForce('mynetworks')).some((network) => /^(0\.0\.0\.0|\[?::\]?)\/0$/.test(network)),
  };
}

/** Before Postfix 3.6, and at an older compatibility level, the relay restrictions come last. */
function inOrder(isRelayFirst: boolean): readonly string[] {
  if (isRelayFirst) return LISTS_UP_TO_RCPT;
  const others = LISTS_UP_TO_RCPT.filter((name) => name !== 'smtpd_relay_restrictions');
  return [...others, 'smtpd_relay_restrictions'];
}

function isLoopback({ name, type }: MasterService, interfaces: string): boolean {
  if (type !== 'inet') return false;
  const host = /^(.*):[^:]+$/.exec(name)?.[1];
  const hosts = host === undefined ? splitWords(interfaces) : [host];
  return hosts.length > 0 && hosts.every((one) => one === 'loopback-only' || isLoopbackHost(one));
}

/** The way of a stranger's recipient through all lists up to RCPT; `refusedBy` null: it was taken. */
export function wayOf(
  { lists, trustsEverybody }: Smtpd,
  isRelaying: boolean,
): { readonly passed: readonly Placed[]; readonly refusedBy: Placed | null } {
  const passed: Placed[] = [];
  let deferredBy: Placed | null = null;
  for (const list of lists) {
    const placed = (step: Restriction): Placed => ({ list: list.name, step });
    const passage = walk(list, { isInNetworks: trustsEverybody, isRelaying });
    passed.push(...passage.passed.map(placed));
    if (passage.end === 'refused' && passage.by !== null) return { passed, refusedBy: placed(passage.by) };
    if (passage.deferredBy !== null) deferredBy ??= placed(passage.deferredBy);
  }
  return { passed, refusedBy: deferredBy };
}
