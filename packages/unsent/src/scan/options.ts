import { UnsentError } from '@unsent/dns';
import { parseKeepDays } from '../config/schema-notify.ts';
import { isNoticeAddress } from '../notify/message.ts';
import type { LoginFlags } from './mailboxes.ts';

/** The flags of `unsent scan` as commander hands them over. */
export type ScanFlags = LoginFlags & {
  readonly action?: readonly string[];
  readonly again?: boolean;
  readonly dryRun?: boolean;
  readonly enqueue?: boolean;
  readonly expire?: string;
  readonly yes?: boolean;
  readonly failOn?: string;
  readonly forget?: boolean;
  readonly jobs?: string;
  readonly keep?: string;
  readonly notify?: string;
  readonly piece?: string;
  readonly retries?: string;
  readonly top?: string;
};

export type ScanRequest = {
  readonly sources: readonly string[];
  /** Read what was read before, too. */
  readonly again: boolean;
  /** Remember nothing of this run. */
  readonly forget: boolean;
  readonly failsOnBackscatter: boolean;
  /** Threads that judge; null: one for each core. */
  readonly jobs: number | null;
  /** Days for which single messages are kept; null: as configured. */
  readonly keepDays: number | null;
  /** Who is told of backscatter by mail; null: as configured. */
  readonly notify: string | null;
  /** Names shown of each list. */
  readonly top: number;
  readonly login: LoginFlags;
  /** As they were typed; none: those of the configuration. */
  readonly actions: readonly string[];
  /** Say what would be done with messages, and do and remember nothing. */
  readonly dryRun: boolean;
  readonly saysYes: boolean;
};

/** Threads that may be asked for. */
export const MAX_JOBS = 64;
const DEFAULT_TOP = 5;

/** Checks the flags. Throws `usage`, exit code 2. */
export function scanRequest(sources: readonly string[], flags: ScanFlags): ScanRequest {
  const stray = (['piece', 'expire', 'retries'] as const).find((name) => flags[name] !== undefined);
  if (stray !== undefined) {
    throw new UnsentError('usage', { message: `--${stray} is about pieces: it goes with --enqueue`, exitCode: 2 });
  }
  if (sources.length === 0) {
    throw new UnsentError('usage', {
      message: 'scan needs a mailbox',
      hint: 'Name an mbox, a Maildir, a folder of .eml files, one message, imaps://USER@HOST/FOLDER, or - for standard input.',
      exitCode: 2,
    });
  }
  if (sources.filter((source) => source === '-').length > 1) {
    throw new UnsentError('usage', { message: 'standard input (-) can be read once only', exitCode: 2 });
  }
  return {
    sources,
    again: flags.again === true,
    forget: flags.forget === true,
    failsOnBackscatter: flags.failOn === 'backscatter',
    jobs: flags.jobs === undefined ? null : wholeNumber('--jobs', flags.jobs, 1, MAX_JOBS),
    keepDays: flags.keep === undefined ? null : readKeep(flags.keep),
    notify: flags.notify === undefined ? null : readAddress(flags.notify),
    top: flags.top === undefined ? DEFAULT_TOP : wholeNumber('--top', flags.top, 0, 1000),
    login: flags,
    actions: flags.action ?? [],
    dryRun: flags.dryRun === true,
    saysYes: flags.yes === true,
  };
}

/** Reads a flag. Throws `usage`, exit code 2. */
export function wholeNumber(name: string, text: string, min: number, max: number): number {
  const number = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= min && number <= max) return number;
  throw new UnsentError('usage', {
    message: `${name} ${text}: expected a whole number from ${min} to ${max}`,
    exitCode: 2,
  });
}

function readKeep(text: string): number {
  const days = parseKeepDays(text);
  if (days !== null) return days;
  throw new UnsentError('usage', {
    message: `--keep ${text}: expected a number of days such as 400d`,
    exitCode: 2,
  });
}

function readAddress(text: string): string {
  if (isNoticeAddress(text)) return text;
  throw new UnsentError('usage', {
    message: `--notify ${text}: expected a mail address or the name of a local user`,
    exitCode: 2,
  });
}
