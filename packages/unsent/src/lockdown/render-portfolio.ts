import type { DomainName } from '@unsent/dns';
import { DOMAIN_OUTCOMES, type DomainOutcome, type DomainResult, type PortfolioEnd } from '@unsent/lockdown';
import { escapeForTerminal } from '../output/escape.ts';
import { plural } from '../output/number.ts';
import type { Paint, Style } from '../output/style.ts';

/** A domain that was written and does not answer as planned yet, and the servers that lag behind. */
export type Unverified = { readonly domain: DomainName; readonly servers: readonly string[] };

const WORDS: { readonly [O in DomainOutcome]: string } = {
  locked: 'locked',
  already: 'locked already',
  skipped: 'locked already, as DNS shows',
  planned: 'to be locked',
  refused: 'refused',
  failed: 'failed',
  unclear: 'unclear',
  elsewhere: 'not at this provider',
};

const MAX_UNVERIFIED = 10;

/** One line for one domain. */
export function renderResult({ domain, outcome, reason }: DomainResult, style: Style): string {
  const why = reason === null ? '' : `: ${escapeForTerminal(reason)}`;
  return `  ${paintOf(outcome, style)(domain)} ${WORDS[outcome]}${why}\n`;
}

/** How many domains ended how, and how to go on when some are left. */
export function renderSummary({ results, stopped, left }: PortfolioEnd, doneBefore: number, style: Style): string {
  const counts = DOMAIN_OUTCOMES.map((outcome) => ({
    outcome,
    count: results.filter((result) => result.outcome === outcome).length,
  })).filter(({ count }) => count > 0);
  const before = doneBefore === 0 ? '' : `, after ${doneBefore} in the run before`;
  const head = `${style.bold(plural(results.length, 'domain'))}${before}\n`;
  const lines = counts.map(
    ({ outcome, count }) => `  ${String(count).padStart(6)}  ${paintOf(outcome, style)(WORDS[outcome])}\n`,
  );
  const why = stopped === 'failures' ? 'Stopped after too many failures in a row' : 'Interrupted';
  const rest =
    stopped === null
      ? ''
      : `${style.yellow(why)}: ${plural(left, 'domain is', 'domains are')} left. Go on with --resume.\n`;
  return [head, ...lines, rest].join('');
}

/** Domains whose servers lag behind. */
export function renderNotLocked(unverified: readonly Unverified[], style: Style): string {
  if (unverified.length === 0) return '';
  const shown = unverified.slice(0, MAX_UNVERIFIED).map(({ domain, servers }) => {
    const who = servers.length === 0 ? 'no authoritative server was found' : servers.join(', ');
    return `  ${style.yellow(domain)} ${escapeForTerminal(who)}\n`;
  });
  const more = unverified.length - MAX_UNVERIFIED;
  return [
    `${plural(unverified.length, 'domain does', 'domains do')} not answer as planned yet:\n`,
    ...shown,
    more > 0 ? `  and ${more} more\n` : '',
  ].join('');
}

function paintOf(outcome: DomainOutcome, style: Style): Paint {
  switch (outcome) {
    case 'locked':
    case 'planned':
      return style.green;
    case 'already':
    case 'skipped':
      return style.dim;
    case 'refused':
    case 'elsewhere':
      return style.yellow;
    case 'failed':
    case 'unclear':
      return style.red;
  }
}
