import type { DomainName } from '@unsent/dns';
import type { Term } from './lookup-terms.ts';
import { expandDomainOnly } from './tree-macro.ts';

/** The name that a term of the record of `domain` asks about; null when it has none, or when macros make it depend on the message. */
export function targetOfTerm(term: Term, domain: DomainName): DomainName | null {
  switch (term.name) {
    case 'all':
    case 'ip4':
    case 'ip6':
      return null;
    default:
      return term.domain === null ? domain : (term.domain.fixed ?? expandDomainOnly(term.domain, domain));
  }
}
