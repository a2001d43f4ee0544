import { UnsentError } from '@unsent/dns';
import { parseListenAddress } from './listen-address.ts';

/** Where the log goes, as `--log` says it. */
export type LogPlace =
  | { readonly kind: 'stderr' }
  | { readonly kind: 'journald' }
  | { readonly kind: 'syslog'; readonly host: string; readonly port: number };

/** Reads `stderr`, `journald` or `syslog:HOST:PORT`; throws `log-target`, exit code 2, for anything else. */
export function parseLogPlace(text: string): LogPlace {
  if (text === 'stderr' || text === 'journald') return { kind: text };
  const address = /^syslog:(?!unix:)(.+)$/.exec(text)?.[1];
  try {
    if (address !== undefined) {
      const parsed = parseListenAddress(address);
      if (parsed.kind === 'inet') return { kind: 'syslog', host: parsed.host, port: parsed.port };
    }
  } catch {
    // said below, in words about logs
  }
  throw new UnsentError('log-target', {
    message: `cannot log to "${text}".`,
    hint: 'Write --log stderr, --log journald or --log syslog:127.0.0.1:514.',
    exitCode: 2,
  });
}

/**
 * Throws `usage`, exit code 2, for a `--log-format` that is none. It is looked at here and not by the command line: under
 * spawn(8) what stops at the command line makes Postfix defer mail.
 */
export function checkLogFormat(format: string): void {
  if (format === 'text' || format === 'json') return;
  throw new UnsentError('usage', {
    message: `"${format}" is no format of the log.`,
    hint: 'Write --log-format text or --log-format json.',
    exitCode: 2,
  });
}
