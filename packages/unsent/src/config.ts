import { readFileSync, statSync } from 'node:fs';
import { assertNever, type DomainName, type IpPrefix, parseDomainName, UnsentError } from '@unsent/dns';
import { type ConfigPlace, configPlaces, resolveFrom } from './config/places.ts';
import { configError } from './config/problem.ts';
import {
  type ConfigTree,
  type DeclaredDomain,
  emptyConfig,
  type LockdownConfig,
  type SendingConfig,
} from './config/schema.ts';
import type { MailboxConfig } from './config/schema-mailbox.ts';
import type { NotifyConfig } from './config/schema-notify.ts';
import type { PolicyConfig } from './config/schema-policy.ts';
import type { ProviderConfig } from './config/schema-provider.ts';
import type { SecretPlace } from './config/schema-secret.ts';
import { errorFromSystem } from './output/file-error.ts';
import type { Environment, GlobalOptions, Surroundings } from './surroundings.ts';

export type { DeclaredDomain, LockdownConfig, MailboxConfig, NotifyConfig, PolicyConfig, ProviderConfig, SecretPlace };

/** The whole configuration, checked, with its defaults filled in and its paths made absolute. */
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
    /** A zone file that is asked instead; null means none. */
    readonly zone: string | null;
  };
  /** Path of the database; null means the default place. */
  readonly state: string | null;
  /** What is scanned when nothing is named; paths are absolute, and may hold * and ?. */
  readonly mailboxes: readonly MailboxConfig[];
  /** Days for which single messages are remembered; null means for ever. */
  readonly keepDays: number | null;
  readonly notify: NotifyConfig;
  readonly provider: ProviderConfig | null;
  readonly policy: PolicyConfig;
  readonly lockdown: LockdownConfig;
};

export type SendingDomain = {
  readonly name: DomainName;
  readonly outbound: readonly (IpPrefix | DomainName)[];
  readonly batvKeys: readonly { readonly digit: number; readonly secret: SecretPlace }[];
  readonly batvSignsAll: boolean;
  /** Null when nobody listed them. */
  readonly localParts: readonly string[] | null;
};

/** A configuration beyond this is a wrong file. */
const MAX_BYTES = 4 << 20;

/**
 * Reads the configuration file that --config, UNSENT_CONFIG or the default places name.
 *
 * Without a file the defaults stand. Throws `config-invalid` with file, line, column and key, exit code 2.
 */
export async function loadConfig(
  options: Pick<GlobalOptions, 'config'>,
  { env, cwd }: Pick<Surroundings, 'env' | 'cwd'>,
): Promise<Config> {
  for (const place of configPlaces(options.config, env, cwd)) {
    const text = readPlace(place);
    if (text === null) continue;
    // Only a file needs the YAML parser: half of what the policy service loads, where Postfix starts one for each mail.
    const { parseConfig } = await import('./config/parse.ts');
    const parsed = parseConfig(text);
    if (parsed.kind === 'wrong') throw configError(place.path, parsed.problems);
    return makeConfig(place.path, parsed.tree, env);
  }
  return makeConfig(null, emptyConfig(), env);
}

/** The text of a configuration file; null when it does not exist and nobody demanded it. */
export function readPlace({ path, isDemanded }: ConfigPlace): string | null {
  try {
    // At once: waiting for so little costs more, as Node starts threads for it.
    if (statSync(path).size > MAX_BYTES) throw tooBig(path);
    const bytes = readFileSync(path);
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    if (cause instanceof TypeError) throw notText(path, cause);
    const known = errorFromSystem(cause, 'read the configuration', path);
    if (known?.code === 'file-not-found' && !isDemanded) return null;
    if (known === null) throw cause;
    throw new UnsentError('config-unreadable', { message: known.message, ...hintFor(known), exitCode: 2, cause });
  }
}

function hintFor({ code }: UnsentError): { readonly hint?: string } {
  if (code !== 'file-forbidden') return {};
  return { hint: 'Join the group that may read it (of the Debian package: unsent), or name another with --config.' };
}

/** The configuration of a checked tree that stood at `path`. */
export function makeConfig(path: string | null, tree: ConfigTree, env: Environment): Config {
  const resolved = (value: string): string => (path === null ? value : resolveFrom(path, value, env));
  return {
    path,
    domains: {
      unused: tree.domains.unused,
      receiving: tree.domains.receiving,
      sending: Object.entries(tree.domains.sending).flatMap(([name, sending]) =>
        sendingDomain(name, sending, resolved),
      ),
    },
    dns: { ...tree.dns, zone: tree.dns.zone === null ? null : resolved(tree.dns.zone) },
    state: tree.state === null ? null : resolved(tree.state),
    mailboxes: tree.mailboxes.map((mailbox) => resolveMailbox(mailbox, resolved)),
    keepDays: tree.keep,
    notify: { ...tree.notify, sendmail: resolved(tree.notify.sendmail) },
    provider: tree.provider === null ? null : resolveProvider(tree.provider, resolved),
    policy: tree.policy,
    lockdown: tree.lockdown,
  };
}

function sendingDomain(
  text: string,
  sending: SendingConfig | null | undefined,
  resolved: (path: string) => string,
): readonly SendingDomain[] {
  const name = parseDomainName(text);
  if (name === null) return []; // the schema has refused it
  return [
    {
      name,
      outbound: sending?.outbound ?? [],
      batvKeys: (sending?.batv?.keys ?? []).map(({ digit, secret }) => ({
        digit,
        secret: resolveSecret(secret, resolved),
      })),
      batvSignsAll: sending?.batv?.signsAll ?? false,
      localParts: sending?.localParts ?? null,
    },
  ];
}

function resolveSecret(place: SecretPlace, resolved: (path: string) => string): SecretPlace {
  return place.kind === 'file' ? { kind: 'file', path: resolved(place.path) } : place;
}

/** A mailbox with its paths made absolute. */
export function resolveMailbox(mailbox: MailboxConfig, resolved: (path: string) => string): MailboxConfig {
  const { address, password, token, ca } = mailbox;
  return {
    ...mailbox,
    address: resolved(address),
    password: password === null ? null : resolveSecret(password, resolved),
    token: token === null ? null : resolveSecret(token, resolved),
    ca: ca === null ? null : resolved(ca),
  };
}

/** A provider with its paths made absolute. */
export function resolveProvider(provider: ProviderConfig, resolved: (path: string) => string): ProviderConfig {
  switch (provider.name) {
    case 'cloudflare':
      return provider.token === null ? provider : { ...provider, token: resolveSecret(provider.token, resolved) };
    case 'rfc2136':
      if (provider.key === null) return provider;
      return { ...provider, key: { ...provider.key, secret: resolveSecret(provider.key.secret, resolved) } };
    case 'powerdns':
      return { ...provider, apiKey: resolveSecret(provider.apiKey, resolved) };
    case 'memory':
      return { ...provider, zone: resolved(provider.zone) };
    default:
      return assertNever(provider);
  }
}

function tooBig(path: string): UnsentError {
  return new UnsentError('config-unreadable', {
    message: `cannot read the configuration ${path}: it is larger than 4 MB`,
    hint: 'Is this the right file?',
    exitCode: 2,
  });
}

function notText(path: string, cause: unknown): UnsentError {
  return new UnsentError('config-unreadable', {
    message: `cannot read the configuration ${path}: it is not UTF-8 text`,
    exitCode: 2,
    cause,
  });
}
