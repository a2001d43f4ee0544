import { type DomainName, joinTxt, parentOf, parseDomainName, type Resolver } from '@unsent/dns';
import { type DmarcRecord, looksLikeDmarc, parseDmarc } from './dmarc-record.ts';

/** What was found on the way up from a domain (RFC 9989 §4.10). */
export type DmarcWalk = {
  readonly start: DomainName;
  /** Valid records, from the start upwards. */
  readonly records: readonly { readonly domain: DomainName; readonly record: DmarcRecord }[];
  readonly multipleAt: readonly DomainName[];
  readonly unreadable: readonly string[];
  readonly failure: string | null;
};

/** RFC 9989 §4.10: names of eight labels and more are cut to seven after the first question. */
const MAX_LABELS = 7;

/** The DNS Tree Walk of RFC 9989 §4.10: at most eight questions, up to the top-level domain. */
export async function walkDmarc(start: DomainName, resolver: Resolver, signal?: AbortSignal): Promise<DmarcWalk> {
  const records: { domain: DomainName; record: DmarcRecord }[] = [];
  const multipleAt: DomainName[] = [];
  let unreadable: readonly string[] = [];
  for (let domain: DomainName | null = start; domain !== null; domain = nextTarget(domain)) {
    const name = parseDomainName(`_dmarc.${domain}`);
    const answer = name === null ? null : await resolver.resolve(name, 'TXT', signal);
    if (answer?.kind === 'failure') return { start, records, multipleAt, unreadable, failure: answer.detail };
    const texts = answer?.kind === 'records' ? answer.data.map(joinTxt) : [];
    const parsed = texts.map(parseDmarc).filter((record) => record !== null);
    if (domain === start) unreadable = texts.filter(looksLikeDmarc);
    if (parsed.length > 1) multipleAt.push(domain);
    const [record] = parsed;
    if (parsed.length !== 1 || record === undefined) continue;
    records.push({ domain, record });
    if (record.psd === 'n' || (record.psd === 'y' && domain !== start)) break;
  }
  return { start, records, multipleAt, unreadable, failure: null };
}

function nextTarget(domain: DomainName): DomainName | null {
  const labels = domain.split('.');
  if (labels.length <= MAX_LABELS) return parentOf(domain);
  return parseDomainName(labels.slice(-MAX_LABELS).join('.'));
}

/** The Organizational Domain, RFC 9989 §4.10.2. Without any record, the domain itself. */
export function organizationOf({ start, records }: DmarcWalk): DomainName {
  for (const { domain, record } of records) {
    if (record.psd === 'n') return domain;
    if (record.psd === 'y' && domain !== start) return childTowards(domain, start);
  }
  return records.at(-1)?.domain ?? start;
}

/** The record that decides about mail of the start: its own, the organisation's, or the public suffix's. */
export function decidingRecord(walk: DmarcWalk): { readonly domain: DomainName; readonly record: DmarcRecord } | null {
  const organization = organizationOf(walk);
  const at = (domain: DomainName | null): (typeof walk.records)[number] | undefined =>
    walk.records.find((one) => one.domain === domain);
  const suffix = walk.records.find(({ domain, record }) => record.psd === 'y' && domain !== walk.start);
  return at(walk.start) ?? at(organization) ?? suffix ?? null;
}

/** The name one label below `ancestor` on the way to `name`. */
function childTowards(ancestor: DomainName, name: DomainName): DomainName {
  let child = name;
  for (let up = parentOf(child); up !== null && up !== ancestor; up = parentOf(up)) child = up;
  return child;
}
