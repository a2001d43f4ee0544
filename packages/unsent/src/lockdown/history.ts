import { type DomainName, isSubdomainOf, type Resolver, reverseName } from '@unsent/dns';
import type { DomainHistory, MailHost, PlanNote } from '@unsent/lockdown';
import type { Config, SendingDomain } from '../config.ts';

/** PTR names are asked for single hosts only: a whole network has too many. */
const MAX_PTR_QUESTIONS = 64;

/** What the configuration declares a domain, or the closest domain above it, to be. */
export function declaredUse(config: Config, domain: DomainName): DomainHistory['use'] {
  const { unused, receiving, sending } = config.domains;
  const uses = [
    ...unused.map(({ name }) => ({ name, use: 'unused' as const })),
    ...receiving.map(({ name }) => ({ name, use: 'receiving' as const })),
    ...sending.map(({ name }) => ({ name, use: 'sending' as const })),
  ].filter(({ name }) => isSubdomainOf(domain, name));
  const closest = uses.sort((a, b) => b.name.length - a.name.length)[0];
  return closest?.use ?? null;
}

/**
 * Names that carry mail as far as the configuration and DNS tell: outbound hosts, the PTR names of outbound addresses
 * (their HELO names, as a rule), and the MX targets of domains that receive.
 *
 * What could not be asked becomes a note, never an error.
 */
export async function gatherMailHosts(
  config: Config,
  resolver: () => Promise<Resolver>,
): Promise<{ readonly hosts: readonly MailHost[]; readonly notes: readonly PlanNote[] }> {
  const { receiving, sending } = config.domains;
  if (receiving.length + sending.length === 0) return { hosts: [], notes: [] };
  const dns = await resolver();
  const notes: PlanNote[] = [];
  const named = sending.flatMap(outboundNames);
  const ptr = await ptrNames(sending, dns, notes);
  const targets = await mxTargets(
    [...receiving, ...sending].map(({ name }) => name),
    dns,
    notes,
  );
  return { hosts: [...named, ...ptr, ...targets], notes };
}

function outboundNames({ name, outbound }: SendingDomain): readonly MailHost[] {
  return outbound.flatMap((host) =>
    typeof host === 'string' ? [{ name: host, why: `outbound host of ${name}` }] : [],
  );
}

async function ptrNames(
  sending: readonly SendingDomain[],
  dns: Resolver,
  notes: PlanNote[],
): Promise<readonly MailHost[]> {
  const addresses = sending
    .flatMap(({ outbound }) => outbound)
    .flatMap((host) => (typeof host === 'string' ? [] : [host]))
    .filter(({ address, length }) => length === (address.family === 4 ? 32 : 128))
    .slice(0, MAX_PTR_QUESTIONS);
  const found = await Promise.all(
    addresses.map(async ({ address }): Promise<readonly MailHost[]> => {
      const answer = await dns.resolve(reverseName(address), 'PTR');
      if (answer.kind === 'failure') notes.push(couldNotAsk(`the name of ${address.text}`, answer.detail));
      return answer.kind === 'records'
        ? answer.data.map((name) => ({ name, why: `name of the outbound address ${address.text}` }))
        : [];
    }),
  );
  return found.flat();
}

async function mxTargets(
  domains: readonly DomainName[],
  dns: Resolver,
  notes: PlanNote[],
): Promise<readonly MailHost[]> {
  const found = await Promise.all(
    domains.map(async (domain): Promise<readonly MailHost[]> => {
      const answer = await dns.resolve(domain, 'MX');
      if (answer.kind === 'failure') notes.push(couldNotAsk(`the MX of ${domain}`, answer.detail));
      return answer.kind === 'records'
        ? answer.data.flatMap(({ exchange }) => (exchange === '.' ? [] : [{ name: exchange, why: `MX of ${domain}` }]))
        : [];
    }),
  );
  return found.flat();
}

function couldNotAsk(what: string, detail: string): PlanNote {
  return {
    code: 'delegation',
    message: `It could not be asked for ${what} (${detail}): mail hosts may be missing here.`,
  };
}
