import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findProgram, needs } from '../support/require.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const programs = ['dpkg-deb', 'dpkg-shlibdeps', 'strip', 'lintian', 'unshare', 'man'];
const missing = programs.filter((name) => findProgram(name) === null);
const isRoot = process.getuid?.() === 0;

describe.runIf(needs(`root, ${programs.join(', ')}`, isRoot && missing.length === 0))('the Debian package', () => {
  const folder = mkdtempSync(join(tmpdir(), 'unsent-debian-'));
  const said = new Map<string, string>();
  let old = '';
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  beforeAll(async () => {
    const { makeDebianPackage } = await import(join(root, 'scripts/release/debian.mjs'));
    old = await makeDebianPackage(folder);
    const next = join(folder, 'next.deb');
    repackAs('99.0.0', old, next);
    const memory = join(folder, 'memory');
    mkdirSync(memory);
    const script = join(root, 'test/support/debian-package.sh');
    const { status, stdout, stderr } = spawnSync('unshare', ['--mount', script, memory, old, next], {
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`${stdout}\n${stderr}`);
    for (const part of stdout.split(/^== /m).slice(1)) {
      const [name = '', ...lines] = part.split('\n');
      said.set(name, lines.join('\n').trim());
    }
  }, 180_000);

  test('has no error by lintian', () => {
    const { status, stdout } = spawnSync('lintian', ['--fail-on', 'error', old], { encoding: 'utf8' });
    expect(stdout.split('\n').filter((line) => line.startsWith('E:'))).toEqual([]);
    expect(status).toBe(0);
  });

  test.each([
    ['version', /^0\./],
    ['folder', /^2755 root:unsent$/],
    ['anybody', /^unsent: there is no configuration file; looked for .*\/tmp\/home\/\.config\/unsent\/unsent\.yaml$/],
    ['example', /unsent\.yaml: ok \(domains: 0 unused/],
    ['unconfigured', /^The configuration is good\.$/],
    ['init', /^Written: \/etc\/unsent\/unsent\.yaml$/m],
    ['config', /^640 root:unsent\n.*unsent\.yaml: ok \(domains: 1 unused/],
    ['forbidden', /may not read or write it\n {2}.*group.*--config/],
    ['state', /^2770 unsent:unsent$/],
    ['compiled', /^1$/],
    ['check', /unsent\.yaml: ok/],
    ['scan', /No message was found/],
    ['database', /^660 unsent$/],
    ['policyd', /^action=.*127\.0\.0\.1 is on the skip list/],
    ['man', /^[1-9]/],
    ['pages', /^$/],
    ['named', /^docs\/configuration\.md\ndocs\/configuration\.md\ndocs\/providers\/cloudflare\.md\n755\n755$/],
    ['bash', /^--dry-run$/],
    ['upgraded', /^99\.0\.0$/],
    ['kept', /^# mine\n640 root:unsent$/],
  ] as const)('installed: %s', (name, expected) => {
    expect(said.get(name)).toMatch(expected);
  });

  test('removed, it leaves the configuration and the database; purged, nothing', () => {
    expect(said.get('removed')).toMatch(/cannot access '\/usr\/lib\/unsent'/);
    expect(said.get('removed')).toMatch(/^\/etc\/unsent\/unsent\.yaml$/m);
    expect(said.get('removed')).toMatch(/^\/var\/lib\/unsent\/unsent\.db$/m);
    expect(said.get('purged')?.match(/cannot access|no such user/g)).toHaveLength(3);
  });

  function repackAs(version: string, from: string, to: string): void {
    const tree = join(folder, 'tree');
    spawnSync('dpkg-deb', ['-R', from, tree]);
    const control = join(tree, 'DEBIAN/control');
    writeFileSync(control, readFileSync(control, 'utf8').replace(/^Version: .*/m, `Version: ${version}`));
    spawnSync('dpkg-deb', ['--root-owner-group', '-Znone', '-b', tree, to]);
  }
});
