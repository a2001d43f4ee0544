import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { runUnsent } from '../support/cli.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const example = join(root, 'examples/joe-job');
const shared = ['--config', `${example}/unsent.yaml`, '--dns', `zone:${example}/dns.txt`];

type Line = { messageId: string; kind: string; backscatter: string };

describe('npm run demo', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'scripts/demo.mjs')], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], HOME: '/nonexistent' },
  });

  test('plays the story to its end', () => {
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout).toMatch(/469 new messages: 361 bounces/);
    expect(stdout).toMatch(/parked\.example +283 .* 100 %/);
    expect(stdout).toMatch(/"v=spf1 a mx \?all" +→ +"v=spf1 -all"/);
    expect(stdout).toContain('What to type next');
  });

  test('keeps what it writes inside the project', () => {
    expect(existsSync(join(root, '.unsent/demo/state.db'))).toBe(true);
  });

  test('shows each command line as one can type it', () => {
    const commands = [...stdout.matchAll(/^\$ (node (?:.*\\\n)*.*)$/gm)].map(([, command = '']) => command);
    expect(commands).toHaveLength(2);
    const [scan = ''] = commands;
    const again = spawnSync('sh', ['-c', scan], { cwd: root, encoding: 'utf8' });
    expect(again.stdout).toMatch(/^Nothing new\. Seen so far: 469 messages/);
  });
});

describe('what the scan says about the example', async () => {
  const { stdout } = await runUnsent(['scan', '--json', '--forget', `${example}/mailbox.mbox`, ...shared]);
  const judged = new Map(linesOf(stdout).map((line) => [line.messageId, line]));
  const truth = linesOf(readFileSync(`${example}/truth.jsonl`, 'utf8'));

  test('every message is told, with its kind', () => {
    const wrong = truth.filter(({ messageId, kind }) => judged.get(messageId)?.kind !== kind);
    expect(wrong).toEqual([]);
  });

  test('no bounce of mail that was really sent is called backscatter', () => {
    const wrong = truth.filter(
      (line) => line.backscatter === 'no' && judged.get(line.messageId)?.backscatter === 'yes',
    );
    expect(wrong).toEqual([]);
  });

  test('all but a few bounces of forged mail are called backscatter, and none genuine', () => {
    const forged = truth
      .filter(({ backscatter }) => backscatter === 'yes')
      .map(({ messageId }) => judged.get(messageId));
    expect(forged.filter((line) => line?.backscatter === 'no')).toEqual([]);
    expect(forged.filter((line) => line?.backscatter === 'yes').length / forged.length).toBeGreaterThan(0.97);
  });
});

function linesOf(text: string): Line[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line): Line => JSON.parse(line));
}
