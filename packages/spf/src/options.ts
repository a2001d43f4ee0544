import type { Answer, DomainName, IpAddress, RrType } from '@unsent/dns';
import type { SpfRecord } from './ast.ts';
import type { RecordCache } from './record-cache.ts';

/** Everything `checkHost` may depend on. `domain` is unparsed: a malformed one is the outcome 'none' (RFC 7208 §4.3). */
export type SpfQuery = {
  readonly ip: IpAddress;
  readonly domain: string;
  /** The address whose identity is checked, `%{s}`; without a local part `postmaster` is used (RFC 7208 §4.3). */
  readonly sender: string;
  readonly helo: string;
  /** `%{r}`, seen in explanations only; `''` is written `unknown`. */
  readonly receiver: string;
  /** `%{t}`, seen in explanations only. */
  readonly now: Date;
};

/** All off by default; the defaults are RFC 7208 to the letter. */
export type SpfOptions = {
  readonly limits?: Partial<SpfLimits>;
  /**
   * `rfc` counts each empty answer (RFC 7208 §4.6.4). `dual-stack` forgives an `a` whose name has addresses of the
   * other family only; it asks one question more to know.
   */
  readonly voidCounting?: 'rfc' | 'dual-stack';
  /** Builds `outcome.trace`. */
  readonly trace?: boolean;
  /**
   * A local policy as pyspf and libspf2 define it, made with `parseSpf('v=spf1 ip4:192.0.2.1')`: its directives are
   * evaluated after the last passing one of the domain's record, so before `-all` or the default. A record that lets
   * nobody pass (`v=spf1 -all`) gets none.
   */
  readonly localPolicy?: SpfRecord;
  /** The record to use instead of asking DNS, for the checked domain, includes and redirects; null: ask. */
  readonly override?: (domain: DomainName) => string | null;
  /** The record to use where a domain publishes none; null: there is none. */
  readonly fallback?: (domain: DomainName) => string | null;
  /** Parsed records kept between checks; see `createRecordCache`. */
  readonly recordCache?: RecordCache;
  /** The check ends with temperror when it has taken `ms` (RFC 7208 §4.6.4 wants at least 20 seconds). */
  readonly timeLimit?: { readonly ms: number; readonly clock: Clock };
  /** Hears of each answer, a failure too, before the check goes on with it. Must not throw. */
  readonly onAnswer?: (answer: Answer<RrType>) => void;
  /** Handed to the resolver; when it aborts the check ends with temperror. */
  readonly signal?: AbortSignal;
};

export type SpfLimits = {
  /** Terms that ask DNS. Default 10 (RFC 7208 §4.6.4). */
  readonly lookups: number;
  /** Empty answers. Default 2 (RFC 7208 §4.6.4). */
  readonly voids: number;
  /** Hosts of one `mx`; more are a permerror. Default 10 (RFC 7208 §4.6.4). */
  readonly mx: number;
  /** Names of one PTR answer that are looked at; the rest are ignored. Default 10 (RFC 7208 §4.6.4). */
  readonly ptr: number;
  /** Questions to the resolver altogether. Default what the limits above allow (123), so it binds only when lowered. */
  readonly queries: number;
};

/** The time, injected: this package reads no clock and sets no timer of its own. */
export type Clock = {
  /** Milliseconds, monotonic. */
  now(): number;
  /** Calls `callback` once after `ms`; the returned function calls it off. */
  after(ms: number, callback: () => void): () => void;
};
