import { expect, test } from 'vitest';
import { progressBar, renderProgress } from '../../src/output/progress.ts';
import { displayWidth } from '../../src/output/width.ts';
import { fakeOutput } from '../support/surroundings.ts';

const step = { done: 30, total: 120, count: 1204, unit: 'messages' };

test('is drawn on a terminal, at most ten times a second, and wiped at the end', () => {
  const output = fakeOutput({ isTerminal: true, columns: 80 });
  let now = 0;
  const bar = progressBar(output, { label: 'inbox', isQuiet: false, now: () => new Date(now) });
  for (; now < 250; now += 10) bar.update(step);
  bar.end();
  expect(output.text().match(/1,204 messages/g)).toHaveLength(3);
  expect(output.text().endsWith('\r\x1b[2K')).toBe(true);
});

test.each([
  ['no terminal', { isTerminal: false }, false],
  ['--quiet', { isTerminal: true }, true],
])('prints nothing with %s', (_, terminal, isQuiet) => {
  const output = fakeOutput(terminal);
  const bar = progressBar(output, { label: 'inbox', isQuiet, now: () => new Date(0) });
  bar.update(step);
  bar.end();
  expect(output.text()).toBe('');
});

test('shows a share only when the end is known, and never wraps', () => {
  expect(renderProgress('inbox', step, 80)).toBe('██████░░░░░░░░░░░░░░░░░░  25 %  1,204 messages  inbox');
  expect(renderProgress('inbox', { ...step, total: null }, 80)).toBe('1,204 messages  inbox');
  expect(displayWidth(renderProgress('見'.repeat(50), step, 60))).toBeLessThan(60);
});

test('a hostile label is escaped', () => {
  expect(renderProgress('a\x1b[2J', step, 80)).toContain('a\\e[2J');
});
