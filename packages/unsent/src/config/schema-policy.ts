import type { DomainName, IpAddress, IpPrefix } from '@unsent/dns';
import { parseDomainName, parseIp } from '@unsent/dns';
import * as v from 'valibot';
import { readListenAddress } from '../policyd/listen-address.ts';
import {
  choice,
  domainName,
  key,
  keyOr,
  list,
  network,
  parsed,
  section,
  text,
  wholeNumber,
  yesOrNo,
} from './schema-parts.ts';
import { describeValue } from './words.ts';

type Disposition = 'accept' | 'defer' | 'reject';

/** One identity as the file says it; null: as the preset says. */
export type IdentityPolicyConfig = {
  readonly check: boolean | null;
  readonly on: Readonly<Record<(typeof RESULTS)[number], Disposition | null>> | null;
  readonly onlyNullSender: boolean | null;
  readonly passRestriction: string | null;
};

/** What single recipients may have otherwise; null: as for all. */
export type PolicyOverrides = Pick<
  PolicyConfig,
  | 'helo'
  | 'mailFrom'
  | 'onlyNoMailRecords'
  | 'strictDomains'
  | 'skip'
  | 'forwarders'
  | 'trusted'
  | 'deadMx'
  | 'refusePrivateClients'
  | 'reasonMessage'
  | 'enhancedCodes'
> & { readonly preset: PolicyConfig['preset'] | null };

/** `policy` as the file says it; every null leaves the preset's own value. */
export type PolicyConfig = {
  readonly preset: 'observe' | 'standard' | 'strict';
  /** `unix:PATH` or `HOST:PORT`. */
  readonly listen: readonly string[] | null;
  /** Networks that may connect when `listen` reaches beyond this host. */
  readonly allow: readonly IpPrefix[] | null;
  readonly graceDays: number;
  readonly warmUp: boolean;
  readonly helo: IdentityPolicyConfig | null;
  readonly mailFrom: IdentityPolicyConfig | null;
  readonly onlyNoMailRecords: boolean | null;
  readonly strictDomains: readonly DomainName[] | null;
  readonly skip: readonly IpPrefix[] | null;
  readonly forwarders: readonly IpPrefix[] | null;
  readonly trusted: {
    readonly networks: readonly IpPrefix[] | null;
    readonly heloNames: readonly DomainName[] | null;
    readonly spfDomains: readonly DomainName[] | null;
    readonly ptrDomains: readonly DomainName[] | null;
  } | null;
  readonly deadMx: 'off' | 'header' | 'reject' | null;
  readonly refusePrivateClients: boolean | null;
  readonly header: {
    readonly kind: 'received-spf' | 'authentication-results' | 'none' | null;
    readonly receiver: string | null;
    readonly hideReceiver: boolean | null;
    readonly authservId: string | null;
  } | null;
  readonly prospective: IpAddress | null;
  readonly reportAddresses: readonly string[] | null;
  readonly reasonMessage: string | null;
  readonly enhancedCodes: boolean | null;
  readonly onError: 'accept' | 'defer' | null;
  readonly timeLimitMs: number | null;
  readonly trustTimeLimitMs: number | null;
  readonly maxVoidLookups: number | null;
  /** By address, or by domain for all below it. */
  readonly recipients: { readonly [addressOrDomain: string]: PolicyOverrides | null | undefined };
};

const PRESETS = ['observe', 'standard', 'strict'] as const;
const DEAD_MX = ['off', 'header', 'reject'] as const;
const HEADERS = ['received-spf', 'authentication-results', 'none'] as const;
const DISPOSITIONS = ['accept', 'defer', 'reject'] as const;
const RESULTS = ['pass', 'none', 'neutral', 'softfail', 'fail', 'temperror', 'permerror'] as const;

/** RFC 7208 §4.6.4 speaks of two void lookups; more than ten is no limit any more. */
const MAX_VOID_LOOKUPS = 10;

/** The schema of `policy`. */
export function policySection(): v.GenericSchema<unknown, PolicyConfig> {
  return section({
    preset: keyOr('standard', 'observe, standard or strict; single keys below override it.', choice(PRESETS)),
    listen: key('Where it listens: unix:PATH or HOST:PORT.', list(listenAddress(), 'sockets')),
    allow: key('Networks that may connect when it listens beyond this host.', networks()),
    graceDays: keyOr(
      7,
      'Days after which a domain that never sends is refused as sender.',
      wholeNumber('days', 0, 365),
    ),
    warmUp: keyOr(true, 'Answer made-up requests after the start, so that real ones are fast.', yesOrNo()),
    ...overridable(),
    header: key('The header that tells what was found.', headerSection()),
    prospective: key('Check as if this address had sent.', parsed('an address', parseIp)),
    reportAddresses: key(
      'Addresses that take reports for domains that never send.',
      list(text('an address'), 'addresses'),
    ),
    onError: key('What a fault of our own leads to: accept or defer.', choice(['accept', 'defer'])),
    timeLimitMs: key('Time for one identity, in milliseconds.', wholeNumber('milliseconds', 100, 100_000)),
    trustTimeLimitMs: key(
      'Time for the trusted hosts, in milliseconds; as long again for their PTR names.',
      wholeNumber('milliseconds', 100, 100_000),
    ),
    maxVoidLookups: key(
      'Void lookups before a permerror (RFC 7208 §4.6.4).',
      wholeNumber('lookups', 0, MAX_VOID_LOOKUPS),
    ),
    recipients: keyOr({}, 'Other settings for an address, or for a domain and all below it.', recipientsSection()),
  });
}

