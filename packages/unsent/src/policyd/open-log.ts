import { hostname } from 'node:os';
import type { Shell } from '../shell.ts';
import { createLogSink, type LogFormat, type LogSink, SILENT_LOG, stderrSink } from './log-sink.ts';
import { checkLogFormat, parseLogPlace } from './log-target.ts';

export type LogOptions = { readonly log?: string; readonly logFormat?: LogFormat; readonly stdio?: boolean };

/**
 * Opens the log that `--log` names; it is closed with the shell.
 *
 * Under spawn(8) standard error is joined to the socket, where a word would corrupt the protocol: then it stays silent.
 */
export async function openLog(
  shell: Shell,
  { log = 'stderr', logFormat = 'text', stdio }: LogOptions,
): Promise<LogSink> {
  checkLogFormat(logFormat);
  const place = parseLogPlace(log);
  if (place.kind === 'stderr') return stdio === true ? SILENT_LOG : stderrSink(shell.stderr, logFormat, shell.now);
  const { now } = shell;
  const target =
    place.kind === 'journald'
      ? (await import('./log-journald.ts')).openJournal()
      : await (await import('./log-syslog.ts')).openSyslog({ ...place, hostname: hostname(), pid: process.pid, now });
  shell.onClose(target.close);
  return createLogSink(target.write, logFormat, now);
}
