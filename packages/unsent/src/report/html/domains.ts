import { formatCount, formatPercent, plural } from '../../output/number.ts';
import type { ReportData, ReportDomain, ReportMessage } from '../data.ts';
import { type Html, html } from './markup.ts';
import { smallLine } from './plots.ts';

const MAX_ROWS = 200;
const MAX_POINTS = 60;

/** Every domain on a line; those with backscatter open to their newest messages. */
export function domainsSection(data: ReportData): Html {
  const shown = data.domains.slice(0, MAX_ROWS);
  const left = data.domains.length - shown.length;
  return html`<section><h2>Domains</h2>
<p class="note">Open one to see its newest bounces and automatic answers.</p>
<div class="row head" aria-hidden="true"><span>Domain</span><span>Backscatter by day</span><span class="n">Messages</span><span class="n">Bounces</span><span class="n">Backscatter</span><span class="n">Share</span><span></span></div>
${shown.map(domainRow)}
${left > 0 ? html`<p class="note">… and ${plural(left, 'more domain')}; unsent report --json names them.</p>` : null}
</section>`;
}

function domainRow(one: ReportDomain): Html {
  if (one.newest.length === 0) return html`<div class="row">${cells(one)}</div>`;
  return html`<details><summary class="row">${cells(one)}</summary>
<div class="inside">${messagesTable(one)}</div></details>`;
}

function cells(one: ReportDomain): Html {
  const judged = one.backscatter + one.genuine + one.unknown;
  const hasLine = one.backscatterByDay.length > 1;
  const use = one.use === null ? null : html`<span class="tag">${one.use}</span>`;
  const name =
    one.name === null
      ? html`<span class="name"><small>about no domain</small></span>`
      : html`<span><span class="name">${one.name}</span>${use}</span>`;
  const cell = (label: string, value: string, kind = 'n'): Html =>
    html`<span class="${kind}"><b>${label} </b>${value}</span>`;
  return html`${name}${hasLine ? smallLine(one.backscatterByDay, MAX_POINTS) : html`<span class="spark"></span>`}
${cell('Messages', formatCount(one.messages))}${cell('Bounces', formatCount(one.bounces))}
${cell('Backscatter', formatCount(one.backscatter), one.backscatter > 0 ? 'n bad' : 'n')}
${cell('Share', judged === 0 ? '' : formatPercent(one.backscatter, judged))}
<span class="${one.newest.length > 0 ? 'more' : ''}" aria-hidden="true"></span>`;
}

function messagesTable(one: ReportDomain): Html {
  const judged = one.backscatter + one.genuine + one.unknown;
  const note =
    judged > one.newest.length
      ? html`<p class="note">The newest ${one.newest.length} of ${formatCount(judged)}.</p>`
      : null;
  return html`${note}<div class="scroll" tabindex="0" role="region" aria-label="Messages about ${one.name}"><table>
<thead><tr><th scope="col">Arrived</th><th scope="col">Verdict</th><th scope="col">Forged address</th><th scope="col">Reported by</th><th scope="col">Injected by</th><th scope="col">Subject</th><th scope="col">Evidence</th></tr></thead>
<tbody>${one.newest.map(messageRow)}</tbody></table></div>`;
}

const VERDICTS: Readonly<Record<string, string>> = { yes: 'backscatter', no: 'genuine', unknown: 'unknown' };

function messageRow(message: ReportMessage): Html {
  const verdict = VERDICTS[message.backscatter] ?? message.backscatter;
  const paint = message.backscatter === 'yes' ? 'bad' : message.backscatter === 'no' ? 'good' : '';
  return html`<tr><td>${message.arrivedAt.slice(0, 16).replace('T', ' ')}</td><td class="${paint}">${verdict}</td>
<td>${message.localPart}</td><td>${message.reporter}</td>
<td>${message.origin}${message.spf === null ? null : html` <small>${message.spf}</small>`}</td>
<td class="subject">${message.subject}<br><small>${message.place}</small></td><td>${message.evidence.join(', ')}</td></tr>`;
}
