import { createHash } from 'node:crypto';
import { formatCount, formatPercent, plural } from '../../output/number.ts';
import type { ReportData } from '../data.ts';
import { emptyReason, headlineOf, periodOf } from '../words.ts';
import { domainsSection } from './domains.ts';
import { type Html, html } from './markup.ts';
import { policySections } from './policy.ts';
import { rankedSection } from './ranked.ts';
import { STYLE } from './style.ts';
import { chartSection, writesSection } from './time.ts';

/**
 * The report as one HTML file: no scripts, nothing loaded from anywhere, and a policy in the file that says so to the
 * browser, should a stranger's text ever get through. Pure; takes about half a second, most of it the charts.
 */
export function renderHtml(data: ReportData): string {
  const isEmpty = data.totals.messages === 0;
  const body = html`
<header>${head(data)}</header>
<main>
${isEmpty ? null : figures(data)}
${isEmpty ? null : chartSection(data)}
${writesSection(data)}
${isEmpty ? null : domainsSection(data)}
${isEmpty ? null : rankedSection(data)}
${policySections(data.policy)}
${aggregates(data)}
</main>
<footer>${footer(data)}</footer>`;
  return documentOf(titleOf(data), body);
}

function documentOf(title: string, body: Html): string {
  const hash = createHash('sha256').update(STYLE).digest('base64');
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${{ markup: STYLE }}</style>
</head>
<body>${body}
</body>
</html>
`;
  return page.markup;
}

function titleOf(data: ReportData): string {
  return `Backscatter report${data.domain === null ? '' : ` for ${data.domain}`}`;
}

function head(data: ReportData): Html {
  const { from, to } = periodOf(data);
  const period = from === null ? `until ${longDay(to)}` : `${longDay(from)} – ${longDay(to)}`;
  const eyebrow = html`<p class="eyebrow">unsent report · ${data.domain ?? 'all domains'} · ${period}</p>`;
  if (data.totals.messages === 0) {
    return html`${eyebrow}<h1>Nothing to report</h1><p class="lede">${emptyReason(data)}</p>`;
  }
  const { backscatter } = data.totals;
  const title = `${backscatter === 0 ? 'No answer' : plural(backscatter, 'answer')} to mail that was never sent`;
  return html`${eyebrow}<h1>${title}</h1><p class="lede">${headlineOf(data)}</p>`;
}

function figures({ totals, policy, aggregateReports, tlsReports, domains }: ReportData): Html {
  const judged = totals.backscatter + totals.genuine + totals.unknown;
  const attacked = domains.filter(({ name, backscatter }) => name !== null && backscatter > 0).length;
  const figure = (name: string, value: string, what: string): Html =>
    html`<div><dt>${name}</dt><dd>${value}<small>${what}</small></dd></div>`;
  const tls = tlsReports.count === 0 ? 'met' : `met, ${formatCount(tlsReports.count)} more about TLS`;
  return html`<dl class="figures">${[
    figure('Messages', formatCount(totals.messages), `${formatCount(totals.bounces)} of them bounces`),
    figure('Backscatter', formatPercent(totals.backscatter, judged), `of ${formatCount(judged)} that were judged`),
    figure('Beyond doubt', formatPercent(totals.decisive, totals.backscatter), 'of it by a decisive fact'),
    figure('Domains', formatCount(attacked), 'were forged'),
    figure('Refused', formatCount(policy.refused), `of ${plural(policy.requests, 'request')} to policyd`),
    figure('DMARC', formatCount(aggregateReports.count), `reports ${tls}`),
  ]}</dl>`;
}

function aggregates({ aggregateReports, tlsReports }: ReportData): Html | null {
  if (aggregateReports.count + tlsReports.count === 0) return null;
  const rows = aggregateReports.senders.map(
    (one) => html`<tr><th scope="row">${one.name}</th><td class="n">${formatCount(one.count)}</td></tr>`,
  );
  return html`<section><h2>DMARC and TLS reports</h2>
<p class="note">${metText('DMARC report', aggregateReports)}. After a lockdown bounces stop by construction; that the forging itself
went down is seen in these alone.</p>
<p class="note">${metText('TLS report', tlsReports)}.</p>
${rows.length === 0 ? null : html`<table><thead><tr><th scope="col">DMARC reports sent by</th><th scope="col" class="n">Reports</th></tr></thead><tbody>${rows}</tbody></table>`}
</section>`;
}

function metText(name: string, { count, firstSeen, lastSeen }: ReportData['tlsReports']): string {
  if (firstSeen === null || lastSeen === null) return `No ${name}s`;
  return `${plural(count, name)} from ${longDay(firstSeen.slice(0, 10))} to ${longDay(lastSeen.slice(0, 10))}`;
}

function footer(data: ReportData): Html {
  return html`<p>Days are UTC. Written ${longDay(data.generatedAt.slice(0, 10))}, ${data.generatedAt.slice(11, 16)} by unsent report.
This file runs no scripts and loads nothing.</p>`;
}

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** `2026-11-23` → `23 November 2026`. */
function longDay(day: string): string {
  const [year = '', month = '', date = ''] = day.split('-');
  return `${Number(date)} ${MONTHS[Number(month) - 1] ?? ''} ${year}`;
}
