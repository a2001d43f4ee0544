import {
  type DomainName,
  findDelegation,
  isSubdomainOf,
  parseDomainName,
  type Resolver,
  UnsentError,
} from '@unsent/dns';
import {
  type ChangePlan,
  checkReportAddresses,
  type DnsProvider,
  type DomainHistory,
  desiredRecords,
  findRefusals,
  formerMailHosts,
  type HostedZone,
  type LockdownOptions,
  lockdownOptions,
  type MailHost,
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
import { checkJournalLasts, genuineMailOf, journalEntriesOf, lockedDomainsOf } from './state.ts';

/** The servers of a parent are many and near; a firewall that lets nobody ask them must not cost much. */
const PARENT_TIMEOUT_MS = 1500;

/** A plan, ready to be shown, and what it was made from. */
export type Prepared = {
  readonly asked: DomainName;
  readonly hosted: HostedZone;
  readonly snapshot: ZoneSnapshot;
  readonly plan: ChangePlan;
  readonly proof: Proof;
};

/** What is the same for every domain of a run, gathered once. */
export type Preparation = {
  readonly shell: Shell;
  readonly provider: DnsProvider;
  readonly request: LockdownRequest;
  readonly config: Config;
  readonly mailHosts: readonly MailHost[];
  /** What could not be found out about mail hosts. */
  readonly notes: readonly PlanNote[];
  readonly lockedDomains: readonly DomainName[];
};

/** Gathers what all domains of a run share; writes nothing. Throws `usage` where a run could keep no journal. */
export async function openPreparation(
  shell: Shell,
  provider: DnsProvider,
  request: LockdownRequest,
): Promise<Preparation> {
  const isOnlyShown = request.isDryRun || request.isRehearsal || request.exportFormat !== null;
  if (!isOnlyShown) await checkJournalLasts(shell, provider);
  const config = await shell.config();
  const { hosts, notes } = await gatherMailHosts(config, shell.resolver);
  const lockedDomains = [...config.domains.unused.map(({ name }) => name), ...(await lockedDomainsOf(shell, provider))];
  return { shell, provider, request, config, mailHosts: hosts, notes, lockedDomains };
}

/** Reads the zone and plans its lockdown; writes nothing. Throws `zone-unknown` when the provider does not hold it. */
export async function prepareLockdown(preparation: Preparation, asked: DomainName): Promise<Prepared> {
  const { shell, provider, request } = preparation;
  const hosted = await provider.find(asked);
  if (hosted === null) throw unknownZone(provider, asked);
  const snapshot = await provider.read(hosted.name);
  const entries = await journalEntriesOf(shell, provider, hosted.name);
  const options = optionsFor(preparation, hosted.name, asked, formerMailHosts(entries));
  const delegated = await delegatedTo(shell, hosted, snapshot, request);
  const history: DomainHistory = {
    asked,
    use: declaredUse(preparation.config, asked),
    genuineMail: await genuineMailOf(shell, asked),
    hosted: { ...hosted, nameServers: delegated.expected },
    delegatedTo: delegated.servers,
  };
  const desired = desiredRecords(withUnfinished(snapshot, entries), options, provider.capabilities);
  const planned = planLockdown(snapshot, desired, findRefusals(snapshot, history, options));
  const notes = [
    ...planned.notes,
    ...preparation.notes,
    ...delegated.notes,
    ...(await reportNotes(shell, planned.zone, options)),
  ];
  const plan = overrideRefusals({ ...planned, notes }, request.overrides);
  return { asked, hosted, snapshot, plan, proof: await provePlan(plan, shell.now()) };
}

/** The library's options for one zone; `former` are mail hosts that the zone itself has forgotten. */
export function optionsFor(
  { request, config, mailHosts, lockedDomains }: Preparation,
  zone: DomainName,
  asked: DomainName,
  former: readonly MailHost[],
): LockdownOptions {
  return lockdownOptions({
    mx: request.mx,
    parts: request.parts,
    keepsMx: declaredUse(config, asked) === 'receiving',
    ttlSeconds: request.ttlSeconds,
    rua: request.rua,
    lockedDomains,
    replaceCnamesAt: new Set(request.replaceCnames.map((text) => nameIn(zone, text))),
    mailHosts: [...mailHosts, ...former],
  });
}

/** The error for a domain that the provider does not hold. */
function unknownZone(provider: DnsProvider, asked: DomainName): UnsentError {
  return new UnsentError('zone-unknown', {
    message: `${provider.title} holds no zone for ${asked}, or the account may not see it.`,
    hint: 'Check the spelling, and that the token or key covers the zone.',
  });
}

/** `*` and `_dmarc` mean names of the zone; what ends in the zone's name or in a dot is whole already. */
function nameIn(zone: DomainName, text: string): DomainName {
  const whole = parseDomainName(text);
  const isWhole = whole !== null && (isSubdomainOf(whole, zone) || text.endsWith('.'));
  const name = isWhole ? whole : parseDomainName(`${text}.${zone}`);
  if (name === null || !isSubdomainOf(name, zone))
    throw usage(`--replace-cname wants a name in ${zone}, not "${text}"`);
  return name;
}

/**
 * The name servers the world uses, and those it should: what the provider says, else the zone's own NS records.
 *
 * Not asked where the person named a server, or nobody knows which there should be.
 */
async function delegatedTo(
  shell: Shell,
  hosted: HostedZone,
  snapshot: ZoneSnapshot,
  request: LockdownRequest,
): Promise<{
  readonly expected: readonly DomainName[];
  readonly servers: readonly DomainName[] | null;
  readonly notes: readonly PlanNote[];
}> {
  const own = snapshot.records.flatMap((record) =>
    'data' in record && record.type === 'NS' && record.name === hosted.name ? [record.data] : [],
  );
  const expected = hosted.nameServers.length > 0 ? hosted.nameServers : own;
  const isAsked = expected.length > 0 && request.authoritative.length === 0 && snapshot.provider !== 'memory';
  if (!isAsked) return { expected, servers: null, notes: [] };
  const answer = await askDelegation(await shell.resolver(), hosted.name);
  if (typeof answer !== 'string') return { expected, servers: answer, notes: [] };
  const message = `It could not be asked where ${hosted.name} is delegated to (${answer}).`;
  return { expected, servers: null, notes: [{ code: 'delegation', message }] };
}

/** What the parent's own servers say; where they cannot be asked, what the resolver finds. A text: why nobody knows. */
async function askDelegation(resolver: Resolver, zone: DomainName): Promise<readonly DomainName[] | string> {
  const delegation = await findDelegation(zone, resolver, { timeoutMs: PARENT_TIMEOUT_MS, tries: 1 });
  if (delegation.kind === 'delegated') return delegation.nameServers;
  if (delegation.kind === 'not-delegated') return [];
  const answer = await resolver.resolve(zone, 'NS');
  if (answer.kind === 'failure') return answer.detail;
  return answer.kind === 'records' ? answer.data : [];
}

async function reportNotes(
  shell: Shell,
  zone: DomainName,
  { rua, parts }: LockdownOptions,
): Promise<readonly PlanNote[]> {
  if (rua === null || !parts.has('dmarc')) return [];
  return checkReportAddresses(zone, rua, await shell.resolver());
}
