import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runUnsent, unsentBin } from '../support/cli.ts';
import { findProgram, needs } from '../support/require.ts';

const python = findProgram('python3', true);
const terminal = fileURLToPath(new URL('../support/terminal.py', import.meta.url));

/** What to wait for, and what to type then. */
type Step = readonly [string, string];

describe.skipIf(!needs('python3', python !== null))(
  'unsent init on a terminal (needs python3)',
  { timeout: 120_000 },
  () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'unsent-init-'));
      writeFileSync(join(folder, 'zone'), 'parked.example. MX 0 .\nshop.example. TXT "v=spf1 ip4:192.0.2.25 -all"\n');
      for (const name of ['cur', 'new', 'tmp']) mkdirSync(join(folder, 'Maildir', name), { recursive: true });
    });
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    const type = (steps: readonly Step[]): { readonly shown: string; readonly exitCode: number } => {
      const command = [
        process.execPath,
        unsentBin,
        '--no-color',
        '--dns',
        `zone:${folder}/zone`,
        'init',
        '--output',
        'out.yaml',
      ];
      const { stdout } = spawnSync(python ?? 'python3', [terminal, JSON.stringify(steps), ...command], {
        cwd: folder,
        encoding: 'utf8',
        env: { PATH: process.env['PATH'] ?? '', HOME: folder, TERM: 'xterm' },
      });
      const lines = stdout.trimEnd().split('\n');
      return { exitCode: Number(lines.pop()), shown: lines.join('\n') };
    };

    test('from the first question to a configuration that is right', async () => {
      const { exitCode, shown } = type([
        ['never send mail?', 'parked.example\n'],
        ['send mail?', 'shop.example\n'],
        ['shop.example send? [192.0.2.25]', '\n'],
        ['zones kept?', '\n'],
        ['bounces lie?', '\n'],
        ['Postfix', 'n\n'],
        ['Write this to', 'y\n'],
      ]);
      expect(shown).toContain('parked.example gets no mail, and sends none: unused.');
      expect(shown).toMatch(/Try:\n( {2}unsent .*\n?){3}$/);
      expect(exitCode).toBe(0);
      expect(statSync(join(folder, 'out.yaml')).mode & 0o777).toBe(0o600);
      const check = await runUnsent(['config', 'check', join(folder, 'out.yaml')]);
      expect(check.stdout).toContain('ok (domains: 1 unused, 0 receiving, 1 sending)');
    });

    test.each<[string, readonly Step[]]>([
      ['at the first question', [['never send mail?', '\x03']]],
      [
        'at the last question',
        [
          ['never send mail?', '\n'],
          ['send mail?', '\n'],
          ['kept?', '\n'],
          ['lie?', '\n'],
          ['Postfix', '\n'],
          ['Write this to', '\x03'],
        ],
      ],
    ])('Ctrl-C %s ends it and writes nothing', (_, steps) => {
      expect(type(steps).exitCode).toBe(130);
      expect(existsSync(join(folder, 'out.yaml'))).toBe(false);
    });

    test('Ctrl-D ends it and writes nothing', () => {
      const { exitCode, shown } = type([['never send mail?', '\x04']]);
      expect(shown).toContain('The answers ended before the last question; nothing was written.');
      expect(exitCode).toBe(3);
      expect(existsSync(join(folder, 'out.yaml'))).toBe(false);
    });
  },
);
