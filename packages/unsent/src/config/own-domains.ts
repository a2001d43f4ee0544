import { type OwnDomain, type OwnDomains, ownDomains } from '@unsent/bounce';
import type { DomainName } from '@unsent/dns';
import type { Config, DeclaredDomain, SendingDomain } from '../config.ts';
import type { Environment } from '../surroundings.ts';
import { readSecret } from './secret.ts';

/** A domain that `unsent lockdown` locked, as the store remembers it. */
export type Locked = { readonly name: DomainName; readonly lockedAt: Date };

/** BATV keys by domain, read from where the configuration says they are. */
export type BatvSecrets = ReadonlyMap<DomainName, OwnDomain['batvKeys']>;

/**
 * What we know of our own domains: what the configuration declares, and what was locked.
 *
 * A locked domain that nobody declared counts as unused: lockdown has made it so.
 */
export function ownDomainsFrom(
  config: Config,
  locked: readonly Locked[],
  secrets: BatvSecrets = new Map(),
): OwnDomains {
  const lockedAt = new Map(locked.map((domain) => [domain.name, domain.lockedAt]));
  const domains: OwnDomain[] = [
    ...config.domains.unused.map((domain) => silent(domain, 'unused')),
    ...config.domains.receiving.map((domain) => silent(domain, 'receiving')),
    ...config.domains.sending.map((domain) => sending(domain, secrets)),
  ].map((domain) => ({ ...domain, lockedAt: lockedAt.get(domain.name) ?? null }));
  const declared = new Set(domains.map(({ name }) => name));
  const undeclared = locked
    .filter(({ name }) => !declared.has(name))
    .map(
      (domain): OwnDomain => ({
        ...silent({ name: domain.name, since: domain.lockedAt }, 'unused'),
        lockedAt: domain.lockedAt,
      }),
    );
  return ownDomains([...domains, ...undeclared]);
}

/** Reads the BATV keys of the configuration. Throws `secret-missing` when one is not where it should be. */
export async function readBatvSecrets(config: Config, env: Environment): Promise<BatvSecrets> {
  const secrets = new Map<DomainName, OwnDomain['batvKeys']>();
  for (const { name, batvKeys } of config.domains.sending) {
    const keys = await Promise.all(
      batvKeys.map(async ({ digit, secret }) => ({
        digit,
        secret: await readSecret(secret, `the BATV key ${digit} of ${name}`, env),
      })),
    );
    secrets.set(name, keys);
  }
  return secrets;
}

function silent({ name, since }: DeclaredDomain, use: 'unused' | 'receiving'): OwnDomain {
  return { name, use, since, lockedAt: null, outbound: [], batvKeys: [], batvSignsAll: false, localParts: null };
}

function sending({ name, outbound, batvSignsAll, localParts }: SendingDomain, secrets: BatvSecrets): OwnDomain {
  const batvKeys = secrets.get(name) ?? [];
  return { name, use: 'sending', since: null, lockedAt: null, outbound, batvKeys, batvSignsAll, localParts };
}
