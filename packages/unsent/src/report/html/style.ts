/** Colours of the series in the chart by day, the largest first; the last is for all others. */
export const SERIES_COLOURS: readonly string[] = ['--s1', '--s2', '--s3', '--s4', '--s5', '--s6', '--s0'].map(
  (name) => `var(${name})`,
);

/** The style sheet of the report: light and dark, narrow and wide, paper. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #fbfaf7; --card: #ffffff; --ink: #1f2328; --soft: #5a616b; --line: #e5e2da; --bar: #efe3d8;
  --bad: #a23b22; --good: #23695a; --mark: #23695a;
  --s1: #b5533a; --s2: #d9a05b; --s3: #6c7fa6; --s4: #8a6f9e; --s5: #5f9488; --s6: #b98a9a; --s0: #b9b5aa;
  --sans: ui-sans-serif, system-ui, "Segoe UI", "Helvetica Neue", "Noto Sans", Arial, sans-serif;
  --serif: "Iowan Old Style", "Palatino Linotype", Palatino, "Book Antiqua", "URW Palladio L", Georgia, serif;
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #16181b; --card: #1d2024; --ink: #e6e4df; --soft: #a3a8b0; --line: #33373d; --bar: #3d302a;
    --bad: #e9967c; --good: #7fc4b2; --mark: #7fc4b2;
    --s1: #d4765c; --s2: #d9ab6e; --s3: #8b9fc9; --s4: #aa90be; --s5: #7cb3a6; --s6: #cfa3b2; --s0: #6d7178;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0 auto; padding: 3.5rem 1.5rem 4rem; max-width: 66rem;
  background: var(--paper); color: var(--ink); font: 0.9375rem/1.5 var(--sans);
  font-variant-numeric: tabular-nums; overflow-wrap: anywhere;
}
h1 { margin: 0.3rem 0 0.6rem; font: 500 2.5rem/1.12 var(--serif); letter-spacing: -0.012em; max-width: 24ch; text-wrap: balance; }
h2 { margin: 0 0 0.2rem; font: 500 1.375rem/1.25 var(--serif); }
h3 { margin: 0 0 0.5rem; font: 600 0.8125rem/1.3 var(--sans); }
p { margin: 0 0 1rem; max-width: 68ch; }
section { margin-top: 3.25rem; }
.eyebrow { margin: 0; color: var(--soft); font-size: 0.8125rem; }
.lede { color: var(--soft); font-size: 1.0625rem; }
.note { color: var(--soft); margin-bottom: 1.1rem; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); margin: 2.25rem 0 0; border-top: 1px solid var(--line); border-bottom: 1px solid var(--line); }
.figures div { padding: 1rem 1rem 1rem 0; }
.figures dt { color: var(--soft); font-size: 0.8125rem; }
.figures dd { margin: 0; font: 500 1.875rem/1.2 var(--serif); font-variant-numeric: lining-nums tabular-nums; }
.figures small { display: block; color: var(--soft); font: 0.8125rem/1.4 var(--sans); }
figure { margin: 0; }
figure svg { display: block; width: 100%; height: auto; color: var(--soft); overflow: visible; }
.narrow { display: none; }
.legend { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; margin: 0 0 0.75rem; padding: 0; list-style: none; font-size: 0.8125rem; }
.legend svg { display: inline-block; width: 0.7rem; height: 0.7rem; margin-right: 0.4rem; vertical-align: -0.05rem; }
table { width: 100%; border-collapse: collapse; }
th, td { padding: 0.4rem 0.9rem 0.4rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: baseline; }
th:last-child, td:last-child { padding-right: 0; }
thead th { color: var(--soft); font-weight: 500; font-size: 0.8125rem; white-space: nowrap; }
tbody th { font-weight: 400; }
.n { text-align: right; white-space: nowrap; }
.scroll { overflow-x: auto; }
.lists { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(25rem, 100%), 1fr)); gap: 2.25rem 3rem; margin-top: 1.5rem; }
.lists > div { min-width: 0; }
.ranked th { position: relative; width: 99%; }
.ranked svg { position: absolute; inset: 0.2rem 0.6rem 0.2rem -0.4rem; width: calc(100% - 0.2rem); height: calc(100% - 0.4rem); fill: var(--bar); }
.ranked span { position: relative; }
.ranked small { display: block; }
small { color: var(--soft); font-size: 0.8125rem; }
.bad { color: var(--bad); }
.good { color: var(--good); }
.tag { margin-left: 0.5rem; color: var(--soft); font-size: 0.8125rem; }
.row { display: grid; grid-template-columns: minmax(12rem, 1fr) 11rem 5.5rem 5.5rem 6.5rem 4rem 1.25rem; gap: 0 0.9rem; align-items: center; padding: 0.55rem 0; border-bottom: 1px solid var(--line); }
.row > svg { width: 100%; height: 1.75rem; color: var(--s1); }
.row .n b { display: none; font-weight: 400; color: var(--soft); }
.head { color: var(--soft); font-size: 0.8125rem; }
.name { font-weight: 600; }
summary { cursor: pointer; list-style: none; }
summary::-webkit-details-marker { display: none; }
summary:hover .name { text-decoration: underline; text-underline-offset: 0.2em; text-decoration-thickness: 1px; }
summary:focus-visible { outline: 2px solid var(--mark); outline-offset: 2px; }
.more::after { content: "+"; display: block; text-align: center; color: var(--soft); font-size: 1.125rem; line-height: 1; }
details[open] > .row .more::after { content: "−"; }
details[open] > .row { border-bottom-color: transparent; }
.inside { padding: 0.25rem 0 1.75rem; border-bottom: 1px solid var(--line); }
.inside table { font-size: 0.8125rem; }
.inside td { min-width: 6rem; }
.inside td:first-child, .inside td.w { white-space: nowrap; }
.inside .subject { min-width: 16rem; }
.plain { margin-top: 1rem; }
.plain summary { display: inline-block; color: var(--soft); font-size: 0.8125rem; text-decoration: underline; text-underline-offset: 0.2em; }
.plain .scroll { max-height: 24rem; margin-top: 0.75rem; }
code { font-family: var(--mono); font-size: 0.92em; }
footer { margin-top: 4rem; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--soft); font-size: 0.8125rem; }
@media (max-width: 44rem) {
  body { padding: 2rem 1.1rem 3rem; }
  h1 { font-size: 1.875rem; }
  section { margin-top: 2.5rem; }
  .wide { display: none; }
  .narrow { display: block; }
  .head { display: none; }
  .row { grid-template-columns: repeat(4, auto) 1fr; gap: 0.1rem 1rem; position: relative; padding-right: 1.5rem; }
  .row > :first-child, .row > svg, .row > .spark { grid-column: 1 / -1; }
  .row > svg { max-width: 12rem; }
  .scroll table { min-width: 34rem; }
  .plain .scroll table { min-width: 0; }
  .row .n { text-align: left; }
  .row .n b { display: block; font-size: 0.75rem; }
  .row .more { position: absolute; right: 0; top: 0.7rem; }
  .figures { grid-template-columns: 1fr 1fr; }
}
@media print {
  :root {
    color-scheme: light;
    --paper: #fff; --card: #fff; --ink: #000; --soft: #444; --line: #ccc; --bar: #eee4da; --bad: #8c2f19; --good: #1c5a4c; --mark: #1c5a4c;
    --s1: #b5533a; --s2: #d9a05b; --s3: #6c7fa6; --s4: #8a6f9e; --s5: #5f9488; --s6: #b98a9a; --s0: #b9b5aa;
  }
  body { max-width: none; padding: 0; font-size: 9.5pt; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  h1 { font-size: 22pt; }
  section { margin-top: 1.6rem; }
  h2, h3, thead { break-after: avoid; }
  tr, figure, .row, .figures { break-inside: avoid; }
  .more, .plain:not([open]) { display: none; }
  .scroll { overflow: visible; max-height: none !important; }
}
`;
