/** What `unsent report` tells: plain JSON, printed as it is by `--json`. Moments are ISO 8601, days `2026-11-23`; both UTC. */
export type ReportData = {
  /** Grows when a key changes its meaning or goes; new keys may come at any time. */
  readonly format: 1;
  readonly generatedAt: string;
  /** The first hour that counts; null: everything that is known. */
  readonly since: string | null;
  /** The first hour that no longer counts. */
  readonly until: string;
  /** The only domain it is about; null for all. */
  readonly domain: string | null;
  readonly totals: ReportTotals;
  /** Most messages first; at most 1,000. */
  readonly domains: readonly ReportDomain[];
  /** Each day from the first with a message (or `since`) to the last, over all domains. */
  readonly days: readonly ReportDay[];
  readonly writes: readonly ReportWrite[];
  /** Of backscatter alone, the most frequent first, at most 10. */
  readonly reporters: readonly ReportCount[];
  readonly injectors: readonly ReportInjector[];
  readonly networks: readonly ReportInjector[];
  readonly forged: readonly ReportCount[];
  readonly evidence: readonly ReportRule[];
  readonly policy: ReportPolicy;
  /** DMARC reports. */
  readonly aggregateReports: ReportAggregates;
  /** SMTP TLS reports. */
  readonly tlsReports: ReportsMet;
};

export type ReportCount = { readonly name: string; readonly count: number };

/** `backscatter`, `genuine` and `unknown` are verdicts about bounces and automatic answers. */
type ReportTotals = {
  readonly messages: number;
  readonly bounces: number;
  readonly backscatter: number;
  readonly genuine: number;
  readonly unknown: number;
  /** Backscatter by a decisive fact. */
  readonly decisive: number;
  readonly firstSeen: string | null;
  readonly lastSeen: string | null;
};

/** `name` null: messages that are about no domain of ours. */
export type ReportDomain = ReportTotals & {
  readonly name: string | null;
  readonly use: 'unused' | 'receiving' | 'sending' | 'locked' | null;
  /** Backscatter of each of the report's `days`; empty but for the 12 domains with the most backscatter. */
  readonly backscatterByDay: readonly number[];
  /** The newest bounces and automatic answers, at most 25; empty but for those 12 domains. */
  readonly newest: readonly ReportMessage[];
};

export type ReportDay = {
  readonly day: string;
  readonly messages: number;
  readonly bounces: number;
  readonly backscatter: number;
};

/** A write to DNS in the time of the report, the oldest first, and whether the flood went down behind it. */
export type ReportWrite = {
  /** The entry of `unsent journal`. */
  readonly id: string;
  readonly kind: 'lockdown' | 'unlock' | 'spf';
  readonly zone: string;
  readonly at: string;
  readonly isUndone: boolean;
  /** Backscatter of the zone and the domains below it in so many whole hours before and after; null before a day has passed. */
  readonly effect: { readonly hours: number; readonly before: number; readonly after: number } | null;
};

export type ReportInjector = ReportCount & { readonly spf: readonly ReportCount[] };

/** How often a rule spoke; `says` is its sentence. */
type ReportRule = ReportCount & { readonly says: string | null };

export type ReportMessage = {
  readonly arrivedAt: string;
  readonly kind: string;
  readonly backscatter: string;
  readonly decisive: boolean;
  readonly localPart: string | null;
  readonly reporter: string | null;
  readonly origin: string | null;
  readonly spf: string | null;
  readonly evidence: readonly string[];
  readonly place: string;
  readonly messageId: string | null;
  readonly subject: string | null;
};

/** What the policy daemon counted; kept for 90 days. */
export type ReportPolicy = {
  readonly requests: number;
  readonly refused: number;
  /** Would have been, had it not only observed. */
  readonly wouldRefuse: number;
  /** Refusals by rule. */
  readonly byRule: readonly ReportCount[];
  /** The domains refused most; empty when the report is about one domain. */
  readonly refusedDomains: readonly ReportCount[];
  /** Sender domains by how their SPF record ends; null when the report is about one domain of ours. */
  readonly strictness: readonly ReportCount[] | null;
  /** Records that cannot be used, the most seen first, at most 10. */
  readonly broken: readonly (ReportCount & { readonly problem: string | null })[];
};

/** Reports that receivers sent us. */
type ReportsMet = { readonly count: number; readonly firstSeen: string | null; readonly lastSeen: string | null };

/** `senders` are those that are known by name. */
type ReportAggregates = ReportsMet & { readonly senders: readonly ReportCount[] };
