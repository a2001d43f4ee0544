import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { UnsentError } from '@unsent/dns';
import { nameAndValue, splitWords, withoutBraces } from './words.ts';

/** What Postfix goes by, as `postconf` tells it, with every `$name` expanded. */
export type PostfixConfiguration = {
  /** Of main.cf: what is set there, and the defaults of what is asked for here. */
  readonly parameters: ReadonlyMap<string, string>;
  readonly services: readonly MasterService[];
};

/** One line of master.cf. */
export type MasterService = {
  /** `smtp`, `127.0.0.1:10025`, `private/unsent`. */
  readonly name: string;
  readonly type: string;
  readonly isChrooted: boolean;
  /** Null: the default. */
  readonly maxProcesses: number | null;
  readonly command: string;
  /** Its `-o` options; they beat main.cf. */
  readonly overrides: ReadonlyMap<string, string>;
  /** All that follows the command, options included. */
  readonly arguments: readonly string[];
};

/** Where Postfix is. `configFolder` null: where `postconf` looks by itself. */
export type PostfixPlace = { readonly postconf: string; readonly configFolder: string | null };

/** The lists that smtpd goes through, by the time it does so. */
export const LISTS_UP_TO_RCPT = [
  'smtpd_client_restrictions',
  'smtpd_helo_restrictions',
  'smtpd_sender_restrictions',
  'smtpd_relay_restrictions',
  'smtpd_recipient_restrictions',
] as const;
export const LISTS_AFTER_RCPT = ['smtpd_data_restrictions', 'smtpd_end_of_data_restrictions'] as const;

/** Parameters whose defaults count too: `postconf -n` tells only what is set. */
const WITH_DEFAULTS = [
  ...LISTS_UP_TO_RCPT,
  ...LISTS_AFTER_RCPT,
  'compatibility_level',
  'config_directory',
  'header_checks',
  'inet_interfaces',
  'mail_owner',
  'mynetworks',
  'queue_directory',
  'smtpd_milters',
  'smtpd_policy_service_default_action',
  'smtpd_policy_service_max_idle',
  'smtpd_policy_service_request_limit',
  'smtpd_policy_service_timeout',
  'smtpd_policy_service_try_limit',
  'smtpd_relay_before_recipient_restrictions',
  'smtpd_restriction_classes',
] as const;

const NOT_BLANKS: ReadonlySet<string> = new Set([' ', '\t']);
const TIME_LIMIT_MS = 20_000;
const exec = promisify(execFile);

/** Asks `postconf`; changes nothing. Throws `postfix-unreadable` when there is none, or it cannot read its files. */
export async function readPostfix(place: PostfixPlace): Promise<PostfixConfiguration> {
  const folder = place.configFolder === null ? [] : ['-c', place.configFolder];
  const ask = (...args: string[]): Promise<string> => askPostconf(place.postconf, [...folder, ...args]);
  const [set, defaults, master] = await Promise.all([ask('-xn'), ask('-x', ...WITH_DEFAULTS), ask('-Mx')]);
  const parameters = new Map([...parameterLines(defaults), ...parameterLines(set)]);
  const isOld = !((Number.parseFloat(parameters.get('compatibility_level') ?? '') || 0) >= 1);
  return { parameters, services: parseMaster(master, isOld) };
}

/** The services of `postconf -M`, one a line. `isChrootDefault`: `-` means a chroot (before compatibility level 1). */
function parseMaster(text: string, isChrootDefault: boolean): readonly MasterService[] {
  return text.split('\n').flatMap((line): readonly MasterService[] => {
    // Commas are no separators in master.cf.
    const [name, type, , , chroot, , maxProcesses = '-', command, ...rest] = splitWords(line, NOT_BLANKS);
    if (name === undefined || type === undefined || command === undefined) return [];
    return [
      {
        name,
        type,
        isChrooted: chroot === '-' ? isChrootDefault : chroot === 'y',
        maxProcesses: /^\d+$/.test(maxProcesses) ? Number(maxProcesses) : null,
        command,
        overrides: overridesOf(rest),
        arguments: rest.map(withoutBraces),
      },
    ];
  });
}

function overridesOf(words: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [index, word] of words.entries()) {
    if (!word.startsWith('-o')) continue;
    const text = word === '-o' ? (words[index + 1] ?? '') : word.slice(2);
    const pair = nameAndValue(withoutBraces(text));
    if (pair !== null) found.set(pair[0], pair[1]);
  }
  return found;
}

function parameterLines(text: string): readonly (readonly [string, string])[] {
  return text.split('\n').flatMap((line) => {
    const pair = nameAndValue(line);
    return pair === null ? [] : [pair];
  });
}

async function askPostconf(program: string, args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await exec(program, args, { timeout: TIME_LIMIT_MS, maxBuffer: 16 << 20 });
    return stdout;
  } catch (cause) {
    const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    const told = cause instanceof Error && 'stderr' in cause ? String(cause.stderr).trim().split('\n').at(-1) : '';
    throw new UnsentError('postfix-unreadable', {
      message: isMissing
        ? `cannot run ${program}: there is no such program.`
        : `postconf failed: ${told || 'no reason'}`,
      hint: isMissing
        ? 'Is Postfix installed here? Name its postconf with --postconf FILE.'
        : 'Name the folder of main.cf with --postfix-config FOLDER, or run this as root.',
      cause,
    });
  }
}
