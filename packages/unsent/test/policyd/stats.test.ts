import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPolicyStore } from '@unsent/store';
import { expect, onTestFinished, test } from 'vitest';
import { runCli } from '../../src/cli.ts';
import { fakeSurroundings } from '../support/surroundings.ts';

const HOUR = Date.UTC(2026, 10, 23, 10) / 3_600_000;

test('tells what was blocked, who was careless, and what is wrong with the broken', async () => {
  const { out, exitCode } = await stats(['--since', '24h']);
  expect(exitCode).toBe(0);
  expect(out).toMatch(/^1,011 requests in the last 24h: 7 blocked, 4 more would have been \(observe\)\.$/m);
  expect(out).toMatch(/^ {2}bounce-to-never-sender +reject +7$/m);
  expect(out).toMatch(/^ {2}\+all +1 +33 %$/m);
  expect(out).toMatch(/^ {2}open\.example +3 +ends in \+all$/m);
  expect(out).toMatch(/^ {2}broken\.example +2 +invalid IPv4 address: ip4:$/m);
});

test('what strangers named themselves cannot move the cursor', async () => {
  expect((await stats([])).out).not.toContain('\u001b');
});

test('counts are kept by the hour, and older ones are left out', async () => {
  expect((await stats(['--since', '30m'])).out).toBe('Nothing was asked in the last 30m.\n');
});

test.each(['yesterday', '5', '', '-1h', '1y'])('--since "%s" is no duration', async (since) => {
  const { exitCode, err } = await stats(['--since', since]);
  expect(exitCode).toBe(2);
  expect(err).toMatch(/90m, 24h, 7d or 4w/);
});

async function stats(args: readonly string[]): Promise<{ exitCode: number; out: string; err: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'unsent-stats-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const state = join(folder, 'state.db');
  const store = await openPolicyStore(state);
  const lastSeenAt = new Date(HOUR * 3_600_000);
  const kind = { hour: HOUR, identity: '', result: '' };
  await store.policyCounters.add({
    decisions: [
      { ...kind, rule: 'bounce-to-never-sender', action: 'reject', domain: 'parked.example', count: 7 },
      { ...kind, rule: 'spf-mailfrom', action: 'would-reject', domain: 'evil\u001b[2J.example', count: 4 },
      { ...kind, rule: 'spf-mailfrom', action: 'prepend', domain: '', count: 1000 },
    ],
    senders: [
      { domain: 'open.example', strictness: '+all', problem: null, lastSeenAt, count: 3 },
      { domain: 'good.example', strictness: '-all', problem: null, lastSeenAt, count: 9 },
      { domain: 'broken.example', strictness: 'broken', problem: 'invalid IPv4 address: ip4:', lastSeenAt, count: 2 },
    ],
  });
  await store.close();
  const surroundings = fakeSurroundings({ cwd: folder });
  const exitCode = await runCli(['--state', state, 'policyd', 'stats', ...args], surroundings, '0.0.0');
  return { exitCode, out: surroundings.stdout.text(), err: surroundings.stderr.text() };
}
