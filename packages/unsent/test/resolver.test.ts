import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDomainName } from '@unsent/dns';
import { afterAll, describe, expect, test } from 'vitest';
import { openShell } from '../src/shell.ts';
import type { GlobalOptions } from '../src/surroundings.ts';
import { fakeSurroundings } from './support/surroundings.ts';

const folder = mkdtempSync(join(tmpdir(), 'unsent-resolver-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

writeFileSync(
  join(folder, 'dns.txt'),
  ['$ORIGIN a.example.', '@ 300 TXT "in a"', '$ORIGIN b.example.', '@ 300 TXT "in b"', ''].join('\n'),
);
writeFileSync(join(folder, 'broken.txt'), '$ORIGIN a.example.\n@ 300 IN MX ten mail\n');
writeFileSync(join(folder, 'unsent.yaml'), 'dns: {zone: dns.txt}\n');

const none: GlobalOptions = {
  config: null,
  state: null,
  dns: null,
  json: false,
  quiet: false,
  verbose: false,
  color: true,
};

async function ask(options: Partial<GlobalOptions>, name: string) {
  const { shell, close } = openShell({ ...none, ...options }, fakeSurroundings({ cwd: folder, env: { HOME: folder } }));
  const parsed = parseDomainName(name);
  if (parsed === null) throw new Error(name);
  try {
    return await (await shell.resolver()).resolve(parsed, 'TXT');
  } finally {
    await close();
  }
}

describe('a zone file as resolver', () => {
  test.each([
    ['--dns zone:FILE', { dns: 'zone:dns.txt' }],
    ['dns.zone of the configuration', { config: 'unsent.yaml' }],
  ])('%s answers for every zone in it', async (_, options) => {
    expect(await ask(options, 'a.example')).toMatchObject({ kind: 'records', data: [['in a']] });
    expect(await ask(options, 'b.example')).toMatchObject({ kind: 'records', data: [['in b']] });
    expect(await ask(options, 'c.example')).toMatchObject({ kind: 'nxdomain' });
  });
});

test.each([
  ['a zone file that is missing', 'zone:nosuch.txt', /nosuch\.txt: there is no such file/],
  ['a zone file with a mistake', 'zone:broken.txt', /broken\.txt: Line 2 /],
  ['what is no server', 'not a server', /"not a server" is no resolver/],
  ['a port that does not exist', '192.0.2.1:99999', /is no resolver/],
  // A label of 64 octets: the system knows without asking anybody that there is no such host.
  ['a host that nobody knows', `${'x'.repeat(64)}.example`, /example of --dns is not known/],
])('--dns with %s is bad usage', async (_, dns, message) => {
  await expect(ask({ dns }, 'a.example')).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringMatching(message),
  });
});

test('a server that does not answer is a failure, not an exception', async () => {
  expect(await ask({ dns: '127.0.0.1:1' }, 'a.example')).toMatchObject({ kind: 'failure' });
});
