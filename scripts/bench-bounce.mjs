// Bounces a second, ours beside Sisimai 4 and flufl.bounce from Debian, over the bounce files of the shared corpus.
//   node scripts/bench-bounce.mjs [--rounds 5] [--times 10] [--corpus DIR]      (build first: npm run build)
// Each engine runs as a process of its own; start-up, reading the files and writing the fields are included. The
// engines take turns, so that what else the machine does hits all of them; the table shows medians.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import './lib/plain-start.mjs';

const here = (name) => fileURLToPath(new URL(`./bench/bounce/${name}`, import.meta.url));
const shared = process.env['UNSENT_SHARED'] ?? fileURLToPath(new URL('../../shared', import.meta.url));
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    times: { type: 'string', default: '10' },
    corpus: { type: 'string', default: join(shared, 'bounce/dev') },
  },
});

const ENGINES = [
  { name: '@unsent/bounce', command: process.execPath, args: [here('ours.mjs')] },
  { name: 'flufl.bounce (addresses only)', command: '/usr/bin/python3', args: [here('peer_flufl.py')] },
  { name: 'Sisimai 4', command: '/usr/bin/perl', args: [here('sisimai.pl')] },
];

const manifest = readFileSync(join(values.corpus, 'manifest.jsonl'), 'utf8').trim().split('\n');
const files = manifest.map((line) => JSON.parse(line)).filter((one) => one.kind === 'bounce');
const work = mkdtempSync(join(tmpdir(), 'unsent-bench-'));
const list = join(work, 'files');
writeFileSync(list, files.map((one) => join(values.corpus, one.file)).join('\n'));
try {
  print(measure());
} finally {
  rmSync(work, { recursive: true });
}

function measure() {
  const runs = new Map(ENGINES.map(({ name }) => [name, []]));
  for (let round = 0; round < Number(values.rounds); round += 1) {
    for (const engine of ENGINES) runs.get(engine.name).push(runOnce(engine));
  }
  return runs;
}

function runOnce({ command, args }) {
  const started = performance.now();
  const result = spawnSync(command, [...args, list, values.times], { encoding: 'utf8', maxBuffer: 1 << 26 });
  const seconds = (performance.now() - started) / 1000;
  if (result.status !== 0) return null;
  const { messages, bounces, classifiedPerSecond } = JSON.parse(result.stdout.trim().split('\n').at(-1));
  return { rate: messages / seconds, found: bounces / messages, classifiedPerSecond };
}

function print(runs) {
  const [ours] = ENGINES;
  const base = median(runs.get(ours.name).map((run) => run?.rate ?? 0));
  process.stdout.write(
    `${files.length} bounces, ${values.times} times over, median of ${values.rounds} (best–worst)\n`,
  );
  for (const { name } of ENGINES) {
    const done = runs.get(name).filter((run) => run !== null);
    if (done.length === 0) process.stdout.write(`${name.padEnd(32)} not installed\n`);
    else process.stdout.write(`${row(name, done, base)}\n`);
  }
  const inner = runs.get(ours.name).map((run) => run?.classifiedPerSecond ?? 0);
  process.stdout.write(`${ours.name} without start-up and reading files: ${median(inner)}/s\n`);
}

function row(name, done, base) {
  const rates = done.map((run) => run.rate);
  const rate = median(rates);
  const range = `${Math.round(Math.max(...rates))}–${Math.round(Math.min(...rates))}`;
  const found = `${(100 * done[0].found).toFixed(1)} % found`;
  return `${name.padEnd(32)} ${Math.round(rate).toString().padStart(6)}/s (${range}), ${found}, ours is ${(base / rate).toFixed(1)}x`;
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
