import type { DomainName, IpAddress, IpPrefix } from '@unsent/dns';
import type { SpfResult } from '@unsent/spf';

/** What a result leads to. `accept` lets Postfix go on; the header says what was found. */
export type Disposition = 'accept' | 'defer' | 'reject';

export type Dispositions = { readonly [R in SpfResult]: Disposition };

/** How one identity (RFC 7208 §2.3 HELO, §2.4 MAIL FROM) is judged. */
export type IdentityPolicy = {
  /** False: it is not looked up at all. */
  readonly isChecked: boolean;
  readonly on: Dispositions;
  /** A refusal counts for the null sender alone (policyd-spf's `HELO_reject = Null`). */
  readonly onlyNullSender: boolean;
  /** A restriction of main.cf that Postfix shall apply after a pass; never `OK` or `permit`, which would relay. */
  readonly passRestriction: string | null;
};

/** Hosts whose mail is never refused for SPF, and why each kind is safe. */
export type TrustedHosts = {
  readonly networks: readonly IpPrefix[];
  /** HELO names whose own addresses hold the client. */
  readonly heloNames: readonly DomainName[];
  /** Domains whose SPF record the client passes. */
  readonly spfDomains: readonly DomainName[];
  /** Domains that hold the client's PTR name, once that name's address is the client (RFC 7208 §5.5). */
  readonly ptrDomains: readonly DomainName[];
};

export type HeaderPolicy = {
  readonly kind: 'received-spf' | 'authentication-results' | 'none';
  /** Our host name, as `receiver=` and in explanations; hidden it reads `unknown`. */
  readonly receiver: string;
  readonly isReceiverHidden: boolean;
  /** RFC 8601 §2.5. */
  readonly authservId: string;
};

export type PresetName = 'observe' | 'standard' | 'strict';

/** Everything `decide` goes by besides the request and the answers. Durations in milliseconds. */
export type Policy = {
  readonly preset: PresetName;
  /** Refuses nothing; the decision says what would have been done. */
  readonly isObserving: boolean;
  readonly helo: IdentityPolicy;
  readonly mailFrom: IdentityPolicy;
  /** A fail refuses only when the whole record is `v=spf1 -all` (policyd-spf's `No_Mail`). */
  readonly onlyNoMailRecords: boolean;
  /** Senders whose softfail and neutral count as fail (`Reject_Not_Pass_Domains`). */
  readonly strictDomains: readonly DomainName[];
  /** Clients that are not looked at: loopback, our own relays. */
  readonly skip: readonly IpPrefix[];
  /** Forwarders and backup MX hosts: SPF of what they hand on says nothing about them. */
  readonly forwarders: readonly IpPrefix[];
  readonly trusted: TrustedHosts;
  /** A sender domain that can take no answer: null MX (RFC 7505 §4.2) or loopback MX only. */
  readonly deadMx: 'off' | 'header' | 'reject';
  /** Behind NAT or a container bridge every client is private, so that refusing one refuses all. */
  readonly refusesPrivateClients: boolean;
  readonly header: HeaderPolicy;
  /** Check as if this address had sent: what our relay will meet further on. No header then. */
  readonly prospective: IpAddress | null;
  /** Addresses that take mail for a domain that never sends: its rua and ruf. As `addressKey` writes them. */
  readonly reportAddresses: ReadonlySet<string>;
  /** `{result}`, `{identity}`, `{domain}`, `{client}`, `{reason}` are filled in. */
  readonly reasonMessage: string;
  /** RFC 7372 codes (5.7.23, 5.7.24); off: 5.7.1. */
  readonly hasEnhancedCodes: boolean;
  readonly onError: 'accept' | 'defer';
  readonly timeLimitMs: number;
  readonly trustTimeLimitMs: number;
  readonly maxVoidLookups: number;
};

const ACCEPT_ALL: Dispositions = {
  pass: 'accept',
  none: 'accept',
  neutral: 'accept',
  softfail: 'accept',
  fail: 'accept',
  temperror: 'accept',
  permerror: 'accept',
};

/** Refuses what the domain's owner asked to have refused, and nothing else (RFC 7208 §8.4). */
const REJECT_FAIL: Dispositions = { ...ACCEPT_ALL, fail: 'reject' };

/** RFC 7208 §8.6, §8.7: a receiver may defer a temperror and refuse a permerror. */
const REJECT_ERRORS: Dispositions = { ...REJECT_FAIL, temperror: 'defer', permerror: 'reject' };

const PRESETS: { readonly [P in PresetName]: { readonly on: Dispositions; readonly isObserving: boolean } } = {
  observe: { on: REJECT_FAIL, isObserving: true },
  standard: { on: REJECT_FAIL, isObserving: false },
  strict: { on: REJECT_ERRORS, isObserving: false },
};

/** The whole policy of a preset; `receiver` is our host name. Callers override single keys by spreading. */
export function presetPolicy(preset: PresetName, receiver: string): Policy {
  const { on, isObserving } = PRESETS[preset];
  const identity: IdentityPolicy = { isChecked: true, on, onlyNullSender: false, passRestriction: null };
  return {
    preset,
    isObserving,
    helo: identity,
    mailFrom: identity,
    onlyNoMailRecords: false,
    strictDomains: [],
    skip: [],
    forwarders: [],
    trusted: { networks: [], heloNames: [], spfDomains: [], ptrDomains: [] },
    deadMx: 'header',
    refusesPrivateClients: false,
    header: { kind: 'received-spf', receiver, isReceiverHidden: false, authservId: receiver },
    prospective: null,
    reportAddresses: new Set(),
    reasonMessage: 'SPF {result}: {reason}',
    hasEnhancedCodes: true,
    onError: 'accept',
    timeLimitMs: 20_000,
    trustTimeLimitMs: 10_000,
    maxVoidLookups: 2,
  };
}
