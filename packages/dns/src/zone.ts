import { type DomainName, parentOf } from './name.ts';
import { type DnsRecord, type Rdata, RR_TYPES, type RrType, recordKey } from './record.ts';
import {
  type Answer,
  type FailedAnswer,
  lowerTtl,
  MAX_CNAMES,
  type NegativeAnswer,
  type Resolver,
} from './resolver.ts';

/** A question that the zone answers with a failure: of one type, or of all when `type` is left out. */
export type ZoneFailure = {
  readonly name: DomainName;
  readonly type?: RrType;
  /** Default 'timeout'. */
  readonly cause?: FailedAnswer['cause'];
};

export type ZoneResolverOptions = {
  readonly failing?: readonly ZoneFailure[];
  /** `ttlSeconds` of negative answers; default 0, as when no SOA was given. */
  readonly negativeTtlSeconds?: number;
};

/** A resolver over a list of records; every answer comes at once. */
export interface ZoneResolver extends Resolver {
  resolve<T extends RrType>(name: DomainName, type: T): Answer<T>;
}

/** Answers by name, for each type; what is here needs no further thought. */
type Tables = { readonly [T in RrType]: Map<DomainName, Answer<T>> };

type Zone = {
  readonly tables: Tables;
  /** Every owner name and every name above one: RFC 4592 §2.2.2, an empty non-terminal exists. */
  readonly existing: ReadonlySet<DomainName>;
  /** Names of which every question fails. */
  readonly failing: ReadonlyMap<DomainName, FailedAnswer>;
  readonly nodata: NegativeAnswer;
  readonly nxdomain: NegativeAnswer;
};

/**
 * A resolver over a list of records, which may belong to any number of zones: for tests, and for looking at a planned
 * zone before it is published. CNAMEs are followed, wildcards synthesise as in RFC 4592, a CNAME loop is `servfail`.
 */
export function zoneResolver(records: Iterable<DnsRecord>, options: ZoneResolverOptions = {}): ZoneResolver {
  const zone = buildZone(records, options);
  return {
    resolve: (name, type) => zone.tables[type].get(name) ?? search(zone, name, type),
  };
}

function buildZone(records: Iterable<DnsRecord>, options: ZoneResolverOptions): Zone {
  const tables: Tables = {
    A: new Map(),
    AAAA: new Map(),
    MX: new Map(),
    TXT: new Map(),
    NS: new Map(),
    PTR: new Map(),
    CNAME: new Map(),
  };
  const existing = new Set<DomainName>();
  const keys = new Set<string>();
  for (const record of records) {
    const key = recordKey(record);
    // RFC 2181 §5: the same record twice is one record.
    if (!keys.has(key)) addRecord(tables, record);
    keys.add(key);
    for (let name: DomainName | null = record.name; name !== null && !existing.has(name); name = parentOf(name))
      existing.add(name);
  }
  const failing = new Map<DomainName, FailedAnswer>();
  for (const { name, type, cause = 'timeout' } of options.failing ?? []) {
    const failure: FailedAnswer = { kind: 'failure', cause, detail: `${name} is set to fail` };
    if (type === undefined) failing.set(name, failure);
    for (const failed of type === undefined ? RR_TYPES : [type]) tables[failed].set(name, failure);
  }
  const ttlSeconds = options.negativeTtlSeconds ?? 0;
  return {
    tables,
    existing,
    failing,
    nodata: { kind: 'nodata', ttlSeconds },
    nxdomain: { kind: 'nxdomain', ttlSeconds },
  };
}

function addRecord<T extends RrType>(tables: Tables, record: DnsRecord<T>): void {
  const table: Map<DomainName, Answer<T>> = tables[record.type];
  addData(table, record.name, record.data, record.ttlSeconds);
}

function addData<T extends RrType>(
  table: Map<DomainName, Answer<T>>,
  name: DomainName,
  data: Rdata[T],
  ttlSeconds: number,
): void {
  const known = table.get(name);
  if (known?.kind !== 'records') table.set(name, { kind: 'records', data: [data], ttlSeconds });
  else
    table.set(name, {
      kind: 'records',
      data: [...known.data, data],
      ttlSeconds: Math.min(known.ttlSeconds, ttlSeconds),
    });
}

/** The question was not answered by a record of just that name and type: CNAME, wildcard, or nothing. */
function search<T extends RrType>(zone: Zone, name: DomainName, type: T): Answer<T> {
  let asked = name;
  let ttlSeconds = Number.POSITIVE_INFINITY;
  for (let step = 0; step <= MAX_CNAMES; step++) {
    const owner = ownerOf(zone, asked);
    if (owner === null) return lowerTtl(zone.nxdomain, ttlSeconds);
    const answer = zone.tables[type].get(owner) ?? zone.failing.get(owner);
    if (answer !== undefined) return lowerTtl(answer, ttlSeconds);
    const alias = zone.tables.CNAME.get(owner) ?? zone.nodata;
    if (alias.kind !== 'records') return lowerTtl(alias, ttlSeconds);
    ttlSeconds = Math.min(ttlSeconds, alias.ttlSeconds);
    asked = alias.data[0] ?? asked;
  }
  return { kind: 'failure', cause: 'servfail', detail: `more than ${MAX_CNAMES} CNAMEs from ${name}` };
}

/** The name whose records answer for `name`: itself, the wildcard that covers it (RFC 4592 §3.3.1), or null. */
function ownerOf(zone: Zone, name: DomainName): DomainName | null {
  if (zone.existing.has(name) || zone.failing.has(name)) return name;
  for (let encloser = parentOf(name); encloser !== null; encloser = parentOf(encloser)) {
    if (!zone.existing.has(encloser)) continue;
    // The closest encloser decides: a wildcard further up does not reach below it.
    const wildcard = `*.${encloser}` as DomainName;
    return zone.existing.has(wildcard) ? wildcard : null;
  }
  return null;
}
