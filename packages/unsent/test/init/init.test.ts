import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { freePort } from '../../../../test/support/ports.ts';
import { runCli } from '../../src/cli.ts';
import { parseConfig } from '../../src/config/parse.ts';
import { fakeSurroundings } from '../support/surroundings.ts';

vi.setConfig({ testTimeout: 60_000 });

const ZONE = `
parked.example. TXT "v=spf1 -all"
parked.example. MX 0 .
tickets.example. MX 10 mx.tickets.example.
mx.tickets.example. A 192.0.2.26
loose.example. TXT "v=spf1 a:mx.tickets.example ~all"
shop.example. TXT "v=spf1 ip4:192.0.2.25 mx -all"
shop.example. MX 10 mx.shop.example.
mx.shop.example. A 192.0.2.27
`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'unsent-init-'));
  write('zone', ZONE);
  for (const name of ['cur', 'new', 'tmp']) mkdirSync(join(folder, 'Maildir', name), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

/** `unsent init` with answers in a file, DNS a zone file, writing out.yaml. */
async function init(answers: string, ...args: string[]) {
  write('answers.yaml', answers);
  return run(['--dns', 'zone:zone', 'init', '--from', 'answers.yaml', '--output', 'out.yaml', ...args]);
}

async function run(args: readonly string[], typed: string | null = null) {
  const terminal = typed === null ? {} : { isTerminal: true, stdin: typed };
  const surroundings = fakeSurroundings({ cwd: folder, env: { HOME: folder, SECRET: 'x' }, ...terminal });
  if (typed !== null) Object.assign(surroundings.stdin, { isTTY: true });
  const exitCode = await runCli(['--no-color', ...args], surroundings, '1.2.3');
  const plain = (text: string): string => text.replaceAll(`${folder}/`, './').replaceAll(/\n {9}(?=\S)/g, ' ');
  return { exitCode, out: plain(surroundings.stdout.text()), err: plain(surroundings.stderr.text()) };
}

function written() {
  const parsed = parseConfig(readFileSync(join(folder, 'out.yaml'), 'utf8'));
  if (parsed.kind === 'wrong') throw new Error(parsed.problems[0].message);
  return parsed.tree;
}

describe('answers in a file', () => {
  test('all of them become a configuration that says the same', async () => {
    write('key', 'secret');
    const { exitCode, err } = await init(
      [
        'unused: [parked.example]',
        'receiving: [tickets.example]',
        'sending: {shop.example: [192.0.2.25, mx.shop.example, "2001:db8::/32"]}',
        'dnsServers: ["[2001:db8::1]:53"]',
        'state: data/unsent.db',
        'provider: {name: cloudflare, token: {file: key}}',
        'mailboxes: [Maildir, {address: "imaps://me%40shop.example@mail.shop.example", folders: ["B: #1"], password: {command: "pass show x # y"}}]',
        'postfix: true',
      ].join('\n'),
      '--no-check',
    );
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
    const { domains, dns, state, provider, mailboxes, policy } = written();
    expect(domains.unused.map(({ name }) => name)).toEqual(['parked.example']);
    expect(domains.receiving.map(({ name }) => name)).toEqual(['tickets.example']);
    expect(domains.sending['shop.example']?.outbound).toHaveLength(3);
    expect(dns.servers).toEqual(['[2001:db8::1]:53']);
    expect(state).toBe(join(folder, 'data/unsent.db'));
    expect(provider).toMatchObject({ name: 'cloudflare', token: { kind: 'file', path: join(folder, 'key') } });
    expect(mailboxes).toMatchObject([
      { address: join(folder, 'Maildir'), password: null },
      { folders: ['B: #1'], password: { kind: 'command', command: 'pass show x # y' } },
    ]);
    expect(policy).toMatchObject({ preset: 'observe', listen: ['inet:127.0.0.1:10040'] });
  });

  test.each([
    ['rfc2136', 'provider: {name: rfc2136, server: 192.0.2.53, key: {name: unsent, secret: {env: TSIG}}}'],
    ['powerdns', 'provider: {name: powerdns, url: "http://127.0.0.1:8081", apiKey: {env: KEY}}'],
    ['nothing at all', '{}'],
  ])('%s comes out as it went in', async (_, answers) => {
    expect((await init(answers, '--no-check')).exitCode).toBe(0);
    const parsed = parseConfig(answers === '{}' ? '' : answers);
    expect(parsed.kind === 'ok' && parsed.tree.provider).toEqual(written().provider);
  });

  test('DNS sorts the domains that never send, and every line says why', async () => {
    const { exitCode, out } = await init('neverSend: [parked.example, tickets.example, loose.example, gone.example]');
    expect(exitCode).toBe(0);
    expect(written().domains.unused.map(({ name }) => name)).toEqual([
      'parked.example',
      'loose.example',
      'gone.example',
    ]);
    expect(written().domains.receiving.map(({ name }) => name)).toEqual(['tickets.example']);
    expect(out).toContain('ok       parked.example gets no mail, and sends none: unused.');
    expect(out).toContain('ok       tickets.example gets mail (MX mx.tickets.example), and sends none: receiving.');
    expect(out).toContain('warning  The SPF record of loose.example lets hosts send: v=spf1 a:mx.tickets.example ~all');
    expect(out).toContain('warning  gone.example does not exist in DNS.');
  });

  test.each([
    ['unused: [tickets.example]', 'tickets.example is said to be unused, and gets mail (MX mx.tickets.example).'],
    ['receiving: [parked.example]', 'parked.example is said to receive, and has no MX that takes mail.'],
    [
      'sending: {shop.example: [192.0.2.99]}',
      'The SPF record of shop.example does not let all of its hosts send: 192.0.2.99 → fail.',
    ],
    [
      'sending: {shop.example: [gone.shop.example]}',
      'gone.shop.example, which sends for shop.example, has no address.',
    ],
    ['sending: {shop.example: }', 'No host is named that sends for shop.example'],
  ])('%s is written, with a warning', async (answers, warning) => {
    const { exitCode, out } = await init(answers);
    expect(exitCode).toBe(0);
    expect(out).toContain(`warning  ${warning}`);
  });

  test.each([
    ['mailboxes: [gone.mbox]', /^failure .*gone\.mbox/m],
    ['unused: [parked.example]\nprovider: {name: cloudflare, token: {file: gone.token}}', /^failure .*gone\.token/m],
  ])('%s does not work: nothing is written, exit code 3', async (answers, failure) => {
    const { exitCode, out, err } = await init(answers);
    expect(exitCode).toBe(3);
    expect(out).toMatch(failure);
    expect(err).toContain('nothing was written');
    expect(existsSync(join(folder, 'out.yaml'))).toBe(false);
  });

  test.each([
    ['unusd: []', 'answers.yaml:1:1: unusd: unknown key; did you mean "unused"?'],
    ['unused:\n  - not a name', 'answers.yaml:2:5: unused[1]: '],
    [
      'unused: [a.example]\nsending: {A.example: []}',
      'answers.yaml:2:11: sending."A.example": a.example already stands in unused (line 1)',
    ],
    [
      'provider: {name: powerdns, url: "http://127.0.0.1", apiKey: hunter2}',
      'answers.yaml:1:61: provider.apiKey: a secret never stands in this file',
    ],
    ['postfix: perhaps', 'answers.yaml:1:10: postfix: expected true or false'],
  ])('%j is one line with its place, exit code 2', async (answers, message) => {
    const { exitCode, out, err } = await init(answers);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    expect(err).toContain(message);
    expect(err).not.toContain('hunter2');
    expect(existsSync(join(folder, 'out.yaml'))).toBe(false);
  });

  test('ends with the three commands to try', async () => {
    write('key', 'x');
    const { out } = await init(
      'unused: [parked.example]\nmailboxes: [Maildir]\nprovider: {name: memory, zone: zone}\npostfix: true',
      '--no-check',
    );
    expect(out.split('Try:\n')[1]).toBe(
      [
        '  unsent --config ./out.yaml scan',
        '  unsent --config ./out.yaml lockdown parked.example --dry-run',
        '  unsent --config ./out.yaml doctor postfix',
        '',
      ].join('\n'),
    );
  });

  test('--json tells what was written, found and to do; --output - writes nothing', async () => {
    const { out } = await init('neverSend: [parked.example]', '--json');
    expect(JSON.parse(out)).toMatchObject({
      written: './out.yaml',
      checks: [{ id: 'domain', state: 'ok' }],
      next: expect.any(Array),
    });
    rmSync(join(folder, 'out.yaml'));
    const printed = await run(['--dns', 'zone:zone', 'init', '--from', 'answers.yaml', '--output', '-']);
    expect(parseConfig(printed.out).kind).toBe('ok');
    expect(existsSync(join(folder, 'out.yaml'))).toBe(false);
  });
});

describe('the file', () => {
  test('is never written over, and is for its owner alone', async () => {
    expect((await init('{}')).exitCode).toBe(0);
    const before = readFileSync(join(folder, 'out.yaml'), 'utf8');
    expect(statSync(join(folder, 'out.yaml')).mode & 0o777).toBe(0o600);
    const again = await init('unused: [parked.example]');
    expect(again.exitCode).toBe(2);
    expect(again.err).toContain('There is a configuration already: ./out.yaml. It was left as it is.');
    expect(readFileSync(join(folder, 'out.yaml'), 'utf8')).toBe(before);
  });

  test('cannot be written: one line, and nothing of it is there', async () => {
    write('file', '');
    write('answers.yaml', '{}');
    const { exitCode, err } = await run(['init', '--from', 'answers.yaml', '--output', 'file/out.yaml', '--no-check']);
    expect(exitCode).toBe(1);
    expect(err).toContain('cannot write the configuration ./file/out.yaml: ');
  });
});

test('a resolver that does not answer delays little, and every domain is written with care', async () => {
  write('answers.yaml', `neverSend: [${Array.from({ length: 40 }, (_, i) => `d${i}.example`).join(', ')}]`);
  const { exitCode, out } = await run([
    '--dns',
    `127.0.0.1:${await freePort()}`,
    'init',
    '--from',
    'answers.yaml',
    '--output',
    'out.yaml',
  ]);
  expect(exitCode).toBe(0);
  expect(written().domains.receiving).toHaveLength(40);
  expect(out.match(/cannot be looked up/g)).toHaveLength(40);
});

describe('on a terminal', () => {
  const ask = (...typed: string[]) =>
    run(['--dns', 'zone:zone', 'init', '--output', 'out.yaml'], typed.map((line) => `${line}\n`).join(''));

  test('asks, proposes what SPF says, shows the file, and writes it', async () => {
    const { exitCode, out } = await ask(
      'parked.example tickets.example',
      '',
      'shop.example',
      '',
      'none',
      './Maildir',
      'y',
      '',
    );
    expect(out).toContain('From which hosts does shop.example send? [192.0.2.25 192.0.2.27] ');
    expect(out).toContain('tickets.example gets mail (MX mx.tickets.example), and sends none: receiving.');
    expect(out).toContain('Write this to ./out.yaml? [Y/n] ');
    expect(out).toMatch(/Try:\n( {2}unsent .*\n){3}$/);
    expect(exitCode).toBe(0);
    expect(written().domains.unused).toMatchObject([{ name: 'parked.example' }]);
    expect(written().domains.receiving).toMatchObject([{ name: 'tickets.example' }]);
    expect(written().mailboxes).toMatchObject([{ address: join(folder, 'Maildir') }]);
  });

  test('what nobody reads is unused, and what does send after all is asked for its hosts', async () => {
    const { exitCode } = await ask('tickets.example loose.example', 'n', 'n', '', '192.0.2.26', '', '', '', '');
    expect(exitCode).toBe(0);
    expect(written().domains.unused).toMatchObject([{ name: 'tickets.example' }]);
    expect(Object.keys(written().domains.sending)).toEqual(['loose.example']);
  });

  test('asks again after an answer that makes no sense, or does not work', async () => {
    const { exitCode, out } = await ask(
      'not_a_name',
      'parked.example',
      '',
      'cloudfare',
      'cloud',
      'gone.token',
      '',
      'none',
      'gone.mbox',
      'n',
      'Maildir',
      'maybe',
      'n',
      'y',
    );
    expect(out).toContain('Please answer one of: none, cloudflare, powerdns, rfc2136.');
    expect(out).toMatch(/failure .*gone\.token/);
    expect(out).toMatch(/failure .*gone\.mbox/);
    expect(exitCode).toBe(0);
    expect(written().provider).toBe(null);
  });

  test.each([
    ['the answers end', ['parked.example'], 'The answers ended before the last question; nothing was written.'],
    ['the last answer is no', ['', '', '', '', '', 'n'], 'Nothing was written.'],
  ])('%s: exit code 3, and nothing is written', async (_, typed, message) => {
    const { exitCode, out, err } = await ask(...typed);
    expect(exitCode).toBe(3);
    expect(out + err).toContain(message);
    expect(existsSync(join(folder, 'out.yaml'))).toBe(false);
  });

  test('an old configuration is told before the first question', async () => {
    write('out.yaml', '');
    const { exitCode, out } = await ask('');
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
  });
});

test('without a terminal and without answers it says how', async () => {
  const { exitCode, err } = await run(['init', '--output', 'out.yaml']);
  expect(exitCode).toBe(2);
  expect(err).toContain('unsent init --from ANSWERS.yaml');
});

test('a secret is named by its place and never shown', async () => {
  write('key', 'planted-secret');
  chmodSync(join(folder, 'key'), 0o600);
  const { out, err } = await init(
    'unused: [parked.example]\nprovider: {name: powerdns, url: "http://127.0.0.1:1", apiKey: {file: key}}',
  );
  expect(out + err).not.toContain('planted-secret');
});
