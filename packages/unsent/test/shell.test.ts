import { describe, expect, test } from 'vitest';
import { openShell } from '../src/shell.ts';
import type { GlobalOptions } from '../src/surroundings.ts';
import { fakeSurroundings } from './support/surroundings.ts';

const options: GlobalOptions = {
  config: null,
  state: null,
  dns: null,
  json: false,
  quiet: false,
  verbose: false,
  color: true,
};

describe('a shell', () => {
  test('closes what was opened, the last first', async () => {
    const { shell, close } = openShell(options, fakeSurroundings());
    const closed: string[] = [];
    shell.onClose(() => void closed.push('first'));
    shell.onClose(async () => void closed.push('second'));
    await close();
    await close();
    expect(closed).toEqual(['second', 'first']);
  });

  test('reads the configuration once, and again only after it failed', async () => {
    const surroundings = fakeSurroundings({ env: { HOME: '/nowhere' } });
    const { shell } = openShell(options, surroundings);
    expect(await shell.config()).toBe(await shell.config());
    const broken = openShell({ ...options, config: '/nowhere/unsent.yaml' }, surroundings).shell;
    await expect(broken.config()).rejects.toMatchObject({ code: 'config-unreadable', exitCode: 2 });
    await expect(broken.config()).rejects.toMatchObject({ code: 'config-unreadable' });
  });

  test('keeps its database in memory when it is told so', async () => {
    const { shell, close } = openShell(
      { ...options, state: ':memory:' },
      fakeSurroundings({ env: { HOME: '/nowhere' } }),
    );
    expect((await shell.store()).place).toBe(':memory:');
    await close();
  });

  test.each([
    [true, true, true],
    [true, false, false],
    [false, true, false],
  ])('with colours allowed (%s) on a terminal (%s), colours are on: %s', (color, isTerminal, isOn) => {
    const { shell } = openShell({ ...options, color }, fakeSurroundings({ isTerminal }));
    expect(shell.style.red('x') !== 'x').toBe(isOn);
  });
});
