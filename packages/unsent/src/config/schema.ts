import { type DomainName, type IpPrefix, parseDnsServer } from '@unsent/dns';
import * as v from 'valibot';
import { type MailboxConfig, mailboxList } from './schema-mailbox.ts';
import { keepDays, type NotifyConfig, notifySection } from './schema-notify.ts';
import {
  choice,
  date,
  domainName,
  key,
  keyOr,
  list,
  must,
  networkOrHost,
  parsed,
  section,
  text,
  wholeNumber,
  yesOrNo,
} from './schema-parts.ts';
import { type PolicyConfig, policySection } from './schema-policy.ts';
import { type ProviderConfig, providerSection } from './schema-provider.ts';
import { type SecretPlace, secretPlace } from './schema-secret.ts';
import { describeValue } from './words.ts';

/** What the file says, checked and typed; a null is a key that was left out. */
export type ConfigTree = {
  readonly domains: DomainsConfig;
  readonly dns: {
    readonly servers: readonly string[] | null;
    readonly timeoutMs: number;
    readonly zone: string | null;
  };
  readonly state: string | null;
  readonly mailboxes: readonly MailboxConfig[];
  readonly keep: number | null;
  readonly notify: NotifyConfig;
  readonly provider: ProviderConfig | null;
  readonly policy: PolicyConfig;
  readonly lockdown: LockdownConfig;
};

type DomainsConfig = {
  readonly unused: readonly DeclaredDomain[];
  readonly receiving: readonly DeclaredDomain[];
  readonly sending: { readonly [name: string]: SendingConfig | null | undefined };
};

/** `since`: from when on it is so; null means always. */
export type DeclaredDomain = { readonly name: DomainName; readonly since: Date | null };

export type SendingConfig = {
  readonly outbound: readonly (IpPrefix | DomainName)[];
  readonly batv: { readonly keys: readonly BatvKeyConfig[]; readonly signsAll: boolean } | null;
  readonly localParts: readonly string[] | null;
};

type BatvKeyConfig = { readonly digit: number; readonly secret: SecretPlace };

export type LockdownConfig = {
  readonly mx: 'loopback' | 'null' | 'auto';
  readonly skip: readonly LockdownPart[];
  readonly ttlSeconds: number;
  /** Where DMARC aggregate reports go, `mailto:` URIs. */
  readonly rua: readonly string[] | null;
  readonly auto: AutoLockdownConfig | null;
};

type AutoLockdownConfig = {
  readonly enabled: boolean;
  /** So much backscatter in seven days makes an attack. */
  readonly threshold: number;
  readonly perDay: number;
};

type LockdownPart = (typeof LOCKDOWN_PARTS)[number];

const AUTO_DEFAULTS = { threshold: 10, perDay: 3 } as const;
const MX_CHOICES = ['loopback', 'null', 'auto'] as const;
const LOCKDOWN_PARTS = ['mx', 'spf', 'wildcard', 'hosts', 'dmarc', 'dkim', 'caa'] as const;

/** The schema of the whole file. */
export function configSchema(): v.GenericSchema<unknown, ConfigTree> {
  return section({
    domains: keyOr({}, 'Your domains, by what they do: everything else follows from this.', domainsSection()),
    dns: keyOr({}, 'Which resolvers are asked.', dnsSection()),
    state: key('Database of what was seen and done. Relative to this file; ~/ is your own folder.', text('a path')),
    mailboxes: keyOr([], 'What `unsent scan` reads when it is given nothing else.', mailboxList()),
    keep: key('How long single messages are remembered; their sums by hour stay. Without it, for ever.', keepDays()),
    notify: keyOr({}, 'Who is told of backscatter by mail, and when.', notifySection()),
    provider: key('Where the zones of your domains are kept.', providerSection()),
    policy: keyOr({}, 'What `unsent policyd` tells Postfix.', policySection()),
    lockdown: keyOr({}, 'How a domain is locked down.', lockdownSection()),
  });
}

/** The configuration of an empty file: every default. */
export function emptyConfig(): ConfigTree {
  return v.parse(configSchema(), {});
}

function domainsSection() {
  return section({
    unused: keyOr([], 'Domains that neither send nor receive mail.', list(declaredDomain(), 'domain names')),
    receiving: keyOr([], 'Domains that receive mail and never send any.', list(declaredDomain(), 'domain names')),
    sending: keyOr(
      {},
      'Domains that send mail, each with what sends it.',
      v.record(domainName(), v.nullable(sendingSection()), (issue) =>
        Array.isArray(issue.input) || typeof issue.input !== 'object'
          ? `expected a mapping of domain names, got ${describeValue(issue.input)}; write "example.com:" without "- "`
          : `expected a domain name as key`,
      ),
    ),
  });
}

