import type { DomainName } from '@unsent/dns';
import { formatCount, plural } from '../output/number.ts';
import type { ScanSummary } from './summary.ts';

export type DomainCount = { readonly domain: DomainName | null; readonly backscatter: number };

const MAX_NAMED = 5;
const MAX_COMMANDS = 3;
const MAX_WARNINGS = 3;

/** What is new, in a few lines: for cron, whose output is mailed to somebody. */
export function newsParagraph({ totals, domains, sources, recommendations }: ScanSummary): string {
  const bounces = domains.reduce((sum, one) => sum + one.bounces, 0);
  const backscatter = domains.reduce((sum, one) => sum + one.backscatter, 0);
  const what = `${plural(totals.added, 'new message')} in ${plural(sources, 'mailbox', 'mailboxes')}`;
  const warnings = recommendations.filter(({ kind }) => kind === 'warning').slice(0, MAX_WARNINGS);
  const commands = recommendations.flatMap(({ command }) => command ?? []).slice(0, MAX_COMMANDS);
  return [
    `${what}: ${plural(bounces, 'bounce')}, ${formatCount(backscatter)} backscatter.`,
    ...(backscatter === 0 ? [] : [`Backscatter by domain: ${countsByDomain(domains)}.`]),
    ...warnings.map(({ text }) => `Warning: ${text}`),
    ...commands.map((command) => `To do: ${command}`),
    '',
  ].join('\n');
}

/** `parked.example 1,203, shop.example 4 and 2 more`. */
export function countsByDomain(domains: readonly DomainCount[]): string {
  const some = domains.filter(({ backscatter }) => backscatter > 0).sort((a, b) => b.backscatter - a.backscatter);
  const named = some.slice(0, MAX_NAMED).map(({ domain, backscatter }) => {
    return `${domain ?? '(no domain)'} ${formatCount(backscatter)}`;
  });
  return `${named.join(', ')}${some.length > MAX_NAMED ? ` and ${formatCount(some.length - MAX_NAMED)} more` : ''}`;
}
