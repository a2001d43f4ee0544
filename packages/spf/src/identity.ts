import { parseDomainName } from '@unsent/dns';
import { isAscii } from './chars.ts';
import type { SpfQuery } from './options.ts';

/** What the macros s, l, o, h and r stand for, made once a check and only when a macro wants it. */
export type Identity = {
  readonly localPart: string;
  /** RFC 8616 §4: terms with %{s} or %{l} match nothing when the local part is not ASCII. */
  readonly hasAsciiLocalPart: boolean;
  readonly senderDomain: string;
  readonly helo: string;
  readonly receiver: string;
};

export function identityOf(query: SpfQuery): Identity {
  const { localPart, domain } = splitSender(query.sender);
  return {
    localPart,
    hasAsciiLocalPart: isAscii(localPart),
    senderDomain: asciiDomain(domain === '' ? query.domain : domain),
    helo: asciiDomain(query.helo),
    receiver: query.receiver === '' ? 'unknown' : asciiDomain(query.receiver),
  };
}

/** The two halves at the last `@`: a quoted local part may hold more of them (RFC 5321 §4.1.2). */
export function splitSender(sender: string): { readonly localPart: string; readonly domain: string } {
  let at = sender.length - 1;
  while (at >= 0 && sender.charCodeAt(at) !== 0x40) at--;
  // RFC 7208 §4.3: without a local part, "postmaster" is substituted.
  return { localPart: at > 0 ? sender.slice(0, at) : 'postmaster', domain: sender.slice(at + 1) };
}

/** RFC 8616 §4: U-labels become A-labels. What is no name stays as it is. */
function asciiDomain(domain: string): string {
  return isAscii(domain) ? domain : (parseDomainName(domain) ?? domain);
}
