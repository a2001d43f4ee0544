#!/usr/bin/env node
// Draws what a command prints as pictures for the README, light and dark: node scripts/record-cast.mjs [--check]
// The command runs in examples/joe-job on a copy in memory, so that the same bytes come out everywhere.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { root } from './lib/run.mjs';

const SHOTS = [{ file: 'lockdown', args: ['lockdown', 'parked.example', '--rehearse'] }];
const THEMES = {
  light: {
    back: '#ffffff',
    text: '#1f2328',
    dim: '#59636e',
    red: '#b3261e',
    green: '#116329',
    yellow: '#7d4e00',
    cyan: '#0b5d78',
  },
  dark: {
    back: '#0d1117',
    text: '#e6edf3',
    dim: '#9198a1',
    red: '#ff7b72',
    green: '#56d364',
    yellow: '#e3b341',
    cyan: '#76d9e6',
  },
};
const COLORS = { 31: 'red', 32: 'green', 33: 'yellow', 36: 'cyan' };
const [CHARACTER, LINE, MARGIN] = [8.4, 20, 16];

const stale = [];
for (const { file, args } of SHOTS) {
  const lines = [`$ unsent ${args.join(' ')}`, ...run(args)];
  for (const [theme, colors] of Object.entries(THEMES)) {
    const path = `docs/images/${file}-${theme}.svg`;
    const picture = draw(lines, colors);
    if (!process.argv.includes('--check')) {
      mkdirSync(`${root}docs/images`, { recursive: true });
      writeFileSync(`${root}${path}`, picture);
    } else if (readFileSync(`${root}${path}`, 'utf8') !== picture) stale.push(path);
  }
}
for (const path of stale) console.error(`${path} is not what the command prints: run node scripts/record-cast.mjs`);
process.exitCode = stale.length === 0 ? 0 : 1;

function run(args) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [`${root}packages/unsent/bin/unsent.js`, ...args], {
    cwd: `${root}examples/joe-job`,
    encoding: 'utf8',
    env: { FORCE_COLOR: '1', UNSENT_CONFIG: 'unsent.yaml', HOME: '/nonexistent' },
  });
  if (status !== 0) throw new Error(stderr);
  return stdout.trimEnd().split('\n');
}

function draw(lines, colors) {
  const widest = Math.max(...lines.map((line) => plain(line).length));
  const [width, height] = [Math.ceil(widest * CHARACTER) + 2 * MARGIN, lines.length * LINE + 2 * MARGIN];
  const texts = lines.map((line, row) => {
    const y = MARGIN + row * LINE + 14;
    return `<text x="${MARGIN}" y="${y}" xml:space="preserve">${spans(line, colors)}</text>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${forXml(plain(lines[0] ?? ''))}</title>`,
    `<rect width="100%" height="100%" rx="8" fill="${colors.back}"/>`,
    `<g font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14" fill="${colors.text}">`,
    ...texts.filter((text) => !text.endsWith('"preserve"></text>')),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

/** Runs of one look each; the column of every run is set, so that no font can move the table. */
function spans(line, colors) {
  let look = {};
  let column = 0;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the sequences that colours are made of
  return [...line.matchAll(/\x1b\[(\d+)m|([^\x1b]+)/g)]
    .map(([, code, text]) => {
      if (text === undefined) {
        look = lookAfter(look, Number(code));
        return '';
      }
      const pieces = [...text.matchAll(/ *(\S+(?: \S+)*)(?= {2,}|$)| +/g)].map(([piece, words]) => {
        const at = column + (words === undefined ? 0 : piece.length - words.length);
        column += piece.length;
        return words === undefined
          ? ''
          : `<tspan x="${(MARGIN + at * CHARACTER).toFixed(1)}"${attributes(look, colors)}>${forXml(words)}</tspan>`;
      });
      return pieces.join('');
    })
    .join('');
}

function lookAfter(look, code) {
  if (code === 0) return {};
  if (code === 1) return { ...look, isBold: true };
  if (code === 2) return { ...look, color: 'dim' };
  if (code === 22) return { ...look, isBold: false, color: look.color === 'dim' ? undefined : look.color };
  return { ...look, color: COLORS[code] };
}

function attributes({ isBold, color }, colors) {
  return `${isBold ? ' font-weight="bold"' : ''}${color === undefined ? '' : ` fill="${colors[color]}"`}`;
}

function plain(line) {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: as above
  return line.replace(/\x1b\[\d+m/g, '');
}

function forXml(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
