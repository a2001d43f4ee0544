import { type DomainName, isSubdomainOf, parseDomainName, UnsentError } from '@unsent/dns';
import {
  type ChangePlan,
  type DnsProvider,
  type DomainHistory,
  desiredRecords,
  findRefusals,
  formerMailHosts,
  type HostedZone,
  type LockdownOptions,
  lockdownOptions,
  overrideRefusals,
  type PlanNote,
  type Proof,
  planLockdown,
  provePlan,
  withUnfinished,
  type ZoneSnapshot,
} from '@unsent/lockdown';
import type { Config } from '../config.ts';
import type { Shell } from '../shell.ts';
import { declaredUse, gatherMailHosts } from './history.ts';
import { type LockdownRequest, usage } from './request.ts';
import { genuineMailOf, journalEntriesOf } from './state.ts';

/** A plan, ready to be shown, and what it was made from. */
export type Prepared = {
  readonly asked: DomainName;
  readonly hosted: HostedZone;
  readonly snapshot: ZoneSnapshot;
  readonly plan: ChangePlan;
  readonly proof: Proof;
};

/** Reads the zone and plans its lockdown; writes nothing. Throws `zone-unknown` when the provider does not hold it. */
export async function prepareLockdown(
  shell: Shell,
  provider: DnsProvider,
  asked: DomainName,
  request: LockdownRequest,
): Promise<Prepared> {
  const hosted = await provider.find(asked);
  if (hosted === null) throw unknownZone(provider, asked);
  const config = await shell.config();
  const snapshot = await provider.read(hosted.name);
  const mail = await gatherMailHosts(config, shell.resolver);
  const entries = await journalEntriesOf(shell, provider, hosted.name);
  const options = optionsFor(hosted.name, asked, request, config, [...mail.hosts, ...formerMailHosts(entries)]);
  const delegated = await delegatedTo(shell, hosted, request);
  const history: DomainHistory = {
    asked,
    use: declaredUse(config, asked),
    genuineMail: await genuineMailOf(shell, asked),
    hosted,
    delegatedTo: delegated.servers,
  };
  const desired = desiredRecords(withUnfinished(snapshot, entries), options, provider.capabilities);
  const planned = planLockdown(snapshot, desired, findRefusals(snapshot, history, options));
  const withNotes = { ...planned, notes: [...planned.notes, ...mail.notes, ...delegated.notes] };
  const plan = overrideRefusals(withNotes, request.overrides);
  return { asked, hosted, snapshot, plan, proof: await provePlan(plan, shell.now()) };
}

/** The library's options for one zone. */
function optionsFor(
  zone: DomainName,
  asked: DomainName,
  request: LockdownRequest,
  config: Config,
  mailHosts: LockdownOptions['mailHosts'],
): LockdownOptions {
  return lockdownOptions({
    mx: request.mx,
    parts: request.parts,
    keepsMx: declaredUse(config, asked) === 'receiving',
    ttlSeconds: request.ttlSeconds,
    rua: request.rua,
    lockedDomains: config.domains.unused.map(({ name }) => name),
    replaceCnamesAt: new Set(request.replaceCnames.map((text) => nameIn(zone, text))),
    mailHosts,
  });
}

/** `*` and `_dmarc` mean names of the zone; what ends in the zone's name or in a dot is whole already. */
function nameIn(zone: DomainName, text: string): DomainName {
  const whole = parseDomainName(text);
  const name =
    whole !== null && (isSubdomainOf(whole, zone) || text.endsWith('.')) ? whole : parseDomainName(`${text}.${zone}`);
  if (name === null || !isSubdomainOf(name, zone))
    throw usage(`--replace-cname wants a name in ${zone}, not "${text}"`);
  return name;
}

/** The name servers the world uses. Not asked where the person named a server, or the provider knows none. */
async function delegatedTo(
  shell: Shell,
  hosted: HostedZone,
  request: LockdownRequest,
): Promise<{ readonly servers: readonly DomainName[] | null; readonly notes: readonly PlanNote[] }> {
  if (hosted.nameServers.length === 0 || request.authoritative.length > 0) return { servers: null, notes: [] };
  const answer = await (await shell.resolver()).resolve(hosted.name, 'NS');
  if (answer.kind === 'records') return { servers: answer.data, notes: [] };
  if (answer.kind !== 'failure') return { servers: [], notes: [] };
  const message = `It could not be asked where ${hosted.name} is delegated to (${answer.detail}).`;
  return { servers: null, notes: [{ code: 'delegation', message }] };
}

function unknownZone(provider: DnsProvider, asked: DomainName): UnsentError {
  return new UnsentError('zone-unknown', {
    message: `${provider.title} holds no zone for ${asked}, or the account may not see it.`,
    hint: 'Check the spelling, and that the token or key covers the zone.',
  });
}
