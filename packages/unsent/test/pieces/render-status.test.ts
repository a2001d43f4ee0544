import type { PieceRun, PieceStatus } from '@unsent/store';
import { expect, test } from 'vitest';
import { makeStyle } from '../../src/output/style.ts';
import { displayWidth } from '../../src/output/width.ts';
import { renderStatus } from '../../src/pieces/render-status.ts';

const AT = new Date('2026-11-24T10:00:00Z');
const plain = (status: PieceStatus, width: number | null = null): string =>
  renderStatus(status, { style: makeStyle(false), width });

function status(given: Partial<PieceStatus> = {}): PieceStatus {
  return { at: AT, runs: [], workers: [], windowSeconds: 300, failed: [], ...given };
}

function run(number: number, waiting: number, done: number): PieceRun {
  const pieces = { waiting, active: 0, done, failed: 0 };
  const label = `/var/mail/box${number}`;
  const counts = { messages: done * 2000, added: done * 1900, messagesLeft: waiting * 2000 };
  return { run: number, label, startedAt: AT, finishedAt: null, isEnding: false, pieces, ...counts };
}

function worker(number: number, label: string | null) {
  const at = label === null ? null : { label, since: AT };
  const lastDoneAt = new Date(AT.getTime() - 150_000);
  return { worker: `mx${number}.example:7`, pieces: 3, messages: 6000, messagesPerSecond: 100, lastDoneAt, at };
}

test('runs that go on are shown with what their workers do in a second, and how long it will take', () => {
  const workers = [worker(1, '/var/mail/box2'), worker(2, '/var/mail/box2'), worker(3, null)];
  expect(plain(status({ runs: [run(2, 6, 2), run(1, 0, 9)], workers }))).toBe(`\
Run 2: /var/mail/box2, 3,800 new
██████░░░░░░░░░░░░░░░░░░  25 %  4,000 messages  2 of 8 pieces
2 workers at work, 200 messages/s, about 60 s left

Worker (last 5 min)  Pieces  Messages  Messages/s  At
mx1.example:7             3     6,000         100  /var/mail/box2
mx2.example:7             3     6,000         100  /var/mail/box2
mx3.example:7             3     6,000         100  nothing for 3 min
`);
});

test('when none goes on, the last one is shown', () => {
  expect(plain(status({ runs: [run(2, 0, 8), run(1, 0, 9)] }))).toBe(
    'Run 2: /var/mail/box2, 15,200 new\n████████████████████████ 100 %  16,000 messages  8 of 8 pieces\n',
  );
  expect(plain(status())).toBe('Nothing was enqueued lately.\n');
});

test('what failed is named with its reason in one line each, whatever stands in it', () => {
  const piece = { kind: 'range', label: '/x', after: '{"count":2000}', until: '{"count":4000}' };
  const letter = { label: '/var/mail/\x1b[31mbox', run: 1, piece, reason: 'does not\nexist', failedAt: AT };
  const shown = plain(status({ failed: [letter, { ...letter, piece: null }] }));
  expect(shown).toContain('2 pieces failed for good; scan --enqueue cuts the mailbox again\n');
  expect(shown).toMatch(/^ {2}\/var\/mail\/\S+, messages 2001 to 4000: does not.*exist$/m);
  expect(shown).toMatch(/, a part of it: /);
  expect(shown).not.toContain('\x1b');
  expect(shown.trimEnd().split('\n')).toHaveLength(5);
});

test('on a terminal no line is wider than it', () => {
  const workers = Array.from({ length: 30 }, (_, i) => worker(i, '/very/long/path/to/a/mailbox/of/somebody'));
  const failed = [{ label: '/var/mail/box', run: 1, piece: null, reason: 'x'.repeat(300), failedAt: AT }];
  const lines = plain(status({ runs: [run(2, 6, 2)], workers, failed }), 60).split('\n');
  for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(60);
  expect(lines).toContain('… and 10 more workers');
});
