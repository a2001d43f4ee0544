import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { postgresPrograms, startPostgres } from '../support/postgres.ts';
import { type Registry, startRegistry } from '../support/registry.ts';
import { needs } from '../support/require.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const LIBRARIES = ['dns', 'spf', 'bounce', 'lockdown', 'policyd', 'store'] as const;
const hasPostgres = (await postgresPrograms()) !== null;
const NAMES = ['unsent', ...LIBRARIES.map((name) => `@unsent/${name}`)];
/** How TypeScript looked for modules before `exports`, and `require` of modules: neither is offered. */
const NOT_OFFERED = ['node10', 'node16-cjs'];

type Run = { readonly status: number; readonly stdout: string; readonly stderr: string };

const work = mkdtempSync(join(tmpdir(), 'unsent-npm-'));
const tarballs = join(work, 'tarballs');
/** Where nothing was: what is there afterwards came out of the tarballs. */
const home = join(work, 'home');
let registry: Registry;

beforeAll(async () => {
  const { makeNpmPackages } = await import(join(root, 'scripts/release/npm.mjs'));
  registry = await startRegistry(makeNpmPackages(tarballs));
  writeFileSync(join(work, 'package.json'), '{"type": "module"}');
  const { status, stderr } = await npmInstall(...NAMES);
  if (status !== 0) throw new Error(stderr);
}, 300_000);

afterAll(() => {
  registry.close();
  rmSync(work, { recursive: true, force: true });
});

function npmInstall(...names: readonly string[]): Promise<Run> {
  const options = ['--registry', registry.url, '--cache', join(work, 'cache'), '--no-audit', '--no-fund'];
  return runHere('npm', ['install', ...options, ...names]);
}

function runHere(program: string, args: readonly string[]): Promise<Run> {
  const env = { PATH: process.env['PATH'], HOME: home };
  return new Promise((resolve) => {
    execFile(program, args, { cwd: work, env, encoding: 'utf8' }, (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

function runCode(code: string): Promise<Run> {
  return runHere(process.execPath, ['--input-type=module', '-e', code]);
}

describe.each(['unsent', ...LIBRARIES].map(packedAs))('the tarball of %s', (_, file) => {
  const read = (): Uint8Array => readFileSync(join(tarballs, file));

  test('has nothing that publint would change', async () => {
    const bytes = read();
    const { messages } = await publint({ pack: { tarball: new Uint8Array(bytes).buffer } });
    expect(messages).toEqual([]);
  });

  test('has types that are found where the code is', async () => {
    const { problems = [] } = { problems: [], ...(await checkPackage(createPackageFromTarballData(read()))) };
    expect(problems.filter((one) => !('resolutionKind' in one && NOT_OFFERED.includes(one.resolutionKind)))).toEqual(
      [],
    );
  });
});

/** A package's name, and the file it is packed into. */
function packedAs(folder: string): readonly [string, string] {
  const { name, version } = JSON.parse(readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8'));
  return [name, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`];
}

test('the packages bring nothing that they do not name, and no optional peer', () => {
  const there = readdirSync(join(work, 'node_modules'));
  expect(there).toContain('libsql');
  expect(
    there.filter((name) => ['imapflow', 'pg', 'pg-boss', 'cloudflare', 'yaml', 'commander'].includes(name)),
  ).toEqual([]);
});

const programs = LIBRARIES.flatMap((name) =>
  [...readFileSync(join(root, 'packages', name, 'README.md'), 'utf8').matchAll(/^```js\n(.*?)^```/gms)].map(
    ([, code = ''], i) => ({ package: `@unsent/${name}`, number: i + 1, code }),
  ),
);

test.each(programs)('program $number of $package prints what it says', async ({ code }) => {
  const { stdout, stderr, status } = await runCode(code);
  expect(stderr).toBe('');
  expect(status).toBe(0);
  // What the DNS of the world says is not for a test to know.
  if (code.includes('systemServers')) return;
  const said = [...code.matchAll(/console\.log\(.*\); \/\/ (.*)/g)].map(([, text]) => text);
  expect(said.length).toBeGreaterThan(0);
  expect(stdout.trimEnd().split('\n')).toEqual(said);
});

describe('the command', () => {
  const unsent = join(work, 'node_modules/.bin/unsent');

  test('starts, and knows its version', async () => {
    const { version } = JSON.parse(readFileSync(join(root, 'packages/unsent/package.json'), 'utf8'));
    expect(await runHere(unsent, ['--version'])).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
  });

  test('brings the pages that its help names', async () => {
    const { stdout } = await runHere(unsent, ['config', '--help']);
    const [page = ''] = /docs\/\S+\.md/.exec(stdout) ?? [];
    expect(page).toBe('docs/configuration.md');
    expect(existsSync(join(work, 'node_modules/unsent', page))).toBe(true);
  });

  test('judges a mailbox and remembers it', async () => {
    cpSync(join(root, 'examples/joe-job'), join(work, 'joe-job'), { recursive: true });
    const scan = ['--config', 'joe-job/unsent.yaml', '--dns', 'zone:joe-job/dns.txt', '--state', 'state.db', 'scan'];
    const first = await runHere(unsent, [...scan, 'joe-job/mailbox.mbox']);
    expect(first.stderr).toBe('');
    expect(first.stdout).toMatch(/^469 new messages/);
    expect((await runHere(unsent, [...scan, 'joe-job/mailbox.mbox'])).stdout).toMatch(
      /^Nothing new\. Seen so far: 469 /,
    );
    expect(existsSync(join(work, 'state.db'))).toBe(true);
  });
});

describe('an optional peer that is missing is asked for by name', () => {
  const says = async (code: string): Promise<string> => {
    const { stdout } = await runCode(
      `try { ${code} } catch (error) { console.log(\`\${error.message} \${error.hint}\`); }`,
    );
    return stdout.trim();
  };

  test('imapflow, by an IMAP mailbox', async () => {
    const code = `
      const { imapSources } = await import('@unsent/bounce');
      const account = { login: async () => ({ kind: 'password', password: '' }), ca: async () => null, plaintext: false };
      await imapSources('imaps://anna@127.0.0.1:9/INBOX', () => account, { maxMessageBytes: 1, settleMs: 0 });`;
    expect(await says(code)).toMatch(/^anna@127\.0\.0\.1:9 needs the package imapflow .*\. npm install imapflow$/);
  });

  test('pg, by a database on PostgreSQL', async () => {
    const code = `
      const { openStore } = await import('@unsent/store');
      await openStore('postgres://127.0.0.1:9/unsent', { joinSpans: (spans) => spans });`;
    expect(await says(code)).toContain('needs a package that is not installed (npm install pg)');
  });

  test.skipIf(!needs('postgresql', hasPostgres))(
    'pg-boss, by a scan that is shared, once pg is there',
    async () => {
      expect((await npmInstall('pg')).status).toBe(0);
      const postgres = await startPostgres();
      try {
        const code = `
        const { openStore } = await import('@unsent/store');
        const store = await openStore(${JSON.stringify(postgres.url)}, { joinSpans: (spans) => spans });
        await store.pieceQueue('visitor').finally(() => store.close());`;
        expect(await says(code)).toContain('(to share a scan: npm install pg-boss@10)');
      } finally {
        await postgres.stop();
      }
    },
    60_000,
  );

  test('cloudflare, by the module of that provider alone', async () => {
    expect(await says("await import('@unsent/lockdown/cloudflare');")).toMatch(/Cannot find package 'cloudflare'/);
    expect(await says("await import('@unsent/lockdown'); console.log('fine');")).toBe('fine');
  });
});
