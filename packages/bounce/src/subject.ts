import { domainOf } from '@unsent/spf';
import { withoutBatvTag } from './batv.ts';
import type { CaseSubject } from './case.ts';
import type { OwnDomains } from './own-domains.ts';
import type { MailRead } from './read.ts';

type Candidate = Omit<CaseSubject, 'own'>;

/**
 * Whose mail is the message about?
 *
 * A bounce goes to the envelope sender of what is returned, so an address of ours that stands both on the outside and
 * in the returned message comes first. Next what reporters write into To, which is that sender; then the addresses of
 * delivery, the last first: that one was written first, before our own aliases. At last what the returned message
 * itself says. Without any address of ours the same order holds for the rest.
 */
export function subjectOf(read: MailRead, domains: OwnDomains): CaseSubject {
  const { to, deliveredTo } = read.envelope;
  const original = read.report?.original ?? null;
  const returned = [original?.envelopeSender, original?.headerFrom].flatMap((address) => address ?? []);
  const outside = [...candidates(to, 'To'), ...candidates([...deliveredTo].reverse(), 'the delivery address')];
  const inside = candidates(returned, 'the returned message');
  const returnedAddresses = new Set(inside.map((one) => one.address));
  const ordered = [...outside.filter((one) => returnedAddresses.has(one.address)), ...outside, ...inside];
  for (const one of ordered) {
    const own = one.domain === null ? null : domains.find(one.domain);
    if (own !== null) return { ...one, own };
  }
  return { ...(ordered[0] ?? NOBODY), own: null };
}

const NOBODY: Candidate = { address: null, domain: null, localPart: null, seenIn: 'nowhere' };

function candidates(addresses: readonly string[], seenIn: string): readonly Candidate[] {
  return addresses.flatMap((tagged) => {
    const address = withoutBatvTag(tagged).toLowerCase();
    const domain = domainOf(address);
    return domain === null ? [] : [{ address, domain, localPart: address.slice(0, address.lastIndexOf('@')), seenIn }];
  });
}
