#!/usr/bin/env node
// Draws docs/images/report.png: the report on examples/joe-job, with a lockdown and some requests to policyd added.
// Needs a build and Debian's chromium. Run: node scripts/make-report-picture.mjs
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { root } from './lib/run.mjs';

const { openStore } = await import(`${root}packages/store/dist/index.js`);
const { joinSpans } = await import(`${root}packages/bounce/dist/index.js`);
const folder = mkdtempSync(join(tmpdir(), 'unsent-picture-'));
const state = join(folder, 'state.db');
const LOCKED_AT = new Date('2026-11-16T08:40:00Z');

try {
  unsent('scan', 'mailbox.mbox');
  await addStory();
  unsent('report', '--since', '2026-11-01', '--html', join(folder, 'report.html'));
  await draw();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function unsent(...args) {
  const options = ['--config', 'unsent.yaml', '--state', state];
  const { status, stderr } = spawnSync(
    process.execPath,
    [`${root}packages/unsent/bin/unsent.js`, ...args, ...options],
    {
      cwd: `${root}examples/joe-job`,
      encoding: 'utf8',
    },
  );
  if (status !== 0) throw new Error(stderr);
}

async function addStory() {
  const store = await openStore(state, { joinSpans });
  const draft = {
    kind: 'lockdown',
    zone: 'parked.example',
    provider: 'memory',
    snapshot: {},
    plan: {},
    undoes: [],
    zoneText: '',
  };
  const { id } = await store.journal.begin(LOCKED_AT, () => draft);
  await store.journal.finish(id, 'applied', LOCKED_AT, 'locked down');
  await store.lockedDomains.add(['parked.example'], LOCKED_AT, id);
  const seen = { hour: Math.floor(LOCKED_AT.getTime() / 3_600_000), identity: 'mailfrom' };
  await store.policyCounters.add({
    decisions: [
      { ...seen, rule: 'own-domain', result: 'fail', action: 'reject', domain: 'parked.example', count: 164 },
      { ...seen, rule: 'spf', result: 'fail', action: 'reject', domain: 'lottery.example', count: 80 },
      { ...seen, rule: 'spf', result: 'pass', action: 'dunno', domain: 'insurer.example', count: 2222 },
    ],
    senders: [
      { domain: 'insurer.example', strictness: '-all', problem: null, lastSeenAt: LOCKED_AT, count: 2222 },
      { domain: 'lottery.example', strictness: '~all', problem: null, lastSeenAt: LOCKED_AT, count: 80 },
    ],
  });
  await store.close();
}

async function draw() {
  const browser = await chromium.launchPersistentContext(join(folder, 'profile'), {
    executablePath: '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
    viewport: { width: 1100, height: 900 },
  });
  const page = await browser.newPage();
  await page.goto(pathToFileURL(join(folder, 'report.html')).href);
  mkdirSync(`${root}docs/images`, { recursive: true });
  await page.screenshot({ path: `${root}docs/images/report.png` });
  await browser.close();
}
