import type { DomainName } from '@unsent/dns';
import type { DomainTotals } from './ledger.ts';
import type { OwnDomain, OwnDomains } from './own-domains.ts';

/** `warning` comes before anything is done, `action` names what to do now, `advice` what would help. */
export type RecommendationKind = 'warning' | 'action' | 'advice';

export type RecommendationCode =
  | 'genuine-mail-seen'
  | 'lock-down'
  | 'declare-domain'
  | 'refuse-at-the-door'
  | 'publish-strict-spf'
  | 'import-sent-log'
  | 'list-outbound-hosts';

/** What to do about a domain, as data: nothing here runs anything. */
export type Recommendation = {
  readonly kind: RecommendationKind;
  readonly code: RecommendationCode;
  readonly domain: DomainName;
  /** One sentence with the numbers that it rests on. */
  readonly text: string;
  /** What to type next; null when there is nothing to type. */
  readonly command: string | null;
};

const ORDER: readonly RecommendationKind[] = ['warning', 'action', 'advice'];

/** What the totals of each domain call for: warnings first, then the domain with the most backscatter. */
export function recommend(totals: readonly DomainTotals[], domains: OwnDomains): readonly Recommendation[] {
  const found = [...totals]
    .sort((one, other) => other.backscatter - one.backscatter)
    .flatMap((row) => (row.domain === null ? [] : forDomain(row.domain, row, domains.find(row.domain))));
  return ORDER.flatMap((kind) => found.filter((one) => one.kind === kind));
}

function forDomain(domain: DomainName, totals: DomainTotals, own: OwnDomain | null): readonly Recommendation[] {
  if (own === null) return totals.backscatter > 0 ? [declare(domain, totals)] : [];
  if (own.use === 'sending' && own.lockedAt === null) return forSending(own, totals);
  if (totals.genuine > 0) return [genuineSeen(own, totals)];
  if (totals.backscatter === 0) return [];
  return own.lockedAt === null ? [lockDown(own, totals)] : [refuse(own, totals)];
}

function genuineSeen({ name, use }: OwnDomain, { genuine }: DomainTotals): Recommendation {
  const declared = use === 'unused' ? 'unused' : use === 'receiving' ? 'receiving only' : 'locked';
  return {
    kind: 'warning',
    code: 'genuine-mail-seen',
    domain: name,
    text: `${name} is ${declared}, but ${count(genuine, 'returned message')} really came from it. Find out who sends before you lock it.`,
    command: null,
  };
}

function lockDown({ name }: OwnDomain, { backscatter }: DomainTotals): Recommendation {
  const text = `${name} never sends, and ${count(backscatter, 'bounce')} of mail forged in its name came in. Its DNS can say so.`;
  return { kind: 'action', code: 'lock-down', domain: name, text, command: `unsent lockdown ${name}` };
}

function refuse({ name, lockedAt }: OwnDomain, { backscatter }: DomainTotals): Recommendation {
  return {
    kind: 'advice',
    code: 'refuse-at-the-door',
    domain: name,
    text: `${name} is locked since ${lockedAt?.toISOString().slice(0, 10)}; of the ${count(backscatter, 'bounce')} seen, what still comes can be refused by your MTA.`,
    command: 'unsent policyd',
  };
}

function declare(name: DomainName, { backscatter }: DomainTotals): Recommendation {
  return {
    kind: 'advice',
    code: 'declare-domain',
    domain: name,
    text: `${count(backscatter, 'bounce')} of mail forged as ${name} came in. If it is yours, declare it: domains.unused, domains.receiving or domains.sending.`,
    command: 'unsent config check',
  };
}

function forSending(own: OwnDomain, totals: DomainTotals): readonly Recommendation[] {
  const { name } = own;
  const { backscatter, unknown } = totals;
  const found: Recommendation[] = [];
  const add = (code: RecommendationCode, kind: RecommendationKind, text: string, command: string | null): void => {
    found.push({ kind, code, domain: name, text, command });
  };
  if (backscatter > 0) {
    const forged = `${count(backscatter, 'bounce')} of mail forged as ${name} came in.`;
    add(
      'publish-strict-spf',
      'action',
      `${forged} An SPF record that ends in -all and a DMARC policy let others refuse it.`,
      `unsent spf lint ${name}`,
    );
    add(
      'refuse-at-the-door',
      'advice',
      `${forged} Your MTA can refuse what others forge as ${name}.`,
      'unsent policyd',
    );
  }
  if (unknown === 0) return found;
  if (own.outbound.length === 0) {
    add(
      'list-outbound-hosts',
      'advice',
      `${count(unknown, 'message')} could not be judged. Name the hosts that send: domains.sending.${name}.outbound.`,
      'unsent config check',
    );
  }
  add(
    'import-sent-log',
    'advice',
    `${count(unknown, 'message')} could not be judged. What your MTA logged as sent settles most of them.`,
    'unsent sentlog import /var/log/mail.log',
  );
  return found;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
