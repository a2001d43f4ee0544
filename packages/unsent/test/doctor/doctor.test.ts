import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { startStandIn } from '../../../../test/support/cloudflare-stand-in/server.ts';
import { standInZone } from '../../../../test/support/cloudflare-stand-in/zones.ts';
import { hasDovecot, startDovecot } from '../../../../test/support/dovecot.ts';
import { freePort } from '../../../../test/support/ports.ts';
import { hasShared, needs } from '../../../../test/support/require.ts';
import { runCli } from '../../src/cli.ts';
import { checkNode } from '../../src/doctor/check-node.ts';
import { fakeSurroundings } from '../support/surroundings.ts';

let folder: string;
vi.setConfig({ testTimeout: 30_000 });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'unsent-doctor-'));
  writeFileSync(join(folder, 'zone'), 'parked.example. 300 IN MX 0 .\n');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

type Found = { readonly id: string; readonly state: string; readonly what: string; readonly todo: string | null };

/** What the checks of `id` say over this configuration; DNS is a zone file. */
async function doctor(id: string, config: string, env: Record<string, string> = {}, mode = 0o600) {
  const path = join(folder, 'unsent.yaml');
  writeFileSync(path, config);
  chmodSync(path, mode);
  return run(id, ['--config', path], env);
}

async function run(id: string, options: string[], env: Record<string, string> = {}) {
  const now = new Date();
  const surroundings = { ...fakeSurroundings({ cwd: folder, env: { HOME: folder, ...env } }), now: () => now };
  const args = ['--json', '--dns', `zone:${join(folder, 'zone')}`, ...options, 'doctor'];
  const exitCode = await runCli(args, surroundings, '1.2.3');
  expect(surroundings.stderr.text()).toBe('');
  const { checks }: { checks: Found[] } = JSON.parse(surroundings.stdout.text());
  const shown = checks.filter((check) => check.id === id).map(({ state, what }) => `${state}: ${what}`);
  return { exitCode, checks, shown: shown.map((text) => text.replaceAll(folder, '.')) };
}

test.each([
  ['20.18.3', 'failure'],
  ['20.19.0', 'ok'],
  ['22.1.0', 'ok'],
  ['18.20.0', 'failure'],
])('Node %s is a %s', (version, state) => {
  expect(checkNode(version)).toMatchObject({ id: 'node', state });
});

describe('configuration', () => {
  test.each([
    ['is right', 'domains: {unused: [parked.example]}', 0o600, 'ok: ./unsent.yaml is right.', null],
    ['names no domain', '', 0o600, 'warning: ./unsent.yaml names no domain of yours.', null],
    [
      'may be written by everybody',
      'domains: {unused: [parked.example]}',
      0o666,
      'failure: Everybody may write to ./unsent.yaml.',
      1,
    ],
  ])('%s', async (_, text, mode, expected, exitCode) => {
    const found = await doctor('config', text, {}, mode);
    expect(found.shown).toEqual([expected]);
    if (exitCode !== null) expect(found.exitCode).toBe(exitCode);
  });

  test('with a mistake is the only thing told beside Node, and a failure', async () => {
    const { shown, checks, exitCode } = await doctor('config', 'domains: {unusd: []}');
    expect(shown).toEqual(['failure: ./unsent.yaml:1:11: domains.unusd: unknown key; did you mean "unused"?']);
    expect({ exitCode, ids: checks.map(({ id }) => id) }).toEqual({ exitCode: 1, ids: ['node', 'config'] });
  });

  test('is missing: a warning that names unsent init', async () => {
    const { checks } = await run('config', []);
    // An /etc/unsent of this machine would be in force.
    if (statOrNull('/etc/unsent/unsent.yaml') !== null) return;
    expect(checks.find(({ id }) => id === 'config')).toMatchObject({
      state: 'warning',
      todo: 'Write one: unsent init',
    });
  });
});