/** A name, or a name with the day since when the domain is silent. */
function declaredDomain(): v.GenericSchema<
  string | { name: string; since?: string | null | undefined },
  DeclaredDomain
> {
  return v.union(
    [
      v.pipe(
        domainName(),
        v.transform((name): DeclaredDomain => ({ name, since: null })),
      ),
      section({
        name: must('The domain.', domainName()),
        since: key('The day since when that holds; without it, always.', date()),
      }),
    ],
    (issue) => `expected a domain name, got ${describeValue(issue.input)}`,
  );
}

function sendingSection() {
  return section({
    outbound: keyOr(
      [],
      'Hosts that send it: addresses, prefixes such as 192.0.2.0/24, host names.',
      list(networkOrHost(), 'addresses, prefixes and host names'),
    ),
    batv: key('Signed bounce addresses (BATV), when your MTA writes them.', batvSection()),
    localParts: key('Every local part that exists, when you can list them.', list(text('a local part'), 'local parts')),
  });
}

function batvSection() {
  return section({
    keys: must('The signing keys, each with its digit.', list(batvKey(), 'keys')),
    signsAll: keyOr(false, 'Every mail leaves with a tag, so that a bounce without one is suspect.', yesOrNo()),
  });
}

function batvKey(): v.GenericSchema<unknown, BatvKeyConfig> {
  return section({
    digit: must('The digit that names the key in `prvs=`.', wholeNumber('digits', 0, 9)),
    secret: must('Where the key is found: file: PATH or env: NAME.', secretPlace()),
  });
}

function dnsSection() {
  return section({
    servers: key(
      'Resolvers to ask, HOST or HOST:PORT; without it those of the system.',
      list(dnsServer(), 'resolvers'),
    ),
    zone: key('A zone file to ask instead of any resolver, as --dns zone:FILE does.', text('a path')),
    timeoutMs: keyOr(
      2000,
      'How long one try at one server may take, in milliseconds; there are two.',
      wholeNumber('milliseconds', 50, 60_000),
    ),
  });
}

function lockdownSection(): v.GenericSchema<unknown, LockdownConfig> {
  const parts = list(choice(LOCKDOWN_PARTS), 'parts');
  return section({
    mx: v.optional(mxChoice(), 'loopback'),
    skip: keyOr(['caa'], 'Parts that are left alone.', parts),
    ttlSeconds: keyOr(3600, 'TTL of the records that are written, in seconds.', wholeNumber('seconds', 60, 86_400)),
    rua: key(
      'Where DMARC aggregate reports go, as mailto: addresses of another domain.',
      list(mailto(), 'mailto: addresses'),
    ),
    auto: key(
      'Lock unused domains down when a scan finds them under attack; `true` for the mapping with its defaults.',
      autoSection(),
    ),
  });
}

function autoSection(): v.GenericSchema<unknown, AutoLockdownConfig> {
  const { threshold, perDay } = AUTO_DEFAULTS;
  return v.union(
    [
      v.pipe(
        v.boolean(),
        v.transform((enabled): AutoLockdownConfig => ({ enabled, ...AUTO_DEFAULTS })),
      ),
      section({
        enabled: keyOr(false, 'Off until you say so.', yesOrNo()),
        threshold: keyOr(
          threshold,
          'So much backscatter for a domain in the last seven days makes an attack.',
          wholeNumber('messages', 1, 1_000_000),
        ),
        perDay: keyOr(perDay, 'At most this many domains a day.', wholeNumber('domains', 1, 1000)),
      }),
    ],
    (issue) => `expected true, false or a mapping, got ${describeValue(issue.input)}`,
  );
}

/** YAML reads a bare `null` as nothing; here it is the name of a choice. */
function mxChoice() {
  return v.pipe(
    v.nullable(choice(MX_CHOICES)),
    v.description('What the MX record becomes: loopback, null (RFC 7505) or auto.'),
    v.transform((chosen) => chosen ?? 'null'),
  );
}

function dnsServer(): v.GenericSchema<string, string> {
  return parsed('a resolver: an address, with :PORT where it is not 53', (value) =>
    parseDnsServer(value) === null ? null : value,
  );
}

function mailto(): v.GenericSchema<string, string> {
  return parsed('a mailto: address', (value) => (/^mailto:[^\s@,;]+@[^\s@,;]+$/i.test(value) ? value : null));
}
