// Scans that are killed, and what the database holds when the next one has run: shared by the soak and by a test.
import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './run.mjs';

const Database = createRequire(`${root}packages/store/package.json`)('libsql');
const PRELOAD = pathToFileURL(`${root}scripts/lib/kill-at.mjs`).href;

/** Writes an mbox, a Maildir and a folder; a few messages stand in two of them. Returns how to scan them. */
export function makeMailboxes(folder, count) {
  const mbox = join(folder, 'mbox');
  const maildir = join(folder, 'Maildir');
  const loose = join(folder, 'loose');
  for (const name of ['cur', 'new', 'tmp']) mkdirSync(join(maildir, name), { recursive: true });
  mkdirSync(loose);
  const entry = (number) => `From MAILER-DAEMON Mon Nov 23 10:00:00 2026\n${bounce(number)}\n`;
  writeFileSync(mbox, Array.from({ length: count }, (_, number) => entry(number)).join(''));
  for (let i = 0; i < count / 2; i++) {
    writeFileSync(
      join(maildir, i % 2 === 0 ? 'new' : 'cur', `${i}.M1P1.host${i % 2 === 0 ? '' : ':2,S'}`),
      bounce(i * 3),
    );
  }
  for (let i = 0; i < count / 20; i++) writeFileSync(join(loose, `${i}.eml`), bounce(count * 2 + i));
  // What has just changed is told from what has not by its time alone, and then the rows would depend on the clock.
  const anHourAgo = Date.now() / 1000 - 3600;
  for (const path of [mbox, join(maildir, 'cur'), join(maildir, 'new')]) utimesSync(path, anHourAgo, anHourAgo);
  writeFileSync(join(folder, 'unsent.yaml'), 'domains:\n  unused: [parked.example]\n');
  writeFileSync(join(folder, 'dns.txt'), '@ 300 IN SOA ns.example. hostmaster.example. 1 300 300 300 300\n');
  return { folder, sources: [mbox, maildir, loose] };
}

/** Runs one scan into `state`. `killAt` as in kill-at.mjs, `afterMs`: killed by a clock; null for neither. */
export function scan({ folder, sources }, state, { killAt = null, afterMs = null, counts = null } = {}) {
  const config = ['--config', join(folder, 'unsent.yaml'), '--dns', `zone:${join(folder, 'dns.txt')}`];
  const args = ['scan', '--quiet', ...config, '--state', state, ...sources];
  const env = {
    PATH: process.env.PATH,
    HOME: '/nonexistent',
    ...(killAt === null ? {} : { UNSENT_KILL_AT: killAt }),
    ...(counts === null ? {} : { UNSENT_COUNTS: counts }),
  };
  const preload = killAt === null && counts === null ? [] : ['--import', PRELOAD];
  const child = spawn(process.execPath, [...preload, `${root}packages/unsent/bin/unsent.js`, ...args], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const timer = afterMs === null ? null : setTimeout(() => child.kill('SIGKILL'), afterMs);
  return new Promise((resolve) =>
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, stderr });
    }),
  );
}

/** Everything that is counted, and how far each mailbox was read, as one text: equal for equal histories. */
export function contentOf(state) {
  const database = new Database(state);
  const rows = (query) => database.prepare(query).raw().all();
  const content = {
    event: rows(
      `SELECT hex(identity), source, place, arrived_at, kind, backscatter, decisive, domain, local_part, reporter,
         origin_ip, network, origin_spf, evidence, message_id, subject, error FROM event ORDER BY 1`,
    ),
    seen: rows('SELECT hex(identity), arrived_at FROM seen ORDER BY 1'),
    hourly: rows('SELECT * FROM hourly ORDER BY domain, hour, kind, backscatter, decisive'),
    added: rows('SELECT sum(added) FROM scan_run'),
    source: rows('SELECT name, position FROM source ORDER BY name'),
    item: rows('SELECT name, item FROM source_item JOIN source ON source.id = source_item.source ORDER BY 1, 2'),
    locks: rows('SELECT * FROM scan_lock'),
  };
  database.close();
  return JSON.stringify(content, null, 1);
}

/** Kills one scan, runs the next to its end, and tells whether the database is as if nothing had happened. */
export async function killAndGoOn(mailboxes, expected, how) {
  const state = join(mailboxes.folder, 'killed.db');
  for (const end of ['', '-wal', '-shm']) rmSync(`${state}${end}`, { force: true });
  const killed = await scan(mailboxes, state, how);
  const next = await scan(mailboxes, state);
  if (next.code !== 0) return { isExact: false, wasKilled: killed.signal === 'SIGKILL', why: next.stderr };
  const found = contentOf(state);
  if (found !== expected) {
    copyFileSync(state, `${state}.wrong`);
    writeFileSync(`${state}.found.json`, found);
  }
  return { isExact: found === expected, wasKilled: killed.signal === 'SIGKILL', why: 'other rows' };
}

/** What an undisturbed scan leaves, and how many statements and commits it makes. */
export async function undisturbed(mailboxes) {
  const [state, counts] = [join(mailboxes.folder, 'whole.db'), join(mailboxes.folder, 'counts.json')];
  const started = performance.now();
  const run = await scan(mailboxes, state, { counts });
  if (run.code !== 0) throw new Error(`the undisturbed scan failed: ${run.stderr}`);
  const tookMs = performance.now() - started;
  // The killed scan is followed by a second one, and so is this.
  await scan(mailboxes, state);
  return { expected: contentOf(state), counts: JSON.parse(readFileSync(counts, 'utf8')), tookMs };
}

function bounce(number) {
  const to = `user${number}@parked.example`;
  const second = String(number % 60).padStart(2, '0');
  return [
    'Return-Path: <>',
    `Received: from mx.example.net (mx.example.net [198.51.100.25]) by mx.home.example with ESMTP id Q${number}; Mon, 23 Nov 2026 ${String(number % 24).padStart(2, '0')}:00:${second} +0000`,
    'From: MAILER-DAEMON@mx.example.net (Mail Delivery System)',
    `To: ${to}`,
    'Subject: Undelivered Mail Returned to Sender',
    `Message-ID: <bounce.${number}@mx.example.net>`,
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status; boundary="=_b"',
    '',
    '--=_b',
    '',
    'no such user',
    '',
    '--=_b',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; mx.example.net',
    '',
    'Final-Recipient: rfc822; nobody@example.net',
    'Action: failed',
    'Status: 5.1.1',
    '',
    '--=_b',
    'Content-Type: text/rfc822-headers',
    '',
    `Received: from bot (bot.example.org [203.0.113.${number % 250}]) by mx.example.net with ESMTP id X${number}; Mon, 23 Nov 2026 00:00:00 +0000`,
    `From: ${to}`,
    `Message-ID: <spam.${number}@bot.example.org>`,
    '',
    '--=_b--',
    '',
  ].join('\n');
}