describe('database', () => {
  test('that is not there yet is not made', async () => {
    const { shown } = await doctor('store', 'state: deep/er/unsent.db');
    expect(shown).toEqual(['ok: ./deep/er/unsent.db is not there yet; it can be made.']);
    expect(statOrNull(join(folder, 'deep'))).toBe(null);
  });

  test.each([
    ['text', 'failure'],
    ['', 'ok'],
  ])('that holds %j is a %s', async (content, state) => {
    writeFileSync(join(folder, 'unsent.db'), content, { mode: 0o600 });
    const { checks } = await doctor('store', 'state: unsent.db');
    expect(checks.find(({ id }) => id === 'store')?.state).toBe(state);
  });

  test('that everybody may read is a warning', async () => {
    writeFileSync(join(folder, 'unsent.db'), '', { mode: 0o644 });
    const { shown } = await doctor('store', 'state: unsent.db');
    expect(shown[0]).toMatch(/^warning: Everybody may read/);
  });

  test('on a server that cannot be reached is a failure, which does not show the password', async () => {
    const port = await freePort();
    const { checks, shown } = await doctor('store', `state: postgres://scanner:hunter2@127.0.0.1:${port}/fleet`);
    expect(shown).toEqual([expect.stringMatching(/^failure: .* cannot be reached/)]);
    expect(JSON.stringify(checks)).not.toContain('hunter2');
  });
});

test('a configuration from the future means that the clock is behind', async () => {
  writeFileSync(join(folder, 'unsent.yaml'), 'domains: {unused: [parked.example]}', { mode: 0o600 });
  const future = Date.now() / 1000 + 86_400;
  utimesSync(join(folder, 'unsent.yaml'), future, future);
  const { shown, exitCode } = await run('clock', ['--config', join(folder, 'unsent.yaml')]);
  expect(shown[0]).toMatch(/^failure: It is .* UTC by the clock, before the configuration was written\.$/);
  expect(exitCode).toBe(1);
});