/** The keys that recipients may have for themselves. */
function overridable() {
  return {
    helo: key('How the HELO name is judged.', identitySection()),
    mailFrom: key('How the envelope sender is judged.', identitySection()),
    onlyNoMailRecords: key('Refuse a fail only when the whole record is `v=spf1 -all`.', yesOrNo()),
    strictDomains: key('Senders whose softfail and neutral count as fail.', domains()),
    skip: key('Clients that are not looked at; without it loopback.', networks()),
    forwarders: key('Forwarders and backup MX hosts: SPF says nothing about what they hand on.', networks()),
    trusted: key('Hosts whose mail is never refused for SPF.', trustedSection()),
    deadMx: key('Senders with a null MX or only loopback MX hosts: off, header or reject.', choice(DEAD_MX)),
    refusePrivateClients: key('Refuse clients in private networks too.', yesOrNo()),
    reasonMessage: key(
      'Text of a refusal; {result}, {identity}, {domain}, {client} and {reason} are filled in.',
      text('text'),
    ),
    enhancedCodes: key('Use 5.7.23 and 5.7.24 (RFC 7372) instead of 5.7.1.', yesOrNo()),
  };
}

function recipientsSection(): v.GenericSchema<unknown, PolicyConfig['recipients']> {
  const recipient = v.pipe(
    text('an address or a domain'),
    v.check(isRecipient, ({ input }) => `"${input}" is neither an address nor a domain`),
    v.toLowerCase(),
  );
  const own = section({ preset: key('observe, standard or strict.', choice(PRESETS)), ...overridable() });
  return v.record(recipient, v.nullable(own), (issue) => `expected a mapping, got ${describeValue(issue.input)}`);
}

function isRecipient(value: string): boolean {
  const at = value.lastIndexOf('@');
  return at !== 0 && !/\s/.test(value) && parseDomainName(value.slice(at + 1)) !== null;
}

function identitySection() {
  const disposition = (result: string) =>
    key(`What a ${result} leads to: accept, defer or reject.`, choice(DISPOSITIONS));
  return section({
    check: key('false: it is not looked up at all.', yesOrNo()),
    on: key(
      'What each result leads to.',
      section({
        pass: disposition('pass'),
        none: disposition('none'),
        neutral: disposition('neutral'),
        softfail: disposition('softfail'),
        fail: disposition('fail'),
        temperror: disposition('temperror'),
        permerror: disposition('permerror'),
      }),
    ),
    onlyNullSender: key('A refusal counts for the null sender alone.', yesOrNo()),
    passRestriction: key(
      'Restriction of main.cf to apply after a pass; never OK or permit, which would relay.',
      parsed('a restriction of main.cf that cannot relay', (value) =>
        /^\S+$/.test(value) && !mayRelay(value) ? value : null,
      ),
    ),
  });
}

function trustedSection() {
  return section({
    networks: key('By address.', networks()),
    heloNames: key('By HELO name, when its own addresses hold the client.', domains()),
    spfDomains: key('By domain whose SPF record the client passes.', domains()),
    ptrDomains: key('By PTR name that resolves back to the client.', domains()),
  });
}

function headerSection() {
  return section({
    kind: key('received-spf, authentication-results or none.', choice(HEADERS)),
    receiver: key('Your host name in the header.', text('a host name')),
    hideReceiver: key('Write `unknown` in its place.', yesOrNo()),
    authservId: key('Identity in Authentication-Results (RFC 8601 §2.5).', text('text')),
  });
}

const listenAddress = () =>
  parsed('unix:PATH or HOST:PORT', (value) => (readListenAddress(value) === null ? null : value));
const domains = () => list(domainName(), 'domain names');
const networks = () => list(network(), 'addresses and prefixes');

/** access(5): OK, a number and RELAY accept, and so do the permits: after SPF pass that is an open relay in waiting. */
export function mayRelay(action: string): boolean {
  return /^(ok|relay|\d+|permit\w*)\b/i.test(action);
}
