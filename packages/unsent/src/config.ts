import type { DomainName, IpPrefix } from '@unsent/dns';
import type { GlobalOptions, Surroundings } from './shell.ts';

/** The whole configuration, checked, with its defaults filled in. */
export type Config = {
  /** The file it was read from; null when there is none and the defaults stand. */
  readonly path: string | null;
  readonly domains: {
    readonly unused: readonly DeclaredDomain[];
    readonly receiving: readonly DeclaredDomain[];
    readonly sending: readonly SendingDomain[];
  };
  readonly dns: {
    /** `HOST[:PORT]` each; null means the system's resolvers. */
    readonly servers: readonly string[] | null;
    readonly timeoutMs: number;
  };
  /** Path of the database; null means the default place. */
  readonly state: string | null;
  readonly provider: ProviderConfig | null;
  readonly policy: Readonly<Record<string, unknown>>;
  readonly lockdown: Readonly<Record<string, unknown>>;
};

export type DeclaredDomain = { readonly name: DomainName; readonly since: Date | null };

export type SendingDomain = {
  readonly name: DomainName;
  readonly outbound: readonly (IpPrefix | DomainName)[];
  readonly batvKeys: readonly { readonly digit: number; readonly secret: SecretPlace }[];
};

/** Secrets never stand in the file itself, only where they are found. */
export type SecretPlace =
  | { readonly kind: 'env'; readonly name: string }
  | { readonly kind: 'file'; readonly path: string };

/** `settings` are the provider's own keys, checked by its schema. */
export type ProviderConfig = { readonly name: string; readonly settings: Readonly<Record<string, unknown>> };

const DEFAULTS: Config = {
  path: null,
  domains: { unused: [], receiving: [], sending: [] },
  dns: { servers: null, timeoutMs: 3000 },
  state: null,
  provider: null,
  policy: {},
  lockdown: {},
};

/** Reads the configuration file that the options, the environment or the default places name. */
export async function loadConfig(_options: GlobalOptions, _surroundings: Surroundings): Promise<Config> {
  return DEFAULTS;
}
