import { type DomainName, parseDomainName, UnsentError } from '@unsent/dns';
import {
  type ChangePlan,
  DEFAULT_PARTS,
  EXPORT_FORMATS,
  type ExportFormat,
  type MxChoice,
  PARTS,
  type Part,
  REFUSAL_CODES,
  type RefusalCode,
} from '@unsent/lockdown';
import type { LockdownConfig } from '../config.ts';
import type { Shell } from '../shell.ts';

/** Options as commander hands them over. */
export type LockdownFlags = {
  readonly mx?: string | true;
  readonly only?: readonly string[];
  readonly skip?: readonly string[];
  readonly caa?: boolean;
  readonly rua?: readonly string[];
  readonly ttl?: string;
  readonly replaceCname?: readonly string[];
  readonly override?: readonly string[];
  readonly provider?: string;
  readonly zone?: string;
  readonly authoritative?: readonly string[];
  readonly dryRun?: boolean;
  readonly rehearse?: boolean;
  readonly yes?: boolean;
  readonly wait?: string | true;
  readonly export?: string;
  readonly file?: string;
  readonly allUnused?: boolean;
  readonly resume?: boolean;
  readonly concurrency?: string;
  readonly maxFailures?: string;
};

/** What the person wants, flags and configuration taken together. */
export type LockdownRequest = {
  readonly mx: MxChoice;
  readonly parts: ReadonlySet<Part>;
  readonly rua: readonly string[] | null;
  readonly ttlSeconds: number;
  /** As typed: relative to the zone, or whole. */
  readonly replaceCnames: readonly string[];
  readonly overrides: ReadonlySet<RefusalCode>;
  readonly authoritative: readonly string[];
  readonly isDryRun: boolean;
  /** Play it through on a copy in memory. */
  readonly isRehearsal: boolean;
  readonly isAgreed: boolean;
  /** `as-needed`: --wait without a number. */
  readonly waitSeconds: number | 'as-needed' | null;
  readonly exportFormat: ExportFormat | null;
};

/** Cloudflare takes 60 to 86400; others more, but nobody needs it here. */
const TTL_RANGE = { min: 60, max: 86_400 } as const;

/** Flags beat the configuration. Throws `usage` (exit code 2) for a word that is none of the known ones. */
export function lockdownRequest(flags: LockdownFlags, config: LockdownConfig): LockdownRequest {
  return {
    mx: typeof flags.mx !== 'string' ? config.mx : oneOf('--mx', ['loopback', 'null', 'auto'], flags.mx),
    parts: chosenParts(flags, config),
    rua: flags.rua?.map(checkRua) ?? config.rua,
    ttlSeconds: flags.ttl === undefined ? config.ttlSeconds : wholeNumber('--ttl', flags.ttl, TTL_RANGE),
    replaceCnames: flags.replaceCname ?? [],
    overrides: new Set((flags.override ?? []).map((code) => oneOf('--override', REFUSAL_CODES, code))),
    authoritative: flags.authoritative ?? [],
    isDryRun: flags.dryRun === true,
    isRehearsal: flags.rehearse === true,
    isAgreed: flags.yes === true,
    waitSeconds: waitSeconds(flags.wait),
    exportFormat: flags.export === undefined ? null : oneOf('--export', EXPORT_FORMATS, flags.export),
  };
}

/** True if nothing is to be printed while all goes well: --quiet, for a plan that was agreed to beforehand. */
export function isSilent(shell: Shell, { isAgreed, isDryRun }: LockdownRequest, { refusals }: ChangePlan): boolean {
  return shell.options.quiet && isAgreed && !isDryRun && refusals.length === 0;
}

/** A domain as typed. Throws `usage` when it is no name. */
export function readDomain(text: string): DomainName {
  const name = parseDomainName(text);
  if (name === null || !name.includes('.')) throw usage(`"${text}" is no domain name`);
  return name;
}

/** A whole number in a range. Throws `usage` otherwise. */
export function wholeNumber(flag: string, text: string, { min, max }: { min: number; max: number }): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max)) throw usage(`${flag} wants a whole number from ${min} to ${max}, not "${text}"`);
  return value;
}

/** The error for a command line that cannot be meant. */
export function usage(message: string, hint = 'Run unsent lockdown --help to see what there is.'): UnsentError {
  return new UnsentError('usage', { message, hint, exitCode: 2 });
}

function chosenParts(flags: LockdownFlags, config: LockdownConfig): ReadonlySet<Part> {
  const read = (flag: string, words: readonly string[]): readonly Part[] =>
    words.map((word) => oneOf(flag, PARTS, word));
  const extra: readonly Part[] = flags.caa === true ? ['caa'] : [];
  if (flags.only !== undefined) {
    if (flags.skip !== undefined) throw usage('--only and --skip exclude each other');
    return new Set([...read('--only', flags.only), ...extra]);
  }
  // CAA stops certificates: it comes only when it is asked for by name.
  const skipped = flags.skip === undefined ? config.skip : read('--skip', flags.skip);
  return new Set([...DEFAULT_PARTS.filter((part) => !skipped.includes(part)), ...extra]);
}

function checkRua(uri: string): string {
  const withScheme = /^mailto:/i.test(uri) ? uri : `mailto:${uri}`;
  if (!/^mailto:[^\s@,;]+@[^\s@,;]+$/i.test(withScheme)) throw usage(`--rua wants a mail address, not "${uri}"`);
  return withScheme;
}

function waitSeconds(wait: string | true | undefined): LockdownRequest['waitSeconds'] {
  if (wait === undefined) return null;
  return wait === true ? 'as-needed' : wholeNumber('--wait', wait, { min: 1, max: 86_400 });
}

function oneOf<T extends string>(flag: string, known: readonly T[], word: string): T {
  const found = known.find((one) => one === word);
  if (found === undefined) throw usage(`${flag} knows ${known.join(', ')}, not "${word}"`);
  return found;
}
