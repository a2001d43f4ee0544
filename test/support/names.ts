import { type DomainName, parseDomainName } from '@unsent/dns';

/** A name that the test knows to be one. */
export function name(text: string): DomainName {
  const parsed = parseDomainName(text);
  if (parsed === null) throw new Error(`${text} is no domain name`);
  return parsed;
}
