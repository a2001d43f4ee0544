// Questions a second: our DNS client beside c-ares (node:dns), both asking one private NSD on loopback.
//   node scripts/bench-dns.mjs [--rounds 5] [--questions 60000] [--concurrency 100]      (build first: npm run build)
// Needs nsd (Debian's package). Each engine runs as a process of its own; they take turns, so that what else the machine
// does hits both; the table shows medians. The second table is the time to write one question and read its answer.
import { spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import './lib/plain-start.mjs';
import { dnsClient } from '../packages/dns/dist/index.js';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    questions: { type: 'string', default: '60000' },
    concurrency: { type: 'string', default: '100' },
  },
});

const ZONE = `@ 300 SOA ns host 1 3600 600 86400 120
@ 300 NS ns
ns 300 A 127.0.0.1
a 300 A 192.0.2.1
a 300 TXT "v=spf1 ip4:192.0.2.0/24 include:_spf.example.com -all"
six 300 AAAA 2001:db8::1
alias 300 CNAME a
text 300 TXT "v=spf1 ip4:192.0.2.0/24 include:_spf.example.com -all"
mail 300 MX 10 a
`;

const work = mkdtempSync(join(tmpdir(), 'unsent-bench-dns-'));
const port = await freePort();
const nsd = startNsd();
await once(nsd, 'spawn'); // throws when nsd is not installed
try {
  await answering();
  process.stdout.write(`Node ${process.version}, NSD on loopback, ${values.concurrency} questions at a time\n\n`);
  printClients(
    measure(['ours', 'cares'], (engine) => ['ask.mjs', engine, `${port}`, values.questions, values.concurrency]),
  );
  printCodecs(measure(['ours', 'dns-packet'], (engine) => ['codec.mjs', engine]));
} finally {
  nsd.kill();
  if (nsd.exitCode === null) await once(nsd, 'exit');
  rmSync(work, { recursive: true, maxRetries: 5 });
}

/** The runs of each engine; they take turns. */
function measure(engines, argumentsFor) {
  const runs = new Map(engines.map((engine) => [engine, []]));
  for (let round = 0; round < Number(values.rounds); round++)
    for (const engine of engines) runs.get(engine).push(runOnce(argumentsFor(engine)));
  return runs;
}

function runOnce([script, ...rest]) {
  const path = fileURLToPath(new URL(`./bench/dns/${script}`, import.meta.url));
  const result = spawnSync(process.execPath, [path, ...rest], { encoding: 'utf8' });
  if (result.status !== 0) throw new Error(result.stderr);
  return JSON.parse(result.stdout);
}

function printClients(runs) {
  const founds = new Set([...runs.values()].flat().map(({ found }) => found));
  if (founds.size !== 1) throw new Error(`the engines found different numbers of records: ${[...founds].join(', ')}`);
  const base = median(runs.get('cares').map(({ rate }) => rate));
  process.stdout.write('client           questions/s   (lowest–highest)   x c-ares   CPU µs a question\n');
  for (const [engine, all] of runs) {
    const rates = all.map(({ rate }) => rate);
    const rate = median(rates);
    const cells = [
      (engine === 'ours' ? '@unsent/dns' : 'node:dns, c-ares').padEnd(16),
      count(rate).padStart(11),
      `(${count(Math.min(...rates))}–${count(Math.max(...rates))})`.padStart(18),
      (rate / base).toFixed(2).padStart(10),
      median(all.map(({ cpuMicros }) => cpuMicros))
        .toFixed(1)
        .padStart(19),
    ];
    process.stdout.write(`${cells.join(' ')}\n`);
  }
}

function printCodecs(runs) {
  process.stdout.write('\ncodec        µs a question and its answer\n');
  for (const [engine, all] of runs)
    process.stdout.write(`${engine.padEnd(12)} ${median(all.map(({ micros }) => micros)).toFixed(2)}\n`);
}

function startNsd() {
  const program = ['/usr/sbin/nsd', '/usr/local/sbin/nsd'].find(existsSync) ?? 'nsd';
  writeFileSync(join(work, 'zone'), ZONE);
  writeFileSync(
    join(work, 'nsd.conf'),
    `server:
  ip-address: 127.0.0.1@${port}
  server-count: 1
  username: ""
  zonesdir: "${work}"
  pidfile: "${work}/pid"
  logfile: "${work}/log"
  database: ""
  xfrdfile: "${work}/xfrd"
  zonelistfile: "${work}/list"
  rrl-ratelimit: 0
remote-control:
  control-enable: no
zone:
  name: bench.example
  zonefile: zone
`,
  );
  return spawn(program, ['-d', '-c', join(work, 'nsd.conf')], { stdio: 'ignore' });
}

async function answering() {
  const client = dnsClient({ servers: [{ address: '127.0.0.1', port }], timeoutMs: 200, tries: 1 });
  for (let i = 0; i < 50; i++) {
    if ((await client.resolve('a.bench.example', 'A')).kind === 'records') return client.close();
    await delay(100);
  }
  throw new Error('NSD does not answer; is nsd installed?');
}

async function freePort() {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const free = socket.address().port;
  socket.close();
  return free;
}

function median(numbers) {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
}

function count(rate) {
  return Math.round(rate).toLocaleString('en');
}
