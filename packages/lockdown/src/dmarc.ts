import { type DomainName, isSubdomainOf, parseDomainName } from '@unsent/dns';
import { parseTags } from './kinds.ts';

/** Tags of the strictest policy (RFC 9989 §4.7), in the order they are written. */
const STRICT: readonly (readonly [string, string])[] = [
  ['v', 'DMARC1'],
  ['p', 'reject'],
  ['sp', 'reject'],
  ['np', 'reject'],
  ['adkim', 's'],
  ['aspf', 's'],
];

/** Tags about reports that an existing record may keep. */
const REPORT_TAGS = ['rua', 'ruf', 'fo'] as const;

/** `v=DMARC1; p=reject; …` with the report tags given. */
export function strictDmarc(reports: ReadonlyMap<string, string>): string {
  const kept = REPORT_TAGS.flatMap((tag) => {
    const value = reports.get(tag);
    return value === undefined || value === '' ? [] : [`${tag}=${value}`];
  });
  return [...STRICT.map(([tag, value]) => `${tag}=${value}`), ...kept].join('; ');
}

/** The report tags of a record, without the addresses that `receivesNothing` names; `dropped` lists those. */
export function reportTags(
  text: string,
  receivesNothing: (domain: DomainName) => boolean,
): { readonly kept: ReadonlyMap<string, string>; readonly dropped: readonly string[] } {
  const tags = parseTags(text);
  const kept = new Map<string, string>();
  const dropped: string[] = [];
  for (const tag of REPORT_TAGS) {
    const value = tags.get(tag);
    if (value === undefined) continue;
    if (tag === 'fo') {
      kept.set(tag, value);
      continue;
    }
    const uris = value.split(',').map((uri) => uri.trim());
    const reached = uris.filter((uri) => !isLost(uri, receivesNothing));
    dropped.push(...uris.filter((uri) => !reached.includes(uri)));
    if (reached.length > 0) kept.set(tag, reached.join(','));
  }
  if (!kept.has('ruf')) kept.delete('fo');
  return { kept, dropped };
}

/** True if two records say the same: same tags and values, whatever the order and spaces. */
export function isSameDmarc(a: string, b: string): boolean {
  const [left, right] = [parseTags(a), parseTags(b)];
  return left.size === right.size && [...left].every(([tag, value]) => right.get(tag) === value);
}

/** The domain of a `mailto:` URI (RFC 6068), without a size limit (`!10m`); null for anything else. */
export function mailtoDomain(uri: string): DomainName | null {
  if (!/^mailto:/i.test(uri)) return null;
  const address = uri.slice('mailto:'.length).split(/[!?]/)[0] ?? '';
  const at = address.lastIndexOf('@');
  return at === -1 ? null : parseDomainName(address.slice(at + 1));
}

/** True if a report to `uri` would come from below the same name and so needs no leave (RFC 9990 §4). */
export function isOwnDestination(zone: DomainName, destination: DomainName): boolean {
  return isSubdomainOf(destination, zone) || isSubdomainOf(zone, destination);
}

function isLost(uri: string, receivesNothing: (domain: DomainName) => boolean): boolean {
  const domain = mailtoDomain(uri);
  return domain !== null && receivesNothing(domain);
}
