import { type DomainName, type IpText, parseDomainName, parseIp } from '../../src/index.ts';

/** A name that the test is sure of. */
export function name(text: string): DomainName {
  const parsed = parseDomainName(text);
  if (parsed === null) throw new Error(`no domain name: ${text}`);
  return parsed;
}

/** An address that the test is sure of. */
export function ipText(text: string): IpText {
  const parsed = parseIp(text);
  if (parsed === null) throw new Error(`no address: ${text}`);
  return parsed.text;
}
