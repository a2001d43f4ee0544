import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Answer,
  type DomainName,
  type IpText,
  parseDomainName,
  parseIp,
  type Rdata,
  type Resolver,
  type RrType,
} from '@unsent/dns';
import type { SenderQuery } from '@unsent/spf';
import { sharedDir } from './require.ts';

/** The public suites of SPF test cases, as they lie beside the project. */
export type Scenario = { readonly description: string; readonly zone: SuiteZone; readonly tests: readonly SuiteCase[] };

export type SuiteCase = {
  readonly name: string;
  readonly ip: string;
  readonly helo: string;
  readonly mailfrom: string;
  /** Any of these is right. */
  readonly result: readonly string[];
  /** `DEFAULT`: none is published. */
  readonly explanation?: string;
};

export type SuiteZone = Readonly<Record<string, SuiteNode>>;

type SuiteNode = {
  readonly A?: readonly IpText[];
  readonly AAAA?: readonly IpText[];
  readonly MX?: readonly (readonly [number, string])[];
  readonly TXT?: readonly Rdata['TXT'][];
  readonly PTR?: readonly string[];
  readonly CNAME?: string;
  /** The types that get no answer, or all. */
  readonly TIMEOUT?: true | readonly string[];
  readonly SERVFAIL?: true;
};

export function readSuite(name: string): readonly Scenario[] {
  const scenarios: readonly Scenario[] = JSON.parse(
    readFileSync(join(sharedDir, 'spf', 'suites', `${name}-tests.json`), 'utf8'),
  );
  return scenarios;
}

export function queryOf({ ip, helo, mailfrom }: SuiteCase): SenderQuery {
  const address = parseIp(ip);
  if (address === null) throw new Error(`the suite's client ${ip} is no address`);
  return { ip: address, sender: mailfrom, helo, receiver: '', now: new Date(0) };
}

/** A resolver over a suite's zone. Names with spaces are in there, which is why it is not `zoneResolver`. */
export function suiteResolver(zone: SuiteZone): Resolver {
  const nodes = new Map(Object.entries(zone).map(([name, node]) => [withoutDot(name.toLowerCase()), node]));
  return { resolve: (name, type) => lookup(nodes, name, type, 0) };
}

/** The same answers, each a promise. */
export function laterResolver(resolver: Resolver): Resolver {
  return { resolve: async (name, type, signal) => resolver.resolve(name, type, signal) };
}

function lookup<T extends RrType>(
  nodes: ReadonlyMap<string, SuiteNode>,
  name: string,
  type: T,
  depth: number,
): Answer<T> {
  const node = nodes.get(withoutDot(name.toLowerCase()));
  if (node === undefined) return { kind: 'nxdomain', ttlSeconds: 0 };
  if (node.SERVFAIL === true) return { kind: 'failure', cause: 'servfail', detail: name };
  const data = dataOf(node)[type];
  if (data.length > 0) return { kind: 'records', data, ttlSeconds: 0 };
  if (node.TIMEOUT === true || node.TIMEOUT?.includes(type) === true) {
    return { kind: 'failure', cause: 'timeout', detail: name };
  }
  if (node.CNAME === undefined) return { kind: 'nodata', ttlSeconds: 0 };
  if (depth > 8) return { kind: 'failure', cause: 'servfail', detail: `${name}: a loop of CNAMEs` };
  return lookup(nodes, node.CNAME, type, depth + 1);
}

function dataOf(node: SuiteNode): { readonly [T in RrType]: readonly Rdata[T][] } {
  return {
    A: node.A ?? [],
    AAAA: node.AAAA ?? [],
    MX: (node.MX ?? []).map(([preference, exchange]) => ({ preference, exchange: parseDomainName(exchange) ?? '.' })),
    TXT: node.TXT ?? [],
    PTR: (node.PTR ?? []).map(parseDomainName).filter((name): name is DomainName => name !== null),
    NS: [],
    CNAME: [],
  };
}

function withoutDot(name: string): string {
  return name.endsWith('.') ? name.slice(0, -1) : name;
}
