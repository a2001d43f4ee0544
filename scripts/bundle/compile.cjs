// Keeps the code that V8 makes of the bundle in the folder `compiled`, for this version of Node: runs a few harmless
// commands, each in a process of its own, and stores what each has compiled. Run again after an upgrade of Node.
'use strict';
const { spawnSync } = require('node:child_process');
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
else runAll();

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
function runAll() {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER);
  const work = mkdtempSync(join(tmpdir(), 'unsent-compile-'));
  const zone = join(work, 'zone');
  const mailbox = join(work, 'mbox');
  writeFileSync(zone, ZONE);
  writeFileSync(mailbox, '');
  const dns = ['--dns', `zone:${zone}`, '--config', join(work, 'unsent.yaml'), '--state', ':memory:'];
  writeFileSync(join(work, 'unsent.yaml'), 'domains:\n  unused: [parked.example]\n');
  const runs = [
    { args: ['--help'] },
    { args: ['policyd', '--stdio', ...dns], input: REQUEST },
    { args: ['scan', '--forget', mailbox, ...dns] },
    { args: ['lockdown', 'parked.example', '--dry-run', '--provider', 'memory', '--zone', zone, ...dns] },
  ];
  for (const run of runs) {
    const { status, stderr } = spawnSync(process.execPath, [__filename, ...run.args], {
      input: run.input ?? '',
      encoding: 'utf8',
      env: { PATH: process.env.PATH, HOME: work },
    });
    if (status !== 0) throw new Error(`unsent ${run.args[0]} ended with ${status}: ${stderr}`);
  }
  rmSync(work, { recursive: true, force: true });
}
