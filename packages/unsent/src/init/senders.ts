import { type DomainName, type IpPrefix, prefixText, type Resolver } from '@unsent/dns';
import { addressesOf } from '../audit/gather-mx.ts';
import type { Config } from '../config.ts';
import { bad, type Check, good } from '../doctor/check.ts';
import { declaredHosts, passingHosts, spfOf } from '../lockdown/spf-hosts.ts';
import type { Sight } from './domains.ts';

const ID = 'senders';
/** More hosts than these are a list that nobody reads. */
const MAX_PROPOSED = 8;

/** Do the hosts of each sending domain exist, and does its own SPF record let them send? */
export async function checkSenders(
  config: Config,
  resolver: Resolver,
  look: (name: DomainName) => Promise<Sight>,
  now: Date,
): Promise<readonly Check[]> {
  const checks: Check[] = [];
  for (const { name, outbound } of config.domains.sending) {
    const { failure } = await look(name);
    if (failure !== null)
      checks.push(bad(ID, 'warning', `${name} cannot be looked up (${failure}).`, 'Run unsent doctor later.'));
    else checks.push(...(await checkHosts(name, outbound, { config, resolver, now })));
  }
  return checks;
}

type Surroundings = { readonly config: Config; readonly resolver: Resolver; readonly now: Date };

async function checkHosts(
  name: DomainName,
  outbound: readonly (IpPrefix | DomainName)[],
  { config, resolver, now }: Surroundings,
): Promise<readonly Check[]> {
  if (outbound.length === 0) {
    const what = `No host is named that sends for ${name}: its real bounces are harder to tell.`;
    return [bad(ID, 'warning', what, `Name them under domains.sending.${name}.outbound.`)];
  }
  const checks: Check[] = [];
  for (const host of outbound) {
    if (typeof host !== 'string') continue;
    const { addresses, failure } = await addressesOf(host, resolver);
    if (addresses.length === 0) {
      const why = failure === null ? 'has no address' : `cannot be looked up (${failure})`;
      checks.push(bad(ID, 'warning', `${host}, which sends for ${name}, ${why}.`, 'Is it spelt right?'));
    }
  }
  const results = new Set<string>();
  for (const { ip } of await declaredHosts(name, config, null, resolver)) {
    const result = await spfOf(name, ip, resolver, now, null);
    if (result !== 'pass') results.add(`${ip.text} → ${result}`);
  }
  if (results.size > 0) {
    const what = `The SPF record of ${name} does not let all of its hosts send: ${[...results].slice(0, MAX_PROPOSED).join(', ')}.`;
    checks.push(bad(ID, 'warning', what, `unsent spf lint ${name} tells why.`));
  }
  return checks.length > 0
    ? checks
    : [good(ID, `${name} sends from ${outbound.map(textOf).join(', ')}, and its SPF record lets it.`)];
}

function textOf(host: IpPrefix | DomainName): string {
  return typeof host === 'string' ? host : prefixText(host).replace(/\/(32|128)$/, '');
}

/** Hosts to propose for a domain: those that pass with the SPF record it has. */
export async function proposedHosts(name: DomainName, resolver: Resolver, now: Date): Promise<readonly string[]> {
  const hosts = await passingHosts(name, resolver, now);
  return [...new Set(hosts.map(({ ip }) => ip.text))].slice(0, MAX_PROPOSED);
}
