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
const REQUEST = `request=smtpd_access_policy
protocol_state=RCPT
client_address=198.51.100.7
helo_name=parked.example
sender=user@parked.example
recipient=user@example.org

`;

const [, , ...args] = process.argv;
if (args.length > 0) runOne();
else void runAll();

/** Runs one command here, and writes what V8 has when it ends. */
function runOne() {
  const { load, scripts } = require('./load.js');
  process.on('exit', () => {
    for (const [name, script] of scripts) {
      const unfinished = join(FOLDER, `${name}.${process.pid}`);
      writeFileSync(unfinished, script.createCachedData());
      renameSync(unfinished, join(FOLDER, name));
    }
  });
  load('main.js').main();
}

/** Each adds to what the ones before it left. */
async function runAll() {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER);
  const work = mkdtempSync(join(tmpdir(), 'unsent-compile-'));
  const zone = join(work, 'zone');
  const mailbox = join(work, 'mbox');
  const config = join(work, 'unsent.yaml');
  const state = join(work, 'state.db');
  writeFileSync(zone, ZONE);
  // An empty file is an empty database.
  for (const empty of [mailbox, state]) writeFileSync(empty, '');
  writeFileSync(config, 'domains:\n  unused: [parked.example]\n');
  const server = await nameServer();
  const inMemory = ['--dns', `zone:${zone}`, '--config', config, '--state', ':memory:'];
  const runs = [
    { args: ['--help'] },
    { args: ['policyd', '--stdio', ...inMemory], input: REQUEST },
    { args: ['policyd', '--stdio', '--dns', server.address, '--config', config, '--state', state], input: REQUEST },
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

/** A name server on this host, so that what asks one is compiled too: there is nothing at any name. */
async function nameServer() {
  const socket = createSocket('udp4');
  socket.on('message', (query, { port, address }) => {
    const answer = Buffer.from(query);
    answer[2] = 0x81; // a response
    answer[3] = 0x83; // that the name does not exist
    socket.send(answer, port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { address: `127.0.0.1:${socket.address().port}`, close: () => socket.close() };
}
