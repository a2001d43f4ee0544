import type { DomainName } from '@unsent/dns';

/** A name as tools write it inside a zone: `apex` for the zone itself, otherwise without the zone's name. */
export function relativeName(name: DomainName, zone: DomainName, apex: string): string {
  return name === zone ? apex : name.slice(0, -(zone.length + 1));
}

/** `target.` with its final dot; the null MX stays `.`. */
export function absoluteName(name: DomainName | '.'): string {
  return name === '.' ? '.' : `${name}.`;
}
