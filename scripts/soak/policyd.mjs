#!/usr/bin/env node
// Half a million requests to the policy daemon while its DNS server is killed and started again, its configuration is
// reloaded (a good one, then a bad one), and it is itself stopped and started. What each answer must be is known from how
// its domain was made. A broken connection is retried as smtpd does it. Needs nsd(8).
//   npx tsc -b && scripts/soak/policyd.mjs [REQUESTS]        (default 500000; exit code 1 when something was wrong)
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { testSupport } from '../lib/test-support.mjs';

const TOTAL = Number(process.argv[2] ?? 500_000);
const CLIENTS = 20;
const DOMAINS = 600;
const DNS_DOWN_MS = 5_000;
const cli = fileURLToPath(new URL('../../packages/unsent/bin/unsent.js', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'unsent-soak-'));
const config = join(scratch, 'unsent.yaml');
const socketPath = join(scratch, 'policy.sock');

// Each kind of domain with its records, the client that asks, and what must be answered.
const KINDS = [
  ['192.0.2.9', 'pass', { '': 'v=spf1 ip4:192.0.2.0/24 -all' }],
  ['198.51.100.9', 'reject', { '': 'v=spf1 ip4:192.0.2.0/24 -all' }],
  ['198.51.100.9', 'softfail', { '': 'v=spf1 ip4:192.0.2.0/24 ~all' }],
  ['192.0.2.9', 'none', { '': 'no policy here' }],
  ['192.0.2.9', 'permerror', { '': 'v=spf1 ip4:999.0.0.1 -all' }],
  ['2001:db8::9', 'pass', { '': 'v=spf1 include:_a.@ -all', '_a.': 'v=spf1 ip6:2001:db8::/32 -all' }],
  ['192.0.2.9', 'reject', { '': 'v=spf1 exists:%{l}.ok.@ -all' }],
].map(([client, expected, records]) => ({ client, expected, records }));

const counts = { answered: 0, right: 0, temperror: 0, wrong: 0, retries: 0, mostTries: 0 };
const failures = [];
const memory = [];
let isDnsDown = false;
let temperrorsWithDns = 0;
let nextNumber = 0;

const { freePort } = await testSupport('ports');
const port = await freePort();
writeZone();
writeConfig('standard');
let dns = startDns();
// Warmed up, so that its memory is compared with that of a daemon that has started, and not of one that is starting.
let daemon = await startDaemon(/warmed up/);
try {
  await Promise.all([...Array.from({ length: CLIENTS }, (_, index) => client(index)), disturb()]);
} finally {
  // A name server that has ended by itself must not hide why, nor keep the daemon running.
  if (dns.exitCode === null) process.kill(-dns.pid, 'SIGKILL');
  daemon.kill('SIGTERM');
  await once(daemon, 'exit');
  rmSync(scratch, { recursive: true, force: true });
}
report();

/** One smtpd: asks, waits for the answer, and comes back when the connection breaks. */
async function client() {
  let connection = null;
  for (let number = nextNumber++; number < TOTAL; number = nextNumber++) {
    const { text, expected } = requestOf(number);
    let answer = null;
    for (let tries = 1; answer === null; tries++) {
      connection ??= await open();
      answer = connection === null ? null : await ask(connection, text);
      if (answer !== null) break;
      connection = null;
      counts.retries++;
      counts.mostTries = Math.max(counts.mostTries, tries);
      if (tries > 120) throw new Error(`request ${number} got no answer in ${tries} tries`);
      await sleep(1_000); // smtpd_policy_service_retry_delay
    }
    judge(number, answer, expected);
  }
  connection?.destroy();
}

function requestOf(number) {
  const index = (number * 7919) % DOMAINS;
  const kind = KINDS[index % KINDS.length];
  const isStranger = number % 25 === 0;
  const domain = isStranger ? `n${number}.unknown.example` : `d${index}.example`;
  const lines = [
    'request=smtpd_access_policy',
    'protocol_state=RCPT',
    `client_address=${kind.client}`,
    'helo_name=mail.example.net',
    `sender=user${number % 50}@${domain}`,
    'recipient=someone@example.com',
    `instance=${number.toString(16)}.${process.pid.toString(16)}.0`,
    'queue_id=',
  ];
  return { text: `${lines.join('\n')}\n\n`, expected: isStranger ? 'none' : kind.expected };
}

async function open() {
  const socket = connect(socketPath);
  socket.on('error', () => {});
  await Promise.race([once(socket, 'connect'), once(socket, 'close')]).catch(() => {});
  return socket.connecting || socket.destroyed ? null : socket;
}

function ask(socket, text) {
  return new Promise((resolve) => {
    let answer = '';
    const onData = (chunk) => {
      answer += chunk.toString('latin1');
      if (answer.endsWith('\n\n')) done(answer);
    };
    const onClose = () => done(null);
    const done = (result) => {
      socket.off('data', onData);
      socket.off('close', onClose);
      resolve(result);
    };
    socket.on('data', onData);
    socket.once('close', onClose);
    socket.write(text);
  });
}

function judge(number, answer, expected) {
  const found = answer.startsWith('action=550 5.7.23')
    ? 'reject'
    : (/^action=PREPEND Received-SPF: (\w+)/.exec(answer)?.[1] ?? answer);
  counts.answered++;
  if (counts.answered % 50_000 === 0) noteMemory();
  if (found === expected) counts.right++;
  else if (found === 'temperror') {
    counts.temperror++;
    if (!isDnsDown) temperrorsWithDns++;
  } else {
    counts.wrong++;
    if (failures.length < 10) failures.push(`request ${number}: expected ${expected}, got ${found.trim()}`);
  }
}

