// A generated scenario, put into the words of unsent's own configuration and scanned with its command line.
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './run.mjs';

/** Scans the scenario in `folder` into a fresh database and writes one JSON line for each message to `output`. */
export function scanScenario(folder, { useSentLog, output }) {
  const state = join(folder, 'state.db');
  for (const name of [state, `${state}-wal`, `${state}-shm`]) rmSync(name, { force: true });
  const common = ['--config', writeConfig(folder), '--state', state, '--dns', `zone:${writeZone(folder)}`, '--quiet'];
  if (useSentLog) unsent([...common, 'sentlog', 'import', join(folder, 'sent.jsonl')]);
  writeFileSync(output, unsent([...common, '--json', 'scan', join(folder, 'mail.mbox')]));
}

function unsent(args) {
  const program = join(root, 'packages', 'unsent', 'bin', 'unsent.js');
  const done = spawnSync(process.execPath, [program, ...args], { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (done.status !== 0) throw new Error(`unsent ended with ${done.status ?? done.signal}: ${done.stderr}`);
  return done.stdout;
}

function writeConfig(folder) {
  const { unused, sending, batv } = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
  const lines = ['domains:', '  unused:', ...unused.map((name) => `    - ${name}`), '  sending:'];
  for (const [name, { outbound }] of Object.entries(sending)) {
    lines.push(`    ${name}:`, '      outbound:', ...outbound.map(({ ip }) => `        - "${ip}"`));
    if (batv[name] !== undefined) lines.push(...batvLines(folder, name, batv[name]));
  }
  return write(folder, 'unsent.yaml', lines);
}

function batvLines(folder, name, { key, required }) {
  const file = join(folder, `${name}.key`);
  writeFileSync(file, key, { mode: 0o600 });
  const keys = ['        keys:', '          - digit: 0', '            secret:', `              file: ${file}`];
  return ['      batv:', `        signsAll: ${required === true}`, ...keys];
}

function writeZone(folder) {
  const zone = JSON.parse(readFileSync(join(folder, 'zone.json'), 'utf8'));
  const lines = Object.entries(zone).flatMap(([owner, types]) =>
    Object.entries(types).flatMap(([type, values]) =>
      values.map((value) => `${owner}. 300 IN ${type} ${type === 'TXT' ? `"${value}"` : value}`),
    ),
  );
  return write(folder, 'zone.txt', lines);
}

function write(folder, name, lines) {
  const path = join(folder, name);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}
