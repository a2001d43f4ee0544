import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './ports.ts';
import { findProgram } from './require.ts';

/** A private Dovecot on loopback: TLS with a certificate of its own, one user, a Maildir. */
export type Dovecot = {
  readonly folder: string;
  /** The port with TLS from the first byte, and the one with STARTTLS. */
  readonly ports: { readonly imaps: number; readonly starttls: number };
  /** As an address has it. The password is accepted as an access token, too. */
  readonly userInAddress: string;
  readonly user: string;
  readonly password: string;
  /** Path of the certificate that it shows. */
  readonly certificate: string;
  /** Puts a message into a folder of the user's Maildir ('' is INBOX) as a delivery agent does. */
  deliver(message: string, folder?: string): Promise<void>;
  /** Runs `doveadm` as the user. */
  doveadm(...args: string[]): string;
  /** Ends every session of the user, as a restart would. */
  dropSessions(): Promise<void>;
  log(): Promise<string>;
  stop(): Promise<void>;
};

const NOBODY = 65_534;
const USER = 'post@mail.example';
const PASSWORD = 'correct horse';

/** True when Debian's dovecot is installed and this user may start it (it must be root). */
export function hasDovecot(): boolean {
  return findProgram('dovecot') !== null && findProgram('openssl') !== null && process.getuid?.() === 0;
}

/** What the server says that it can, beyond what every server can. */
export type Capabilities = { readonly uidplus: boolean; readonly move: boolean };

/** Starts it in a temporary folder; nothing of the system's own is touched. Null: it says all that it can. */
export async function startDovecot(capabilities: Capabilities | null = null): Promise<Dovecot> {
  const folder = await mkdtemp(join(tmpdir(), 'unsent-dovecot-'));
  await chmod(folder, 0o755);
  const mail = join(folder, 'mail');
  for (const name of ['mail', 'mail/tmp', 'mail/new', 'mail/cur', 'index']) {
    await mkdir(join(folder, name));
    await chown(join(folder, name), NOBODY, NOBODY);
  }
  const certificate = join(folder, 'cert.pem');
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const key = ['-newkey', 'rsa:2048', '-nodes', '-keyout', join(folder, 'key.pem'), '-out', certificate];
  execFileSync(program('openssl'), ['req', '-x509', ...key, '-days', '2', ...subject], { stdio: 'ignore' });
  await writeFile(join(folder, 'users'), `${USER}:{PLAIN}${PASSWORD}::::::\n`);
  const ports = { imaps: await freePort(), starttls: await freePort() };
  const config = join(folder, 'dovecot.conf');
  await writeFile(config, `${configOf(folder, ports)}${capabilityLine(capabilities)}`);
  const dovecot = await start(config);
  const doveadm = (...args: string[]): string =>
    execFileSync(program('doveadm'), ['-c', config, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  let delivered = 0;
  return {
    folder,
    ports,
    user: USER,
    userInAddress: encodeURIComponent(USER),
    password: PASSWORD,
    certificate,
    async deliver(message, name = '') {
      const place = join(mail, name === '' ? '' : `.${name}`);
      const path = join(place, 'new', `${1_700_000_000 + delivered}.${delivered++}.mail.example`);
      await writeFile(path, message);
      await chown(path, NOBODY, NOBODY);
    },
    doveadm,
    async dropSessions() {
      for (const pid of await sessionPids(config)) process.kill(pid, 'SIGTERM');
    },
    log: () => readFile(join(folder, 'log'), 'utf8').catch(() => ''),
    async stop() {
      await end(dovecot);
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** The imap processes whose parent is this Dovecot. */
async function sessionPids(config: string): Promise<readonly number[]> {
  const master = Number(await readFile(join(config, '..', 'run', 'master.pid'), 'utf8'));
  const pids: number[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const status = await readFile(`/proc/${name}/status`, 'utf8').catch(() => '');
    if (status.startsWith('Name:\timap\n') && status.includes(`\nPPid:\t${master}\n`)) pids.push(Number(name));
  }
  return pids;
}

async function start(config: string): Promise<ChildProcess> {
  const child = spawn(program('dovecot'), ['-F', '-c', config], { stdio: 'ignore' });
  const log = join(config, '..', 'log');
  for (let tries = 0; tries < 100; tries++) {
    if ((await readFile(log, 'utf8').catch(() => '')).includes('starting up')) return child;
    await new Promise((resume) => setTimeout(resume, 100));
  }
  await end(child);
  throw new Error(`Dovecot did not start:\n${await readFile(log, 'utf8').catch(() => '')}`);
}

function program(name: string): string {
  return findProgram(name) ?? name;
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null) return resolve();
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}

function capabilityLine(capabilities: Capabilities | null): string {
  if (capabilities === null) return '';
  const { uidplus, move } = capabilities;
  return `imap_capability = IMAP4rev1 SASL-IR LITERAL+ ID ENABLE${uidplus ? ' UIDPLUS' : ''}${move ? ' MOVE' : ''}\n`;
}

function configOf(folder: string, { imaps, starttls }: Dovecot['ports']): string {
  return `
base_dir = ${folder}/run
log_path = ${folder}/log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <${folder}/cert.pem
ssl_key = <${folder}/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2
mail_location = maildir:${folder}/mail:INDEX=${folder}/index
mail_uid = ${NOBODY}
mail_gid = ${NOBODY}
first_valid_uid = 1
mail_max_userip_connections = 50
passdb {
  driver = passwd-file
  args = ${folder}/users
}
userdb {
  driver = static
  args = uid=${NOBODY} gid=${NOBODY} home=${folder}/mail
}
namespace inbox {
  inbox = yes
  separator = .
}
service imap-login {
  chroot =
  inet_listener imap {
    port = ${starttls}
  }
  inet_listener imaps {
    port = ${imaps}
    ssl = yes
  }
}
service anvil {
  chroot =
}
service stats {
  chroot =
}
`;
}
