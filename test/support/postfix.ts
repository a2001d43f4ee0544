import { execFile } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findProgram } from './require.ts';

const exec = promisify(execFile);

/** A private Postfix on loopback, with one smtpd for each way of asking the policy service. */
export type Postfix = {
  readonly folder: string;
  /** All mail delivered so far, as one mbox text. */
  mailbox(): Promise<string>;
  log(): Promise<string>;
  stop(): Promise<void>;
};

/** One smtpd: its port, and the policy service as main.cf names it (`unix:…`, `inet:…`). */
export type SmtpdService = { readonly port: number; readonly policyService: string };

export type PostfixOptions = {
  readonly services: readonly SmtpdService[];
  /** Domains it takes mail for. */
  readonly domains: readonly string[];
  /** Further lines of master.cf, such as a spawn service. */
  readonly masterLines?: readonly string[];
};

const DAEMONS = '/usr/lib/postfix/sbin';
const NOBODY = 65_534;

/** True when Debian's postfix is installed and this user may start it (it must be root). */
export function hasPostfix(): boolean {
  return findProgram('postfix') !== null && process.getuid?.() === 0;
}

/** Starts it in a temporary folder; nothing of the system's own configuration or queue is touched. */
export async function startPostfix(options: PostfixOptions): Promise<Postfix> {
  const folder = await mkdtemp(join(tmpdir(), 'unsent-postfix-'));
  await chmod(folder, 0o755);
  for (const name of ['etc', 'queue', 'data', 'mail']) await mkdir(join(folder, name));
  await chown(join(folder, 'mail'), NOBODY, NOBODY);
  const { stdout: uid } = await exec('id', ['-u', 'postfix']);
  await chown(join(folder, 'data'), Number(uid), 0);
  await writeFile(join(folder, 'etc', 'main.cf'), mainCf(folder, options.domains));
  await writeFile(join(folder, 'etc', 'master.cf'), masterCf(options));
  await exec('postfix', ['-c', join(folder, 'etc'), 'start']);
  return {
    folder,
    mailbox: () => readFile(join(folder, 'mail', 'all'), 'utf8').catch(() => ''),
    log: () => readFile(join(folder, 'data', 'mail.log'), 'utf8').catch(() => ''),
    stop: async () => {
      await exec('postfix', ['-c', join(folder, 'etc'), 'stop']).catch(() => {});
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function mainCf(folder: string, domains: readonly string[]): string {
  return `${[
    'compatibility_level = 3.6',
    `queue_directory = ${folder}/queue`,
    `data_directory = ${folder}/data`,
    `daemon_directory = ${DAEMONS}`,
    'command_directory = /usr/sbin',
    'mail_owner = postfix',
    'setgid_group = postdrop',
    `maillog_file = ${folder}/data/mail.log`,
    `maillog_file_prefixes = ${folder}`,
    'myhostname = mx.example.com',
    'mydestination =',
    'inet_interfaces = 127.0.0.1',
    'inet_protocols = all',
    'mynetworks =',
    'smtpd_authorized_xclient_hosts = 127.0.0.0/8',
    'smtpd_client_connection_count_limit = 0',
    'smtpd_peername_lookup = no',
    'default_transport = error:no mail leaves this test',
    'alias_maps =',
    'alias_database =',
    `virtual_mailbox_domains = ${domains.join(' ')}`,
    `virtual_mailbox_base = ${folder}/mail`,
    'virtual_mailbox_maps = static:all',
    `virtual_uid_maps = static:${NOBODY}`,
    `virtual_gid_maps = static:${NOBODY}`,
    'smtpd_helo_required = yes',
  ].join('\n')}\n`;
}

function masterCf({ services, masterLines = [] }: PostfixOptions): string {
  const smtpd = services.map(({ port, policyService }) => {
    const restrictions = `{ smtpd_recipient_restrictions = reject_unauth_destination, check_policy_service ${policyService} }`;
    return `127.0.0.1:${port} inet n - n - 100 smtpd -o ${restrictions}`;
  });
  return `${[
    ...smtpd,
    'pickup unix n - n 60 1 pickup',
    'cleanup unix n - n - 0 cleanup',
    'qmgr unix n - n 300 1 qmgr',
    'rewrite unix - - n - - trivial-rewrite',
    'bounce unix - - n - 0 bounce',
    'defer unix - - n - 0 bounce',
    'trace unix - - n - 0 bounce',
    'proxymap unix - - n - - proxymap',
    'anvil unix - - n - 1 anvil',
    'error unix - - n - - error',
    'virtual unix - n n - - virtual',
    'postlog unix-dgram n - n - 1 postlogd',
    ...masterLines,
  ].join('\n')}\n`;
}
