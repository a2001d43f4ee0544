import { formatCount, plural } from '../../output/number.ts';
import type { ReportPolicy } from '../data.ts';
import { STRICTNESS } from '../words.ts';
import { type Html, html } from './markup.ts';
import { ranked } from './ranked.ts';

/** What policyd refused, and how strict the senders' SPF records are. Null when it counted nothing. */
export function policySections(policy: ReportPolicy): Html | null {
  const strictness = policy.strictness ?? [];
  if (policy.requests === 0 && strictness.length === 0) return null;
  const refused = policy.byRule.reduce((sum, { count }) => sum + count, 0);
  const held =
    policy.wouldRefuse === 0
      ? ''
      : ` ${formatCount(policy.wouldRefuse)} more would have been, had it not only observed.`;
  const senders = strictness.reduce((sum, { count }) => sum + count, 0);
  const domains = policy.refusedDomains.reduce((sum, { count }) => sum + count, 0);
  return html`<section><h2>Refused by policyd</h2>
<p class="note">${formatCount(policy.refused)} of ${plural(policy.requests, 'request')} by Postfix were refused.${held} Its counts are kept for 90 days.</p>
<div class="lists">
${ranked('By rule', policy.byRule, refused, (one) => html`<span><code>${one.name}</code></span>`)}
${ranked('Refused most', policy.refusedDomains, domains, (one) => html`<span>${one.name}</span>`)}
${ranked(
  'How the senders’ SPF records end',
  strictness,
  senders,
  (one) => html`<span><code>${one.name}</code> <small>${STRICTNESS[one.name] ?? ''}</small></span>`,
)}
${ranked(
  'Broken SPF records, by requests',
  policy.broken,
  policy.requests,
  (one) => html`<span>${one.name} <small>${one.problem}</small></span>`,
)}
</div></section>`;
}
