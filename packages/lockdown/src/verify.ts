import {
  type Answer,
  type DomainName,
  isRrType,
  parentOf,
  type Rdata,
  type Resolver,
  type RrType,
  zoneResolver,
} from '@unsent/dns';
import type { ChangePlan } from './change.ts';
import { lockedNames, modelledRecords, type Proof, proveNames } from './proof.ts';
import type { WantedRecord } from './zone.ts';

/** One server to ask; `label` is what people call it. */
export type NamedServer = { readonly label: string; readonly resolver: Resolver };

/** What a server should answer: the texts of all records of a name and type, none when there should be none. */
export type Expectation = { readonly name: DomainName; readonly type: RrType; readonly texts: readonly string[] };

/** One answer that differs from what is expected. `found` is null when there was no answer. */
export type Mismatch = {
  readonly expectation: Expectation;
  readonly found: readonly string[] | null;
  readonly detail: string;
};

export type ServerReport = {
  readonly server: string;
  readonly mismatches: readonly Mismatch[];
  /** `checkHost` over this server's own answers. */
  readonly proof: Proof;
  readonly isAsPlanned: boolean;
};

export type Verification = {
  readonly servers: readonly ServerReport[];
  readonly expectations: readonly Expectation[];
  /** Touched records of types that DNS was not asked for. */
  readonly notAsked: readonly string[];
  /** True when there is at least one server and all answer as planned. */
  readonly isVerified: boolean;
};

/** Asks every server for everything the plan touched, and `checkHost` through it. Never rejects for a DNS outcome. */
export async function verifyPlan(plan: ChangePlan, servers: readonly NamedServer[], now: Date): Promise<Verification> {
  const { expectations, notAsked } = expectationsOf(plan);
  const touched = new Set<string>(expectations.map(({ name }) => name));
  const names = lockedNames(plan).filter((name) => touched.has(name) || touched.has(starOf(name)));
  const reports = await Promise.all(servers.map((server) => askServer(server, expectations, names, now)));
  return {
    servers: reports,
    expectations,
    notAsked,
    isVerified: reports.length > 0 && reports.every(({ isAsPlanned }) => isAsPlanned),
  };
}

/** How long an answer from before may live on in caches; null when nothing was there that could be cached. */
export function cachesFollowWithinSeconds(plan: ChangePlan): number | null {
  const ttls = plan.changes.flatMap((change) =>
    change.op === 'create' ? [] : [change.op === 'replace' ? change.before.ttlSeconds : change.record.ttlSeconds],
  );
  // Cloudflare's 1 means automatic, which is served as 300.
  return ttls.length === 0 ? null : Math.max(...ttls.map((ttl) => (ttl === 1 ? 300 : ttl)));
}

/** Every touched name and type, with the answer the planned zone gives. */
export function expectationsOf(plan: ChangePlan): {
  readonly expectations: readonly Expectation[];
  readonly notAsked: readonly string[];
} {
  const planned = zoneResolver(modelledRecords(plan.after));
  const seen = new Set<string>();
  const expectations: Expectation[] = [];
  const notAsked: string[] = [];
  for (const change of plan.changes) {
    const { name, type }: WantedRecord = change.op === 'replace' ? change.after : change.record;
    if (seen.has(`${name} ${type}`)) continue;
    seen.add(`${name} ${type}`);
    if (!isRrType(type)) notAsked.push(`${type} ${name}`);
    else expectations.push({ name, type, texts: textsOf(planned.resolve(name, type)) ?? [] });
  }
  return { expectations, notAsked };
}

async function askServer(
  { label, resolver }: NamedServer,
  expectations: readonly Expectation[],
  names: readonly DomainName[],
  now: Date,
): Promise<ServerReport> {
  const mismatches: Mismatch[] = [];
  for (const expectation of expectations) {
    const answer = await resolver.resolve(expectation.name, expectation.type);
    const found = textsOf(answer);
    if (found !== null && found.join('\n') === expectation.texts.join('\n')) continue;
    const detail = answer.kind === 'failure' ? `${answer.cause}: ${answer.detail}` : answer.kind;
    mismatches.push({ expectation, found, detail });
  }
  const proof = await proveNames(names, resolver, now);
  return { server: label, mismatches, proof, isAsPlanned: mismatches.length === 0 && proof.holds };
}

/** Sorted, so that the order of an answer means nothing; null when there was no answer. */
function textsOf<T extends RrType>(answer: Answer<T>): readonly string[] | null {
  if (answer.kind === 'failure') return null;
  if (answer.kind !== 'records') return [];
  return answer.data.map(rdataAsText).sort();
}

/** Data as people read it: `0 loopback.example.com`, `"v=spf1 -all"`. How TXT strings are cut means nothing here. */
export function rdataAsText(data: Rdata[RrType]): string {
  if (typeof data === 'string') return data;
  return 'exchange' in data ? `${data.preference} ${data.exchange}` : `"${data.join('')}"`;
}

function starOf(sample: DomainName): string {
  return `*.${parentOf(sample) ?? ''}`;
}
