import { formatCount, formatPercent, plural } from '../../output/number.ts';
import type { ReportCount, ReportData, ReportInjector } from '../data.ts';
import { firstSentence, spfWords } from '../words.ts';
import { type Html, html } from './markup.ts';

/** Who and what is behind the backscatter: lists, the most frequent first, with a bar behind each name. */
export function rankedSection(data: ReportData): Html | null {
  const whole = data.totals.backscatter;
  if (whole === 0) return null;
  const plain = (one: ReportCount): Html => html`<span>${one.name}</span>`;
  const withSpf = (one: ReportInjector): Html => html`<span>${one.name} <small>SPF ${spfWords(one)}</small></span>`;
  return html`<section><h2>What is behind it</h2>
<p class="note">Of ${plural(whole, 'message')} of backscatter. Host names are what the reports say of themselves.</p>
<div class="lists">
${ranked('Who reported it', data.reporters, whole, plain)}
${ranked('What was forged', data.forged, whole, plain)}
${ranked('Who injected it', data.injectors, whole, withSpf)}
${ranked('From which networks', data.networks, whole, withSpf)}
${ranked('Which evidence spoke', data.evidence, whole, (one) => html`<span><code>${one.name}</code> <small>${firstSentence(one.says ?? '')}</small></span>`)}
</div></section>`;
}

/** A list with bars; the bar is the share of `whole`. Null when there is nothing to list. */
export function ranked<T extends ReportCount>(
  title: string,
  rows: readonly T[],
  whole: number,
  cell: (one: T) => Html,
): Html | null {
  if (rows.length === 0) return null;
  const lines = rows.map((one) => {
    const width = Math.min(100, Math.max(0.5, (one.count / Math.max(1, whole)) * 100)).toFixed(1);
    return html`<tr><th scope="row"><svg viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true"><rect width="${width}" height="1"/></svg>${cell(one)}</th>
<td class="n">${formatCount(one.count)}</td><td class="n"><small>${formatPercent(one.count, whole)}</small></td></tr>`;
  });
  return html`<div><h3>${title}</h3><table class="ranked"><thead hidden><tr><th scope="col">Name</th><th scope="col">Count</th><th scope="col">Share</th></tr></thead><tbody>${lines}</tbody></table></div>`;
}
