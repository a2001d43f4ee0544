// Keeps the code that V8 makes of the bundle in the folder `compiled`, for this version of Node: runs a few harmless
// commands, each in a process of its own, and stores what each has compiled. Run again after an upgrade of Node.
'use strict';
const { spawn } = require('node:child_process');
const { createSocket } = require('node:dgram');
const { once } = require('node:events');
const { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

const FOLDER = join(__dirname, 'compiled');
const ZONE = `$ORIGIN parked.example.
@    300 IN TXT "v=spf1 a mx ip4:192.0.2.0/24 include:more.parked.example -all"
@    300 IN A   192.0.2.1
more 300 IN TXT "v=spf1 ip6:2001:db8::/32 ?all"
`;
const SENDERS_ZONE = `$ORIGIN sender.example.
@    300 IN TXT "v=spf1 a mx ip4:192.0.2.0/24 include:more.parked.example -all"
`;
const CONFIG = `domains:
  unused:
    - parked.example
policy:
  preset: standard
  mailFrom: { on: { temperror: defer } }
`;
/** At every name that the name server below is asked for. */
const SPF_RECORD = 'v=spf1 a mx ip4:192.0.2.0/24 ip6:2001:db8::/32 -all';
/** What the policy service does most: SPF that passes, SPF that fails, and a domain that never sends. */
const REQUESTS = [
  request('192.0.2.7', 'sender.example', 1),
  request('198.51.100.7', 'sender.example', 2),
  request('198.51.100.7', 'parked.example', 3),
].join('');

const [, , ...args] = process.argv;
if (args.length > 0) runOne();
else void runAll();

/** Runs one command here, and writes what V8 has when it ends. */
function runOne() {
  const { scripts } = require('./load.js');
  process.on('exit', () => {
    for (const [name, script] of scripts) {
      const unfinished = join(FOLDER, `${name}.${process.pid}`);
      writeFileSync(unfinished, script.createCachedData());
      renameSync(unfinished, join(FOLDER, name));
    }
  });
  require(join(__dirname, 'unsent.js'));
}

/** Each adds to what the ones before it left. */
async function runAll() {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER);
  const work = mkdtempSync(join(tmpdir(), 'unsent-compile-'));
  const zone = join(work, 'zone');
  const zones = join(work, 'zones');
  const mailbox = join(work, 'mbox');
  const config = join(work, 'unsent.yaml');
  const state = join(work, 'state.db');
  writeFileSync(zone, ZONE);
  writeFileSync(zones, ZONE + SENDERS_ZONE);
  // An empty file is an empty database.
  for (const empty of [mailbox, state]) writeFileSync(empty, '');
  writeFileSync(config, CONFIG);
  const server = await nameServer();
  const inMemory = ['--dns', `zone:${zones}`, '--config', config, '--state', ':memory:'];
  const runs = [
    { args: ['--help'] },
    { args: ['policyd', '--stdio', ...inMemory], input: REQUESTS },
    { args: ['policyd', '--stdio', '--dns', server.address, '--config', config, '--state', state], input: REQUESTS },
    { args: ['scan', '--forget', mailbox, ...inMemory] },
    { args: ['lockdown', 'parked.example', '--dry-run', '--provider', 'memory', '--zone', zone, ...inMemory] },
  ];
  try {
    for (const run of runs) await runApart(run, work);
  } finally {
    server.close();
    rmSync(work, { recursive: true, force: true });
  }
}

/** Runs one command in a process of its own. */
async function runApart({ args, input = '' }, home) {
  const env = { PATH: process.env.PATH, HOME: home };
  const child = spawn(process.execPath, [__filename, ...args], { env, stdio: ['pipe', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  child.stdin.on('error', () => {}); // a command may end before it has read its input
  child.stdin.end(input);
  const [status] = await once(child, 'close');
  if (status !== 0) throw new Error(`unsent ${args[0]} ended with ${status}: ${errors}`);
}

function request(client, domain, instance) {
  return `request=smtpd_access_policy
protocol_state=RCPT
client_address=${client}
helo_name=mail.${domain}
sender=user@${domain}
recipient=user@example.org
instance=${instance}

`;
}

/** A name server on this host, so that what asks one is compiled too: it knows an SPF record, and nothing else. */
async function nameServer() {
  const socket = createSocket('udp4');
  socket.on('message', (query, { port, address }) => socket.send(answerTo(query), port, address));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { address: `127.0.0.1:${socket.address().port}`, close: () => socket.close() };
}

/** The answer to a question of one of our own processes (RFC 1035 §4.1). */
function answerTo(query) {
  let end = 12;
  while (query[end] !== 0) end += query[end] + 1;
  const question = query.subarray(12, end + 5);
  const isText = query.readUInt16BE(end + 1) === 16;
  const header = Buffer.from([query[0], query[1], 0x81, 0x80, 0, 1, 0, isText ? 1 : 0, 0, 0, 0, 0]);
  if (!isText) return Buffer.concat([header, question]);
  const text = Buffer.from(SPF_RECORD);
  const record = Buffer.from([0xc0, 12, 0, 16, 0, 1, 0, 0, 1, 44, 0, text.length + 1, text.length]);
  return Buffer.concat([header, question, record, text]);
}
