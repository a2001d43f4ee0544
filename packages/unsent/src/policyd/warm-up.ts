import { hostname } from 'node:os';
import { type DnsServer, parseDomainName } from '@unsent/dns';
import { createPolicyServer, createTally, type DecisionCount, type PolicyServer, type Tally } from '@unsent/policyd';
import type { Config } from '../config.ts';
import { resolverOf } from '../resolver.ts';
import { type Knowledge, knowledgeOf } from './knowledge.ts';
import { lockedTableBuilder } from './locked-table.ts';
import { createLogSink, type LogFormat } from './log-sink.ts';
import { createMeter } from './meter.ts';
import { newHealth, serviceOf } from './service.ts';
import { type AskLimits, askAllKinds } from './warm-up-client.ts';
import { openWarmUpDns } from './warm-up-dns.ts';
import { WARM_UP_PARKED } from './warm-up-mail.ts';

export type WarmUpOptions = {
  readonly config: Config;
  readonly logFormat: LogFormat;
  readonly now: () => Date;
  /** Ends it early. */
  readonly signal: AbortSignal;
  /** True while real requests come: the made-up ones wait then. */
  readonly isBusy: () => boolean;
  /** It ends at whichever is met first. */
  readonly limits?: { readonly requests: number; readonly ms: number };
};

/** What was done: how many requests, in which time, and what was decided. */
export type WarmedUp = {
  readonly requests: number;
  readonly ms: number;
  readonly decisions: readonly DecisionCount[];
};

/** Where the gain flattens: V8 has compiled most of what a request runs through. */
const USUAL_LIMITS = { requests: 60_000, ms: 10_000 };
/**
 * Services that are warmed side by side. With one alone V8 would compile code for its very objects, and throw it away
 * when the real service comes with its own.
 */
const SERVICES = 2;
/**
 * How often all of it is put together and taken apart: what the end of a service or of a connection changes makes V8
 * throw code away, too, and what it compiles after the first end it keeps.
 */
const ROUNDS = 3;
/**
 * What the memories hold, and the counts by name: little, so that to forget and to overflow is compiled too. Code that
 * V8 has not seen run ends what it compiled around it, in the middle of the first load.
 */
const MEMORY = { dnsNames: 1_100, records: 32, namedDomains: 64 };
/** Then the configuration is taken anew, as in a reload: the real service meets its first policy, too. */
const RELOAD_AFTER_MS = 200;

/**
 * Answers made-up requests until V8 has compiled what a request runs through: interpreted code takes several times as
 * long. It goes on beside the real service, which nobody has to wait for, in the moments that real requests leave.
 *
 * All of it is thrown away: services, memories and counts of their own, a name server of their own on this host, a log
 * that goes nowhere.
 */
export async function warmUp(options: WarmUpOptions): Promise<WarmedUp> {
  const startedMs = performance.now();
  const { requests: most, ms } = options.limits ?? USUAL_LIMITS;
  const decisions: DecisionCount[] = [];
  let requests = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const { signal, isBusy } = options;
    const limits = { requests: most / ROUNDS / SERVICES, untilMs: startedMs + ms, signal, isBusy };
    requests += await rehearse(options, limits, decisions);
  }
  return { requests, ms: performance.now() - startedMs, decisions };
}

/** From the first connection to the last; resolves to the number of requests. */
async function rehearse(options: WarmUpOptions, limits: AskLimits, decisions: DecisionCount[]): Promise<number> {
  const dns = await openWarmUpDns();
  const services: Service[] = [];
  try {
    while (services.length < SERVICES) services.push(await openService(options, dns.server));
    const asked = await Promise.all(services.map(({ port }) => askAllKinds(port, limits)));
    for (const { tally } of services) decisions.push(...(tally.drain()?.decisions ?? []));
    return asked.reduce((sum, one) => sum + one, 0);
  } finally {
    for (const service of services) await service.close();
    dns.close();
  }
}

/** Warms up and says so in one line; a fault there is no reason not to serve. */
export async function warmUpAndTell(warm: () => Promise<WarmedUp>): Promise<string> {
  try {
    const { requests, ms, decisions } = await warm();
    const faults = decisions.filter(({ rule }) => rule === 'error').reduce((sum, { count }) => sum + count, 0);
    const told = faults === 0 ? '' : `; ${faults} of them met a fault of unsent`;
    return `warmed up: ${requests} made-up requests in ${Math.round(ms)} ms${told}`;
  } catch (error) {
    return `not warmed up, the first answers take longer: ${error instanceof Error ? error.message : error}`;
  }
}

type Service = { readonly port: number; readonly tally: Tally; close(): Promise<void> };

async function openService({ config, logFormat, now }: WarmUpOptions, dns: DnsServer): Promise<Service> {
  const closers: (() => void | Promise<void>)[] = [];
  const { tally } = createMeter(createTally(MEMORY.namedDomains));
  const known = warmUpConfig(config);
  const knowledge = warmUpKnowledge(known, now());
  const server = createPolicyServer(
    serviceOf({
      resolver: resolverOf([dns], config, now, (close) => closers.push(close), MEMORY.dnsNames),
      recordCacheEntries: MEMORY.records,
      knowledge,
      tally,
      log: createLogSink(() => {}, logFormat, now),
      health: newHealth(),
      now,
      mayConnect: (address) => address !== null,
    }),
  );
  const port = await listen(server);
  const reload = setTimeout(() => knowledge.useConfig(known), RELOAD_AFTER_MS);
  return {
    port,
    tally,
    close: async () => {
      clearTimeout(reload);
      await server.close();
      for (const close of closers) await close();
    },
  };
}

async function listen(server: PolicyServer): Promise<number> {
  const address = (await server.listen({ host: '127.0.0.1', port: 0 })).address();
  if (typeof address !== 'object' || address === null) throw new Error('no port to warm up at');
  return address.port;
}

/** The configuration with a domain that never sends in place of its own: there may be a million, and none is asked about. */
function warmUpConfig(config: Config): Config {
  const name = parseDomainName(WARM_UP_PARKED);
  const unused = name === null ? [] : [{ name, since: null }];
  return { ...config, domains: { ...config.domains, sending: [], receiving: [], unused } };
}

/** What `config` says, and another domain that never sends because it is locked. */
function warmUpKnowledge(config: Config, now: Date): Knowledge {
  const knowledge = knowledgeOf(config, hostname());
  const locked = lockedTableBuilder();
  locked.add('locked.example', now.getTime());
  // As it comes from the thread of the database: a copy.
  knowledge.useLocked({ kind: 'table', table: structuredClone(locked.build()) });
  return knowledge;
}