/** What goes wrong while they ask, each at its share of the requests. */
async function disturb() {
  await reached(0.3);
  isDnsDown = true;
  process.kill(-dns.pid, 'SIGKILL');
  await sleep(DNS_DOWN_MS);
  dns = startDns();
  setTimeout(() => {
    isDnsDown = false; // answers from before may still come
  }, 15_000).unref();
  await reached(0.45);
  writeConfig('strict');
  await signal('SIGHUP', /configuration read again; preset strict/);
  writeConfig('standard');
  await signal('SIGHUP', /configuration read again; preset standard/);
  writeFileSync(config, 'policy: {preset: nonsense}\n');
  await signal('SIGHUP', /the old one stays in force/);
  writeConfig('standard');
  await reached(0.6);
  memory.push('-- restart --');
  daemon.kill('SIGTERM');
  const [code] = await once(daemon, 'exit');
  if (code !== 0) failures.push(`the daemon ended with ${code}`);
  await sleep(500);
  daemon = await startDaemon();
}

async function reached(share) {
  while (counts.answered < TOTAL * share) await sleep(50);
}

function startDns() {
  const program = ['/usr/sbin/nsd', '/usr/local/sbin/nsd'].find(existsSync) ?? 'nsd';
  const child = spawn(program, ['-d', '-c', join(scratch, 'nsd.conf')], { detached: true, stdio: 'ignore' });
  child.on('error', (error) => {
    process.stderr.write(`cannot start nsd: ${error.message}\n`);
    process.exit(2);
  });
  child.on('exit', (code) => {
    if (code !== null) failures.push(`nsd ended by itself with ${code}`);
  });
  return child;
}

async function startDaemon(ready = /listening at/) {
  const args = ['--config', config, '--state', join(scratch, 'unsent.db'), '--dns', `127.0.0.1:${port}`];
  const child = spawn(process.execPath, [cli, ...args, 'policyd', '--listen', `unix:${socketPath}`], {
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  child.log = '';
  child.stderr.on('data', (chunk) => {
    child.log = (child.log + chunk.toString()).slice(-100_000);
  });
  while (!ready.test(child.log)) await sleep(20);
  return child;
}

async function signal(name, logged) {
  daemon.log = '';
  daemon.kill(name);
  for (let i = 0; !logged.test(daemon.log); i++) {
    if (i > 1_000) throw new Error(`${name}: the log does not say ${logged}`);
    await sleep(10);
  }
}

function noteMemory() {
  const rollup = readFileSync(`/proc/${daemon.pid}/smaps_rollup`, 'utf8');
  memory.push(Math.round(Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1]) / 102.4) / 10);
}

function report() {
  const numbers = memory.filter((one) => typeof one === 'number');
  const ratio = (numbers.at(-1) ?? 0) / (numbers[0] ?? 1);
  process.stdout.write(`${TOTAL} requests in ${process.uptime().toFixed(0)} s: ${JSON.stringify(counts)}\n`);
  process.stdout.write(`temperrors while DNS was up: ${temperrorsWithDns}\n`);
  process.stdout.write(`PSS in MB, every 50,000 answers: ${memory.join(' ')}; end to first: ${ratio.toFixed(2)}\n`);
  for (const line of failures) process.stdout.write(`${line}\n`);
  const isBad = counts.wrong + temperrorsWithDns + failures.length > 0;
  process.exitCode = isBad || counts.answered !== TOTAL || ratio > 1.1 ? 1 : 0;
}

function writeConfig(preset) {
  // Permerror and temperror are let pass in both, so that one table holds for all answers.
  const on = 'on: {permerror: accept, temperror: accept}';
  writeFileSync(config, `policy: {preset: ${preset}, deadMx: off, helo: {check: false}, mailFrom: {${on}}}\n`);
}

function writeZone() {
  const zone = [
    '$TTL 5',
    '@ IN SOA ns.example. hostmaster.example. 1 3600 600 86400 5',
    '@ IN NS ns.example.',
    'ns IN A 127.0.0.1',
  ];
  for (let index = 0; index < DOMAINS; index++) {
    for (const [label, text] of Object.entries(KINDS[index % KINDS.length].records)) {
      zone.push(`${label}d${index} IN TXT "${text.replaceAll('@', `d${index}.example`)}"`);
    }
  }
  writeFileSync(join(scratch, 'example.zone'), `${zone.join('\n')}\n`);
  const server = `server:\n  server-count: 1\n  ip-address: 127.0.0.1@${port}\n  username: ""\n  chroot: ""\n  zonesdir: "${scratch}"\n`;
  const files = `  database: ""\n  zonelistfile: "${scratch}/zone.list"\n  xfrdfile: "${scratch}/xfrd.state"\n  xfrdir: "${scratch}"\n  pidfile: "${scratch}/nsd.pid"\n`;
  const rest = 'remote-control:\n  control-enable: no\nzone:\n  name: "example"\n  zonefile: "example.zone"\n';
  writeFileSync(join(scratch, 'nsd.conf'), `${server}${files}  rrl-ratelimit: 0\n${rest}`);
}
