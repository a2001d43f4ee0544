#!/usr/bin/env node
// `npm run demo`: the main job on the example mailbox, from nothing but Node and npm. Writes below .unsent/demo only.
import { mkdirSync, rmSync } from 'node:fs';
import { build, checkNode, installIfNeeded, root, run } from './lib/run.mjs';

const CLI = 'packages/unsent/bin/unsent.js';
const EXAMPLE = 'examples/joe-job';
const STATE = '.unsent/demo/state.db';
const SHARED = ['--config', `${EXAMPLE}/unsent.yaml`, '--dns', `zone:${EXAMPLE}/dns.txt`, '--state', STATE];

checkNode();
title('Install and build');
installIfNeeded();
say('npx', 'tsc', '-b', 'packages/unsent', '&&', 'node', 'scripts/bundle.mjs');
build('packages/unsent');

title('Scan: a mailbox of 469 messages, three domains of which two never send');
rmSync(`${root}.unsent/demo`, { recursive: true, force: true });
mkdirSync(`${root}.unsent/demo`, { recursive: true });
unsent('scan', `${EXAMPLE}/mailbox.mbox`, ...SHARED);

title('Lock down the domain under attack, and undo it: rehearsed on a copy in memory');
const zone = ['--provider', 'memory', '--zone', `${EXAMPLE}/zone.txt`];
unsent('lockdown', 'parked.example', '--rehearse', ...zone, ...SHARED);

title('What to type next');
for (const [command, what] of [
  [`node ${CLI} scan ~/Maildir`, 'your own mail; nothing is sent, DNS is asked'],
  [`node ${CLI} audit example.com`, 'a domain from outside; needs no token'],
  [`node ${CLI} --help`, 'everything else'],
  ['less docs/quickstart.md', 'the same, step by step'],
]) {
  console.log(`  ${command.padEnd(54)}${what}`);
}

function title(text) {
  console.log(`\n── ${text} ${'─'.repeat(Math.max(0, 90 - text.length))}\n`);
}

/** The command line about to run, as one could type it: options on lines of their own. */
function say(...words) {
  const [first, ...options] = words.join(' ').split(/ (?=--)/);
  const lines = options.reduce(
    ([line, ...done], option) =>
      line.length + option.length < 90 ? [`${line} ${option}`, ...done] : [`    ${option}`, line, ...done],
    [first],
  );
  console.log(`$ ${lines.reverse().join(' \\\n')}`);
}

function unsent(...args) {
  say('node', CLI, ...args);
  console.log('');
  run(process.execPath, [CLI, ...args]);
}
