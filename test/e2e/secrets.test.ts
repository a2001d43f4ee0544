import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasServer, type RunningServer, startServer } from '../../packages/lockdown/test/support/servers.ts';
import { bounceTo } from '../../packages/unsent/test/support/mail.ts';
import { type CliResult, runUnsent } from '../support/cli.ts';
import { filesBelow, filesHolding, watchCommandLines } from '../support/planted.ts';

/** What nobody may ever see. The TSIG key is the one that the private Knot knows. */
const PLANTED = {
  token: 'planted-token-7Qw3',
  apiKey: 'planted-api-key-9Zx1',
  password: 'planted-password-5Rt8',
  batv: 'planted-batv-2Lm6',
  database: 'planted-database-4Vb0',
  tsig: 'c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0MDEyMzQ1Njc=',
} as const;
/** Each as it is, and as an address, a header or a binary file would hold it. */
const FORMS = Object.values(PLANTED).flatMap((secret) => [
  secret,
  Buffer.from(secret).toString('base64').replace(/=+$/, ''),
  Buffer.from(`\0anna\0${secret}`).toString('base64').replace(/=+$/, ''),
  ...(secret === PLANTED.tsig ? [Buffer.from(secret, 'base64').toString('latin1')] : []),
]);

describe('a secret is seen nowhere', () => {
  const folder = mkdtempSync(join(tmpdir(), 'unsent-secrets-'));
  const secretFile = (name: keyof typeof PLANTED): string => join(folder, 'secrets', name);
  const servers: Server[] = [];
  let api = '';
  let imapPort = 0;
  beforeAll(async () => {
    mkdirSync(join(folder, 'secrets'));
    for (const name of Object.keys(PLANTED) as (keyof typeof PLANTED)[]) {
      writeFileSync(secretFile(name), `${PLANTED[name]}\n`, { mode: 0o600 });
    }
    writeFileSync(join(folder, 'zone'), '@ 300 IN SOA ns.example. hostmaster.example. 1 300 300 300 300\n');
    writeFileSync(join(folder, 'bounce.eml'), bounceTo('prvs=1333abcdef=info@shop.example', '203.0.113.9'));
    const http = createHttpServer((request, response) => {
      // The worst that a server, or a proxy before it, can do: say everything that it was sent.
      const error = JSON.stringify(request.headers);
      const said = JSON.stringify({ success: false, error, errors: [{ code: 9, message: error }] });
      response.writeHead(403, { 'content-type': 'application/json' }).end(said);
    });
    api = `http://127.0.0.1:${await listen(http)}`;
    imapPort = await listen(createServer((socket) => refuseLogin(socket)));
  });
  afterAll(() => {
    for (const server of servers) server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function listen(server: Server): Promise<number> {
    servers.push(server);
    return new Promise((resolve) =>
      server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
    );
  }

  /** Runs a command with `yaml` as its configuration; what it left behind lies in the folder. */
  async function run(yaml: string, args: readonly string[], env: Record<string, string> = {}): Promise<CliResult> {
    writeFileSync(join(folder, 'unsent.yaml'), yaml);
    const globals = ['--config', join(folder, 'unsent.yaml'), '--dns', `zone:${folder}/zone`];
    return runUnsent([...globals, ...args], { env: { HOME: join(folder, 'home'), ...env } });
  }

  function leaks({ stdout, stderr }: CliResult): readonly string[] {
    const said = FORMS.filter((form) => `${stdout}${stderr}`.includes(form));
    const kept = Object.keys(PLANTED).map((name) => secretFile(name as keyof typeof PLANTED));
    return [...said, ...filesHolding(folder, FORMS, kept)];
  }

  const unused = 'domains: {unused: [unused-one.test]}\n';
  const imap = (): string =>
    `mailboxes: [{address: 'imap://anna@127.0.0.1:${imapPort}/INBOX', plaintext: true, password: {file: secrets/password}}]\n`;

  const CASES: readonly (readonly [string, () => string, readonly string[], Record<string, string>?])[] = [
    [
      'Cloudflare token from the environment, refused by a server that repeats it',
      () => `provider: {name: cloudflare, url: '${api}'}\n${unused}`,
      ['lockdown', 'unused-one.test', '--yes'],
      { CLOUDFLARE_API_TOKEN: PLANTED.token },
    ],
    [
      'Cloudflare token from a command',
      () => `provider: {name: cloudflare, url: '${api}', token: {command: 'cat ${secretFile('token')}'}}\n${unused}`,
      ['lockdown', 'unused-one.test', '--yes'],
    ],
    [
      'PowerDNS key from a file, refused by a server that repeats it',
      () => `provider: {name: powerdns, url: '${api}', apiKey: {file: secrets/apiKey}}\n${unused}`,
      ['lockdown', 'unused-one.test', '--yes'],
    ],
    [
      'TSIG key, nobody answers',
      () => `provider: {name: rfc2136, server: '127.0.0.1:9', key: {name: k, secret: {file: secrets/tsig}}}\n${unused}`,
      ['lockdown', 'unused-one.test', '--yes'],
    ],
    ['IMAP password, refused by a server that repeats it', imap, ['scan']],
    [
      'BATV key',
      () => 'domains: {sending: {shop.example: {batv: {keys: [{digit: 1, secret: {file: secrets/batv}}]}}}}\n',
      ['scan', '--again', '--state', `${folder}/batv.db`, `${folder}/bounce.eml`],
    ],
    [
      'what is in force',
      () => `provider: {name: powerdns, url: '${api}', apiKey: {file: secrets/apiKey}}\n${imap()}${unused}`,
      ['config', 'show'],
    ],
  ];

  test.each(CASES.flatMap((one) => [['--verbose'], ['--json', '--verbose']].map((how) => ({ one, how }))))(
    '$one.0 ($how)',
    async ({ one: [, yaml, args, env], how }) => {
      const watch = watchCommandLines(FORMS);
      const ran = await run(yaml(), [...how, ...args], env);
      expect(ran.stdout + ran.stderr).not.toBe('');
      expect({ commandLines: watch.stop(), leaks: leaks(ran) }).toEqual({ commandLines: [], leaks: [] });
    },
  );

  test.each(['scan', 'state', 'show'])('password in the address of a PostgreSQL: %s', async (command) => {
    const yaml = `state: 'postgres://unsent:${PLANTED.database}@127.0.0.1:9/unsent'\n${unused}`;
    const args = { scan: ['scan', join(folder, 'bounce.eml')], state: ['state', 'info'], show: ['config', 'show'] };
    const ran = await run(yaml, ['--verbose', ...args[command as keyof typeof args]]);
    rmSync(join(folder, 'unsent.yaml'));
    expect(leaks(ran)).toEqual([]);
  });

  test('what the runs wrote is readable by its owner alone', () => {
    const made = filesBelow(folder).filter((path) => /\.db(-wal|-shm)?$/.test(path));
    expect(made.length).toBeGreaterThan(0);
    expect(made.filter((path) => (statSync(path).mode & 0o077) !== 0)).toEqual([]);
  });
});

describe.skipIf(!hasServer('knot'))('a TSIG key that really changed a zone', { timeout: 90_000 }, () => {
  let server: RunningServer;
  const folder = mkdtempSync(join(tmpdir(), 'unsent-tsig-'));
  beforeAll(async () => {
    server = await startServer('knot');
  }, 40_000);
  afterAll(() => {
    server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('is in no output, database, journal or command line', async () => {
    writeFileSync(join(folder, 'key'), `${PLANTED.tsig}\n`, { mode: 0o600 });
    writeFileSync(
      join(folder, 'unsent.yaml'),
      [
        'domains: {unused: [unused-one.test]}',
        `provider: {name: rfc2136, server: '127.0.0.1:${server.dnsPort}', key: {name: unsent-key, secret: {file: key}}}`,
      ].join('\n'),
    );
    const watch = watchCommandLines(FORMS);
    const results: CliResult[] = [];
    const globals = ['--config', `${folder}/unsent.yaml`, '--state', `${folder}/u.db`, '--verbose'];
    const dns = ['--dns', `127.0.0.1:${server.dnsPort}`];
    const commands = [
      ['lockdown', 'unused-one.test', '--yes'],
      ['journal', '--json'],
      ['unlock', 'unused-one.test', '--yes'],
      ['journal'],
    ];
    for (const command of commands) results.push(await runUnsent([...globals, ...dns, ...command]));
    expect(results.map(({ exitCode }) => exitCode)).toEqual([expect.any(Number), 0, expect.any(Number), 0]);
    expect(results[1]?.stdout).toContain('unused-one.test');
    const said = results.map(({ stdout, stderr }) => stdout + stderr).join('');
    expect(FORMS.filter((form) => said.includes(form))).toEqual([]);
    expect(filesHolding(folder, FORMS, [join(folder, 'key')])).toEqual([]);
    expect(watch.stop()).toEqual([]);
  });
});

/** An IMAP server that repeats in its refusal what it was told. */
function refuseLogin(socket: import('node:net').Socket): void {
  socket.write('* OK [CAPABILITY IMAP4rev1] ready\r\n');
  socket.on('error', () => {});
  socket.setEncoding('utf8').on('data', (text: string) => {
    for (const line of text.split('\r\n').filter((one) => one !== '')) {
      const [tag = '*', verb = ''] = line.split(' ');
      if (/^capability$/i.test(verb)) socket.write(`* CAPABILITY IMAP4rev1\r\n${tag} OK done\r\n`);
      else if (/^(login|authenticate)$/i.test(verb)) {
        socket.write(`${tag} NO [AUTHENTICATIONFAILED] not with ${line}\r\n`);
      } else socket.write(`${tag} OK done\r\n`);
    }
  });
}
