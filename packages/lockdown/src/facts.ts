import { type DomainName, isSubdomainOf, parentOf, parseDomainName } from '@unsent/dns';
import { isSpfText } from './kinds.ts';
import { isType, txtOf, type ZoneRecord, type ZoneSnapshot } from './zone.ts';

/** A name at or below which the zone's own records are not answered with. */
type Cut = { readonly name: DomainName; readonly type: 'NS' | 'DNAME' };

/** A zone, seen by name. */
export type ZoneFacts = {
  readonly zone: DomainName;
  readonly names: ReadonlyMap<DomainName, readonly ZoneRecord[]>;
  /** Where another zone begins: names with NS records other than the apex, and DNAME owners. */
  readonly cuts: readonly Cut[];
  /** In-zone targets of MX records, with the names that point at them. */
  readonly mxTargets: ReadonlyMap<DomainName, readonly DomainName[]>;
};

/** Reads a snapshot into the shape the planner asks questions of. */
export function zoneFacts(snapshot: ZoneSnapshot): ZoneFacts {
  const names = new Map<DomainName, ZoneRecord[]>();
  const mxTargets = new Map<DomainName, DomainName[]>();
  const cuts: Cut[] = [];
  for (const record of snapshot.records) {
    const here = names.get(record.name);
    if (here === undefined) names.set(record.name, [record]);
    else here.push(record);
    if (record.type === 'NS' && record.name !== snapshot.zone) cuts.push({ name: record.name, type: 'NS' });
    if (record.type === 'DNAME') cuts.push({ name: record.name, type: 'DNAME' });
    if (isType(record, 'MX') && record.data.exchange !== '.' && isSubdomainOf(record.data.exchange, snapshot.zone)) {
      mxTargets.set(record.data.exchange, [...(mxTargets.get(record.data.exchange) ?? []), record.name]);
    }
  }
  return { zone: snapshot.zone, names, cuts, mxTargets };
}

/** The records at one name, of one type when given. */
export function recordsAt(facts: ZoneFacts, name: DomainName, type?: string): readonly ZoneRecord[] {
  const here = facts.names.get(name) ?? [];
  return type === undefined ? here : here.filter((record) => record.type === type);
}

/** `label.zone`; the label is ours and short, so that it always fits. */
export function below(label: string, zone: DomainName): DomainName {
  const name = parseDomainName(`${label}.${zone}`);
  if (name === null) throw new RangeError(`${label}.${zone} is longer than a domain name may be`);
  return name;
}

/** Why no record can stand at `name`, or null when one can. `besideCname` names may have their CNAME replaced. */
export function whyBlocked(
  facts: ZoneFacts,
  name: DomainName,
  replaceCnamesAt: ReadonlySet<DomainName>,
): string | null {
  const cut = cutAbove(facts, name);
  if (cut !== null) return whatCuts(cut);
  // RFC 1034 §3.6.2: nothing stands beside a CNAME. At the apex a provider that stores one flattens it.
  if (name === facts.zone || replaceCnamesAt.has(name)) return null;
  const cname = recordsAt(facts, name, 'CNAME')[0];
  return cname !== undefined && isType(cname, 'CNAME') ? `${name} is a CNAME to ${cname.data}` : null;
}

/** The cut that `name` lies at or below; a DNAME redirects only what is below it (RFC 6672 §2.4). */
export function cutAbove(facts: ZoneFacts, name: DomainName): Cut | null {
  const above = facts.cuts.find((cut) => isSubdomainOf(name, cut.name) && (cut.type === 'NS' || name !== cut.name));
  return above ?? null;
}

/** A cut in words: `dev.example.com is delegated elsewhere`. */
export function whatCuts({ name, type }: Cut): string {
  return `${name} is ${type === 'NS' ? 'delegated elsewhere' : 'a DNAME'}`;
}

/** Names below the apex, outside every cut, that have an address of their own. */
export function hostNames(facts: ZoneFacts): readonly DomainName[] {
  return [...facts.names.keys()]
    .filter((name) => name !== facts.zone && cutAbove(facts, name) === null)
    .filter((name) => recordsAt(facts, name, 'A').length + recordsAt(facts, name, 'AAAA').length > 0)
    .sort();
}

/**
 * True if a subdomain manages its own mail: it has MX records or an SPF record that names senders.
 *
 * A null MX (RFC 7505) and a bare `-all` say the contrary.
 */
export function hasOwnMail(facts: ZoneFacts, name: DomainName): boolean {
  return recordsAt(facts, name).some((record) => {
    if (isType(record, 'MX')) return record.data.exchange !== '.';
    const text = txtOf(record);
    return text !== null && isSpfText(text) && !/^v=spf1 +-all *$/i.test(text);
  });
}

/** Names below the apex, outside every cut, that manage their own mail. */
export function ownMailNames(facts: ZoneFacts): readonly DomainName[] {
  return [...facts.names.keys()]
    .filter((name) => name !== facts.zone && cutAbove(facts, name) === null && hasOwnMail(facts, name))
    .sort();
}

/** True if a query for `name` would be answered from `*.zone`: the name and what is below it do not exist (RFC 4592 §2.2.1). */
export function isUnderApexWildcard(facts: ZoneFacts, name: DomainName): boolean {
  if (name === facts.zone || !isSubdomainOf(name, facts.zone)) return false;
  for (let up: DomainName | null = name; up !== null && up !== facts.zone; up = parentOf(up)) {
    if (existsAtOrBelow(facts, up)) return false;
  }
  return true;
}

function existsAtOrBelow(facts: ZoneFacts, name: DomainName): boolean {
  for (const other of facts.names.keys()) if (isSubdomainOf(other, name)) return true;
  return false;
}
