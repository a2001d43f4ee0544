#!/usr/bin/env node
// Judges generated joe-job scenarios, with and without the sent log, and scores the verdicts.
//
//   node scripts/score-scenarios.mjs [--seeds 10] [--n 2000] [--keep DIR] [--cases]
//
// Ends with 1 when a bar is missed. Needs the generator and the scorer of the shared folder (UNSENT_SHARED names another place) and the built packages.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { scanScenario } from './lib/scenario.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const shared = process.env.UNSENT_SHARED ?? join(root, '..', 'shared');
const { values: options } = parseArgs({
  options: {
    seeds: { type: 'string', default: '10' },
    n: { type: 'string', default: '2000' },
    keep: { type: 'string' },
    cases: { type: 'boolean', default: false },
  },
});

const work = options.keep ?? mkdtempSync(join(tmpdir(), 'unsent-scenarios-'));
const totals = { with: new Map(), without: new Map() };
try {
  for (let seed = 1; seed <= Number(options.seeds); seed++) scoreSeed(seed);
  console.log('\nall seeds');
  for (const mode of ['with', 'without']) printRow('all', mode, totals[mode]);
  if (options.cases) for (const mode of ['with', 'without']) printCases(mode);
} finally {
  if (options.keep === undefined) rmSync(work, { recursive: true, force: true });
}
const missed = ['with', 'without'].flatMap((mode) => missedBars(mode, totals[mode]));
for (const text of missed) console.error(text);
process.exitCode = missed.length === 0 ? 0 : 1;

function scoreSeed(seed) {
  const folder = join(work, `seed-${seed}`);
  if (!existsSync(join(folder, 'labels.jsonl'))) {
    mkdirSync(folder, { recursive: true });
    python('gen_scenario.py', [folder, '--n', options.n, '--seed', String(seed)]);
  }
  for (const mode of ['with', 'without']) {
    const output = join(folder, `${mode}-sent-log.jsonl`);
    scanScenario(folder, { useSentLog: mode === 'with', output });
    const counts = countsOf(python('score.py', [join(folder, 'labels.jsonl'), output, '--by', 'case']));
    for (const [key, count] of counts) totals[mode].set(key, (totals[mode].get(key) ?? 0) + count);
    printRow(`seed ${seed}`, mode, counts);
  }
}

function python(script, args) {
  const done = spawnSync('python3', [join(shared, 'bounce', 'tools', script), ...args], { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`${script} ended with ${done.status ?? done.signal}: ${done.stderr}`);
  return done.stdout;
}

/** The scorer's lines by case: `   used-forged    yes->yes:23, yes->unknown:1`. */
function countsOf(text) {
  const counts = new Map();
  for (const [, name, pairs] of text.matchAll(/^ {3}(\S+)\s+((?:\w+->\w+:\d+(?:, )?)+)$/gm)) {
    for (const [, pair, count] of pairs.matchAll(/(\w+->\w+):(\d+)/g)) counts.set(`${name} ${pair}`, Number(count));
  }
  if (counts.size === 0) throw new Error(`the scorer printed no verdicts:\n${text}`);
  return counts;
}

function sum(counts, want, got, isCase = () => true) {
  let total = 0;
  for (const [key, count] of counts) {
    const [name, pair] = key.split(' ');
    const [wanted, given] = pair.split('->');
    if (isCase(name) && (want === null || wanted === want) && (got === null || given === got)) total += count;
  }
  return total;
}

// Without the log nothing at all is known of a forged mail that was answered: there `unknown` is right.
function isKnowable(mode) {
  return (name) => mode === 'with' || name !== 'used-autoreply-forged';
}

/** precision >= 99.5 %, recall >= 97 % of what can be known, none of the genuine called backscatter. */
function missedBars(mode, counts) {
  const found = sum(counts, 'yes', 'yes');
  const bars = [
    ['precision below 99.5 %', found < 0.995 * sum(counts, null, 'yes')],
    [
      'recall below 97 %',
      sum(counts, 'yes', 'yes', isKnowable(mode)) < 0.97 * sum(counts, 'yes', null, isKnowable(mode)),
    ],
    ['genuine mail called backscatter', sum(counts, 'no', 'yes') > 0],
    ['nothing was found', found === 0],
  ];
  return bars.filter(([, isMissed]) => isMissed).map(([text]) => `${mode} the sent log: ${text}`);
}

function printRow(title, mode, counts) {
  const percent = (part, whole) => `${((100 * part) / Math.max(whole, 1)).toFixed(2)} %`.padStart(9);
  const found = sum(counts, 'yes', 'yes');
  const knowable = isKnowable(mode);
  console.log(
    `${title.padEnd(8)} ${`${mode} log`.padEnd(12)}` +
      ` precision ${percent(found, sum(counts, null, 'yes'))}` +
      ` recall ${percent(found, sum(counts, 'yes', null))}` +
      ` of the knowable ${percent(sum(counts, 'yes', 'yes', knowable), sum(counts, 'yes', null, knowable))}` +
      ` genuine called backscatter ${sum(counts, 'no', 'yes')}/${sum(counts, 'no', null)}` +
      ` genuine found ${percent(sum(counts, 'no', 'no'), sum(counts, 'no', null))}` +
      ` right unknown ${sum(counts, 'unknown', 'unknown')}/${sum(counts, 'unknown', null)}`,
  );
}

function printCases(mode) {
  console.log(`\nby case, ${mode} the sent log`);
  const names = [...new Set([...totals[mode].keys()].map((key) => key.split(' ')[0]))].sort();
  for (const name of names) {
    const pairs = [...totals[mode]].filter(([key]) => key.startsWith(`${name} `));
    console.log(`  ${name.padEnd(28)} ${pairs.map(([key, count]) => `${key.split(' ')[1]}: ${count}`).join(', ')}`);
  }
}
