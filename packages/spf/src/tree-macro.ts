import { type DomainName, parseIp } from '@unsent/dns';
import type { DomainSpec } from './ast.ts';
import { expandName } from './macro.ts';

/** The name that a domain-spec stands for when its only macro is `%{d}`; null when others make it depend on the message. */
export function expandDomainOnly(spec: DomainSpec, domain: DomainName): DomainName | null {
  const ip = parseIp('0.0.0.0');
  const needsMessage = spec.parts.some((part) => part.kind === 'macro' && part.letter !== 'd');
  if (needsMessage || ip === null) return null;
  const nobody = { localPart: '', hasAsciiLocalPart: true, senderDomain: '', helo: '', receiver: '' };
  return expandName(spec.parts, { ip, identity: nobody, now: new Date(0), domain, validatedName: 'unknown' });
}
