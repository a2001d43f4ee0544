import { type DomainName, parseDomainName } from '@unsent/dns';

/** A name as an API writes it; null for one with a space or an escape (RFC 6763 §4.1.1), which no DomainName holds. */
export function parseApiName(text: string): DomainName | null {
  return text.includes('\\') ? null : parseDomainName(text);
}

/** True for record data with such a name in a type that is never written: a PTR may lead to one. */
export function isUnheldData(type: string, content: string): boolean {
  return type === 'PTR' && parseApiName(content) === null;
}
