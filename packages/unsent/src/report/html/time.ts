import { formatCount } from '../../output/number.ts';
import type { ReportData, ReportWrite } from '../data.ts';
import { effectWords, writeLabel } from '../words.ts';
import { type Html, html } from './markup.ts';
import { colourOf, dayChart, type Series, seriesOf } from './plots.ts';

const WIDE = { width: 960, height: 270, maxBars: 120 };
const NARROW = { width: 420, height: 240, maxBars: 45 };

/** Backscatter by day, drawn for a wide and for a narrow screen, and as a table for whoever cannot see it. */
export function chartSection(data: ReportData): Html | null {
  const series = seriesOf(data);
  if (series.length === 0) return null;
  const label = chartLabel(data);
  return html`<section><h2>Backscatter by day</h2>
<p class="note">By the domain that was forged${data.writes.length === 0 ? '' : '; broken lines mark what was written to DNS'}.</p>
<figure>
${legend(series)}
<div class="wide">${dayChart(data, series, WIDE, label)}</div>
<div class="narrow">${dayChart(data, series, NARROW, label)}</div>
</figure>
${numbers(data)}
</section>`;
}

function chartLabel({ days }: ReportData): string {
  const top = days.reduce((best, one) => (one.backscatter > best.backscatter ? one : best));
  return `Bars of backscatter by day. Most came on ${top.day}: ${formatCount(top.backscatter)}. The numbers stand below.`;
}

function legend(series: readonly Series[]): Html {
  const items = series.map(
    ({ name }, i) =>
      html`<li><svg viewBox="0 0 10 10" aria-hidden="true"><rect width="10" height="10" rx="2" fill="${colourOf(series, i)}"/></svg>${name}</li>`,
  );
  return html`<ul class="legend">${items}</ul>`;
}

function numbers({ days }: ReportData): Html {
  const rows = days
    .filter(({ messages }) => messages > 0)
    .map(
      (one) => html`<tr><th scope="row">${one.day}</th><td class="n">${formatCount(one.messages)}</td>
<td class="n">${formatCount(one.bounces)}</td><td class="n">${formatCount(one.backscatter)}</td></tr>`,
    );
  return html`<details class="plain"><summary>The numbers</summary><div class="scroll" tabindex="0" role="region" aria-label="Numbers by day"><table>
<thead><tr><th scope="col">Day</th><th scope="col" class="n">Messages</th><th scope="col" class="n">Bounces</th><th scope="col" class="n">Backscatter</th></tr></thead>
<tbody>${rows}</tbody></table></div></details>`;
}

/** What was written to DNS, and whether the flood went down behind it. */
export function writesSection(data: ReportData): Html | null {
  if (data.writes.length === 0) return null;
  return html`<section><h2>Did it help?</h2>
<p class="note">Backscatter a day before and after each write to DNS, over the same time on both sides, at most a week.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Writes to DNS"><table>
<thead><tr><th scope="col">When</th><th scope="col">What</th><th scope="col" class="n">Before</th><th scope="col" class="n">After</th><th scope="col">Backscatter</th></tr></thead>
<tbody>${data.writes.map(writeRow)}</tbody></table></div></section>`;
}

function writeRow(write: ReportWrite): Html {
  const { before, after, change } = effectWords(write);
  const isLess = write.effect !== null && write.effect.after < write.effect.before;
  const isMore = write.effect !== null && write.effect.after > write.effect.before;
  return html`<tr><td>${write.at.slice(0, 16).replace('T', ' ')}</td>
<th scope="row">${writeLabel(write)}${write.isUndone ? html` <small>undone later</small>` : null}</th>
<td class="n">${before}</td><td class="n">${after}</td><td class="${isLess ? 'good' : isMore ? 'bad' : ''}">${change}</td></tr>`;
}
