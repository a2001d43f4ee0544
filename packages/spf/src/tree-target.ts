import type { DomainName } from '@unsent/dns';
import type { DomainSpec, Mechanism, Span } from './ast.ts';
import type { LookupTerm } from './lookup-tree.ts';
import { expandDomainOnly } from './tree-macro.ts';

/** A term with the name it asks about, as far as that is known without a message. */
export type SpfTarget = {
  readonly name: LookupTerm['name'];
  readonly span: Span;
  /** Null when the term has none, or when macros make it depend on the message. */
  readonly target: DomainName | null;
  /** RFC 7208 §4.6.4. */
  readonly costsLookup: boolean;
};

/** What a term of the record of `domain` asks about. */
export function targetOfTerm(
  term: Mechanism | { readonly name: 'redirect'; readonly domain: DomainSpec },
  span: Span,
  domain: DomainName,
): SpfTarget {
  switch (term.name) {
    case 'all':
    case 'ip4':
    case 'ip6':
      return { name: term.name, span, target: null, costsLookup: false };
    default: {
      const target = term.domain === null ? domain : (term.domain.fixed ?? expandDomainOnly(term.domain, domain));
      return { name: term.name, span, target, costsLookup: true };
    }
  }
}
