import { assertNever } from '@unsent/dns';
import type { DomainLint } from '@unsent/spf';
import { closingAll } from './assess-spf.ts';
import type { SpfStance } from './assessment.ts';
import type { DmarcFacts } from './dmarc-facts.ts';
import type { DomainFacts, MxFacts } from './facts.ts';

/** SPF, MX and DMARC of a domain in a few words each, for a table. */
export function inWords(facts: DomainFacts, stance: SpfStance): readonly [spf: string, mx: string, dmarc: string] {
  if (facts.exists === 'no') return ['–', '–', '–'];
  return [spfWords(stance, facts.spf), mxWords(facts.mx), dmarcWords(facts.dmarc)];
}

function spfWords(stance: SpfStance, { tree }: DomainLint): string {
  switch (stance) {
    case 'nobody':
      return '-all';
    case 'softly-nobody':
      return tree !== null && closingAll(tree)?.startsWith('-') === true ? 'weaker than -all' : '~all';
    case 'silent':
      return 'says nothing';
    case 'somebody':
      return `${tree?.lookups ?? 0} lookups`;
    case 'everybody':
      return '+all';
    case 'missing':
    case 'broken':
    case 'unknown':
      return stance === 'unknown' ? '?' : stance;
    default:
      return assertNever(stance);
  }
}

function mxWords({ kind, hosts }: MxFacts): string {
  switch (kind) {
    case 'hosts':
      return hosts.length === 1 ? '1 host' : `${hosts.length} hosts`;
    case 'dead':
      return 'dead host';
    case 'unknown':
      return '?';
    case 'null':
    case 'loopback':
    case 'implicit':
    case 'none':
      return kind;
    default:
      return assertNever(kind);
  }
}

function dmarcWords({ policy, failure, record }: DmarcFacts): string {
  if (failure !== null) return '?';
  if (policy === null || record === null) return 'missing';
  const below = policy.subdomains === policy.domain ? '' : `, sp ${policy.subdomains}`;
  return `${policy.domain}${below}${record.isTest ? ' (test)' : ''}`;
}
