import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, copyFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type Postgres, startPostgres } from '../../../test/support/postgres.ts';
import { findProgram, needs } from '../../../test/support/require.ts';
import { openPostgres } from '../src/postgres.ts';
import { temporaryFolder } from './support/folder.ts';

const OPENSSL = findProgram('openssl');
const PASSWORD = 'pass:word/%41 é';

/** A server that takes only encrypted connections over the network, and only with a password. */
describe.skipIf(!needs('openssl', OPENSSL !== null))('a server with TLS and passwords', () => {
  let server: Postgres;
  let ca: string;
  let others: string;

  beforeAll(async () => {
    server = await startPostgres();
    // The server reads no key of somebody else.
    const { uid, gid } = statSync(join(server.folder, 'data'));
    ({ ca, others } = makeCertificates(server.folder));
    for (const name of ['server.crt', 'server.key']) {
      const placed = join(server.folder, 'data', name);
      copyFileSync(join(server.folder, name), placed);
      chmodSync(placed, 0o600);
      if (process.getuid?.() === 0) chownSync(placed, uid, gid);
    }
    server.psql(`CREATE ROLE guarded LOGIN PASSWORD '${PASSWORD}'; GRANT CREATE ON DATABASE postgres TO guarded;
      ALTER SYSTEM SET ssl = on`);
    writeFileSync(
      join(server.folder, 'data', 'pg_hba.conf'),
      'local all all trust\nhostssl all guarded all scram-sha-256\nhost all unsent_admin all trust\n',
    );
    server.psql('SELECT pg_reload_conf()');
    await until(() => server.psql('SHOW ssl') === 'on');
  });
  afterAll(() => server.stop());

  function at(
    parameters: Readonly<Record<string, string>>,
    host = 'localhost',
    password: string | null = PASSWORD,
  ): string {
    const url = new URL(server.url);
    url.hostname = host;
    url.username = 'guarded';
    if (password !== null) url.password = encodeURIComponent(password);
    for (const [name, value] of Object.entries({ schema: 'guarded', ...parameters })) url.searchParams.set(name, value);
    return url.href;
  }

  async function isEncrypted(location: string): Promise<boolean> {
    const engine = await openPostgres(location, { busyLimitMs: 0 });
    onTestFinished(() => engine.close());
    const [row] = await engine.all('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()');
    return row?.['ssl'] === true;
  }

  test.each(['verify-full', 'verify-ca', 'require'])('sslmode=%s encrypts', async (sslmode) => {
    expect(await isEncrypted(at({ sslmode, sslrootcert: ca }))).toBe(true);
  });

  test('sslmode=require asks nobody who answers', async () => {
    expect(await isEncrypted(at({ sslmode: 'require' }, '127.0.0.1'))).toBe(true);
  });

  test('sslmode=verify-ca takes a certificate for another host, verify-full does not', async () => {
    expect(await isEncrypted(at({ sslmode: 'verify-ca', sslrootcert: ca }, '127.0.0.1'))).toBe(true);
    const refused = openPostgres(at({ sslmode: 'verify-full', sslrootcert: ca }, '127.0.0.1'), { busyLimitMs: 0 });
    await expect(refused).rejects.toMatchObject({
      code: 'store-unreachable',
      message: expect.stringMatching(/certificate's altnames/),
    });
  });

  test.each(['verify-ca', 'verify-full'])('sslmode=%s refuses a certificate of another authority', async (sslmode) => {
    const refused = openPostgres(at({ sslmode, sslrootcert: others }), { busyLimitMs: 0 });
    await expect(refused).rejects.toMatchObject({ code: 'store-unreachable' });
    await expect(refused).rejects.not.toThrow(PASSWORD);
  });

  test('a connection without encryption is refused, as the server says', async () => {
    const refused = openPostgres(at({ sslmode: 'disable' }), { busyLimitMs: 0 });
    await expect(refused).rejects.toMatchObject({
      code: 'store-refused',
      message: expect.stringContaining('no encryption'),
    });
  });

  test('a certificate authority that is not there is said', async () => {
    const refused = openPostgres(at({ sslmode: 'verify-full', sslrootcert: '/nowhere/ca.pem' }), { busyLimitMs: 0 });
    await expect(refused).rejects.toMatchObject({
      code: 'store-unreachable',
      message: expect.stringContaining('/nowhere/ca.pem'),
    });
  });

  test('the password comes from a file, whatever is in it', async () => {
    const file = join(temporaryFolder(), 'password');
    writeFileSync(file, `${PASSWORD}\n`);
    expect(await isEncrypted(at({ sslmode: 'require', passwordfile: file }, 'localhost', null))).toBe(true);
  });

  test.each([
    ['a wrong password', 'wrong-one'],
    ['no password', null],
  ])('%s is refused without a word of it', async (_, password) => {
    const refused = openPostgres(at({ sslmode: 'require' }, 'localhost', password), { busyLimitMs: 0 });
    await expect(refused).rejects.toMatchObject({ code: 'store-refused' });
    if (password !== null) await expect(refused).rejects.not.toThrow(password);
  });
});

/** An authority with a certificate for `localhost`, and one that signed nothing. */
function makeCertificates(folder: string): { readonly ca: string; readonly others: string } {
  const openssl = (...args: string[]): void => void execFileSync(OPENSSL ?? '', args, { cwd: folder, stdio: 'pipe' });
  for (const name of ['ca', 'others']) {
    openssl(
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-days',
      '2',
      '-subj',
      `/CN=${name} of the test`,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.crt`,
    );
  }
  openssl(
    'req',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-subj',
    '/CN=localhost',
    '-keyout',
    'server.key',
    '-out',
    'server.csr',
  );
  writeFileSync(join(folder, 'names'), 'subjectAltName=DNS:localhost\n');
  openssl(
    'x509',
    '-req',
    '-in',
    'server.csr',
    '-CA',
    'ca.crt',
    '-CAkey',
    'ca.key',
    '-CAcreateserial',
    '-days',
    '2',
    '-extfile',
    'names',
    '-out',
    'server.crt',
  );
  return { ca: join(folder, 'ca.crt'), others: join(folder, 'others.crt') };
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resume) => setTimeout(resume, 20));
}