describe.skipIf(!needs('dns/cloudflare-schema in the shared folder', hasShared('dns/cloudflare-schema')))(
  'provider',
  () => {
    test.each([
      ['stand-in-token', 'parked.example', ['ok: Cloudflare accepts us; zones read, and writing allowed: all 1.'], 0],
      ['other', 'parked.example', [expect.stringMatching(/^failure: Cloudflare does not accept the API token/)], 1],
      ['', 'parked.example', ['failure: There is no Cloudflare API token.'], 1],
    ])('token %j for %s', async (token, domain, expected, exitCode) => {
      const found = await withCloudflare(token, domain, 'provider');
      expect({ shown: found.shown, exitCode: found.exitCode }).toEqual({ shown: expected, exitCode });
    });

    test.each([
      ['read-only', 'parked.example', /^failure: The Cloudflare API token may not change the DNS records/, 1],
      ['stand-in-token', 'others.example', /^warning: Cloudflare shows us no zone that holds others\.example/, 0],
      [
        'stand-in-token',
        'pending.example',
        /^warning: Cloudflare holds pending\.example, but does not serve it: pending/,
        0,
      ],
    ])('token %j for %s, about the zone', async (token, domain, expected, exitCode) => {
      const found = await withCloudflare(token, domain, 'provider-zone');
      expect(found.shown).toEqual([expect.stringMatching(expected)]);
      expect(found.exitCode).toBe(exitCode);
    });

    test.each([
      [0, "ok: The clock agrees with the provider's (0 s apart)."],
      [400, "failure: The clock is 400 s behind the provider's."],
      [-400, "failure: The clock is 400 s ahead of the provider's."],
    ])('%i s between its clock and ours', async (seconds, expected) => {
      const { createServer } = await import('node:http');
      const server = createServer((_, response) => {
        response
          .setHeader('date', new Date(Date.now() + seconds * 1000).toUTCString())
          .writeHead(401)
          .end();
      });
      const port = await freePort();
      await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
      const provider = `provider: {name: powerdns, url: "http://127.0.0.1:${port}", apiKey: {env: KEY}}`;
      const { shown } = await doctor('clock', provider, { KEY: 'x' });
      server.close();
      expect(
        shown.map((text) => text.replace(/\(-?1 s apart/, '(0 s apart').replace(/\b(399|401) s/, '400 s')),
      ).toEqual([expected]);
    });
  },
);

async function withCloudflare(token: string, domain: string, id: string) {
  const standIn = await startStandIn([
    standInZone('parked.example', []),
    standInZone('pending.example', [], { status: 'pending' }),
  ]);
  try {
    const env = { CLOUDFLARE_API_TOKEN: token, CLOUDFLARE_BASE_URL: standIn.url };
    const found = await doctor(id, `provider: {name: cloudflare}\ndomains: {unused: [${domain}]}`, env);
    expect(JSON.stringify(found.checks)).not.toContain('stand-in-token');
    return found;
  } finally {
    await standIn.close();
  }
}

describe('mailboxes', () => {
  test('each has its own line; one that is missing fails and stops no other', async () => {
    for (const name of ['cur', 'new', 'tmp']) mkdirSync(join(folder, 'Maildir', name), { recursive: true });
    writeFileSync(join(folder, 'empty.mbox'), '');
    writeFileSync(join(folder, 'notes.txt'), 'to do: everything');
    const { shown, exitCode } = await doctor('mailbox', 'mailboxes: [Maildir, empty.mbox, gone.mbox, notes.txt]');
    expect(shown).toEqual([
      'ok: ./Maildir: can be read (maildir).',
      'ok: ./empty.mbox: can be read (mbox).',
      expect.stringMatching(/^failure: .*gone\.mbox/),
      expect.stringMatching(/^failure: .*notes\.txt/),
    ]);
    expect(exitCode).toBe(1);
  });

  describe.skipIf(!needs('Dovecot from Debian, and root', hasDovecot()))('on a server (needs Dovecot)', () => {
    test.each([
      ['correct horse', /^ok: imaps:.*: logged in; 1 folder\.$/],
      ['wrong', /^failure: imaps:.* was refused by the server \(Authentication failed/],
    ])('password %j', async (password, expected) => {
      const dovecot = await startDovecot();
      try {
        const address = `imaps://${dovecot.userInAddress}@localhost:${dovecot.ports.imaps}/INBOX`;
        const mailbox = `{address: "${address}", ca: "${dovecot.certificate}", password: {env: PASSWORD}}`;
        const { shown, checks } = await doctor('mailbox', `mailboxes: [${mailbox}]`, { PASSWORD: password });
        expect(shown).toEqual([expect.stringMatching(expected)]);
        expect(JSON.stringify(checks)).not.toContain('correct horse');
      } finally {
        await dovecot.stop();
      }
    });
  });
});

test('for people: one line a check, --quiet only what is to be mended', async () => {
  writeFileSync(join(folder, 'unsent.yaml'), 'mailboxes: [gone.mbox]', { mode: 0o600 });
  const shown = async (...args: string[]): Promise<string> => {
    const surroundings = fakeSurroundings({ cwd: folder, env: { HOME: folder } });
    const now = new Date();
    await runCli(
      ['--config', join(folder, 'unsent.yaml'), '--dns', `zone:${join(folder, 'zone')}`, ...args, 'doctor'],
      { ...surroundings, now: () => now },
      '1.2.3',
    );
    return surroundings.stdout.text();
  };
  expect(await shown()).toMatch(/^ok {7}Node [\s\S]*\nfailure {2}[\s\S]*→ [\s\S]*\n\n1 failure/);
  expect(await shown('--quiet')).not.toMatch(/^ok/m);
});

function statOrNull(path: string): object | null {
  return statSync(path, { throwIfNoEntry: false }) ?? null;
}
