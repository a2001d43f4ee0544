import { readFile, unlink, writeFile } from 'node:fs/promises';
import { type ExitCode, UnsentError } from '@unsent/dns';
import { loadConfig } from '../config.ts';
import { errorFromSystem } from '../output/file-error.ts';
import type { Shell } from '../shell.ts';
import type { Knowledge } from './knowledge.ts';

/** Reads the configuration again; a bad one leaves the old one in force. Resolves to one line for the log. */
export async function reload(shell: Shell, knowledge: Knowledge): Promise<string> {
  try {
    const config = await loadConfig(shell.options, shell);
    knowledge.useConfig(config);
    return `configuration read again; preset ${config.policy.preset}`;
  } catch (error) {
    const why = error instanceof Error ? error.message.replaceAll(/\s+/g, ' ') : String(error);
    return `the new configuration is bad, the old one stays in force: ${why}`;
  }
}

/** Writes the process id where `unsent policyd reload` finds it; removed when the command ends. */
export async function writePidFile(shell: Shell, path: string, pid: number): Promise<void> {
  try {
    await writeFile(path, `${pid}\n`);
  } catch (error) {
    throw errorFromSystem(error, 'write the pid file', path) ?? error;
  }
  shell.onClose(() => unlink(path).catch(() => undefined));
}

/** `unsent policyd reload`: tells the daemon named by its pid file to read its configuration again. */
export async function runReload(shell: Shell, pidFile: string): Promise<ExitCode> {
  // A mistake is better met here than in the daemon's log.
  await shell.config();
  const pid = await readPid(pidFile);
  try {
    process.kill(pid, 'SIGHUP');
  } catch (cause) {
    throw new UnsentError('policyd-not-running', {
      message: `cannot signal process ${pid} of ${pidFile}: ${cause instanceof Error ? cause.message : String(cause)}.`,
      hint: 'Is the daemon running, and does it belong to you? Under systemd: systemctl reload unsent-policyd.',
      cause,
    });
  }
  if (!shell.options.quiet) shell.stdout.write(`Told process ${pid} to read its configuration again; see its log.\n`);
  return 0;
}

async function readPid(path: string): Promise<number> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw errorFromSystem(error, 'read the pid file', path) ?? error;
  });
  const pid = Number(text.trim());
  if (Number.isInteger(pid) && pid > 1) return pid;
  throw new UnsentError('policyd-not-running', {
    message: `${path} holds no process id.`,
    hint: 'Start the daemon with --pid-file and the same path.',
  });
}
