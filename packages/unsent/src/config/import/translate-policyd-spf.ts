import { parseDomainName, parseIp, parsePrefix, prefixText, UnsentError } from '@unsent/dns';
import { mayRelay } from '../schema-policy.ts';
import type { Setting } from './policyd-spf-file.ts';

/** Values of the configuration by their path: `helo.on.fail` → `reject`. */
export type Flat = ReadonlyMap<string, FlatValue>;
type FlatValue = string | number | boolean | readonly string[];

type Settings = ReadonlyMap<string, Setting>;
type Note = (setting: Setting, what: string) => void;

/** What policyd-spf goes by when a setting is missing (policyd-spf.conf(5)). */
const DEFAULT_REASON = 'Message {rejectdefer} due to: {spf}. Please see {url}';

/** Settings that have a counterpart; their translation is below. */
const TRANSLATED = new Set([
  ...['TestOnly', 'defaultSeedOnly', 'HELO_reject', 'Mail_From_reject', 'HELO_pass_restriction'],
  ...['Mail_From_pass_restriction', 'No_Mail', 'Reject_Not_Pass_Domains', 'PermError_reject', 'TempError_Defer'],
  ...['Prospective', 'skip_addresses', 'Whitelist', 'HELO_Whitelist', 'Domain_Whitelist', 'Domain_Whitelist_PTR'],
  ...['SPF_Enhanced_Status_Codes', 'Header_Type', 'Hide_Receiver', 'Authserv_Id', 'Lookup_Time'],
  ...['Whitelist_Lookup_Time', 'Void_Limit', 'Reason_Message', 'Per_User'],
]);

/** Settings that need none, and why. */
const NEEDLESS: Readonly<Record<string, string>> = {
  debugLevel: 'unsent logs one line for each decision; there are no levels',
  Mock: 'unsent writes no dummy header',
  QueueID: 'unsent always logs the queue id, or the instance before there is one',
  Socket: 'only the milter has it; unsent is no milter',
  PidFile: 'only the milter has it; here it is --pid-file',
  UserID: 'only the milter has it; systemd or spawn(8) sets the user',
  UMask: 'only the milter has it; here it is --socket-mode',
  InternalHosts: 'only the milter has it; use policy.skip',
  IntHosts: 'only the milter has it',
  MacroList: 'only the milter has it',
};
const SILENT_IF: Readonly<Record<string, string>> = { debugLevel: '1', Mock: 'False', QueueID: 'True' };

/**
 * The whole policy that these settings make, every path of it, so that two of them can be compared.
 *
 * What has no counterpart goes to `note`. Throws `import-relay`, exit code 3, for a pass restriction that would relay,
 * with the name of the `file` that it stands in, if that is another one than the user named.
 */
export function translate(settings: Settings, note: Note, file: string | null = null): Flat {
  refuseRelay(settings, file);
  const flat = new Map<string, FlatValue>();
  const textOf = (name: string): string | null => settings.get(name)?.value ?? null;
  flat.set('preset', textOf('TestOnly') === '0' || textOf('defaultSeedOnly') === '0' ? 'observe' : 'standard');
  identity('HELO', 'helo', settings, note, flat);
  identity('Mail_From', 'mailFrom', settings, note, flat);
  flat.set('onlyNoMailRecords', isTrue(textOf('No_Mail')));
  lists(settings, note, flat);
  header(settings, note, flat);
  limits(settings, note, flat);
  flat.set('enhancedCodes', textOf('SPF_Enhanced_Status_Codes') !== 'No');
  reason(settings.get('Reason_Message'), note, flat);
  const prospective = settings.get('Prospective');
  if (prospective !== undefined && isSet(prospective)) {
    if (parseIp(prospective.value) === null) note(prospective, `"${prospective.value}" is no address`);
    else flat.set('prospective', prospective.value);
  }
  return flat;
}

/** Says which settings have no counterpart, and those that nobody knows. */
export function noteOthers(settings: Settings, note: Note): void {
  for (const setting of settings.values()) {
    const why = ownValue(NEEDLESS, setting.name);
    if (why !== undefined && SILENT_IF[setting.name] !== setting.value) note(setting, `needs no counterpart: ${why}`);
    if (why === undefined && !TRANSLATED.has(setting.name)) note(setting, 'policyd-spf.conf(5) knows no such option');
  }
}

type Identity = 'HELO' | 'Mail_From';

function identity(name: Identity, key: string, settings: Settings, note: Note, flat: Map<string, FlatValue>): void {
  const setting = settings.get(`${name}_reject`);
  let reject = setting?.value ?? 'Fail';
  const known = ['Fail', 'SPF_Not_Pass', 'Softfail', 'False', 'No_Check', ...(name === 'HELO' ? ['Null'] : [])];
  if (setting !== undefined && !known.includes(reject)) {
    note(setting, `"${reject}" is none of ${known.join(', ')}; Fail was taken`);
    reject = 'Fail';
  }
  const refusesAny = reject !== 'False' && reject !== 'No_Check';
  flat.set(`${key}.check`, reject !== 'No_Check');
  flat.set(`${key}.onlyNullSender`, reject === 'Null');
  flat.set(`${key}.on.fail`, refusesAny ? 'reject' : 'accept');
  flat.set(`${key}.on.softfail`, reject === 'Softfail' || reject === 'SPF_Not_Pass' ? 'reject' : 'accept');
  // The manual speaks of PermError too; policyd-spf itself leaves that to PermError_reject.
  flat.set(`${key}.on.neutral`, reject === 'SPF_Not_Pass' ? 'reject' : 'accept');
  const isOn = (option: string): boolean => refusesAny && isTrue(settings.get(option)?.value ?? null);
  flat.set(`${key}.on.permerror`, isOn('PermError_reject') ? 'reject' : 'accept');
  flat.set(`${key}.on.temperror`, isOn('TempError_Defer') ? 'defer' : 'accept');
  const pass = settings.get(`${name}_pass_restriction`);
  if (pass === undefined || !isSet(pass)) return;
  if (/\s/.test(pass.value)) {
    note(pass, `"${pass.value}" is more than a name: make it a restriction class of main.cf, and name that`);
  } else flat.set(`${key}.passRestriction`, pass.value);
}

function lists(settings: Settings, note: Note, flat: Map<string, FlatValue>): void {
  const list = (name: string, path: string, isGood: (item: string) => boolean, fallback: readonly string[]): void => {
    const setting = settings.get(name);
    const items =
      setting === undefined || !isSet(setting) ? fallback : setting.value.split(',').map((item) => item.trim());
    const named = items.filter((item) => item !== '');
    for (const item of named) if (!isGood(item) && setting !== undefined) note(setting, `"${item}" was left out`);
    flat.set(path, [...new Set(named.filter(isGood).map(spelled))]);
  };
  const isNetwork = (item: string): boolean => parsePrefix(item) !== null;
  const isDomain = (item: string): boolean =>
    item.includes('.') && parseDomainName(item) !== null && !item.startsWith('*');
  list('skip_addresses', 'skip', isNetwork, ['127.0.0.0/8', '::1/128']);
  list('Whitelist', 'trusted.networks', isNetwork, []);
  list('HELO_Whitelist', 'trusted.heloNames', isDomain, []);
  list('Domain_Whitelist', 'trusted.spfDomains', isDomain, []);
  list('Domain_Whitelist_PTR', 'trusted.ptrDomains', isDomain, []);
  list('Reject_Not_Pass_Domains', 'strictDomains', isDomain, []);
}

/** One spelling for one network: policyd-spf lists loopback in three. */
function spelled(item: string): string {
  const prefix = parsePrefix(item);
  return prefix === null ? item : prefixText(prefix);
}

function header(settings: Settings, note: Note, flat: Map<string, FlatValue>): void {
  const setting = settings.get('Header_Type');
  const kinds: Readonly<Record<string, string>> = { SPF: 'received-spf', AR: 'authentication-results', None: 'none' };
  const kind = ownValue(kinds, setting?.value ?? 'SPF');
  if (kind === undefined && setting !== undefined) note(setting, `"${setting.value}" is none of SPF, AR, None`);
  flat.set('header.kind', kind ?? 'received-spf');
  flat.set('header.hideReceiver', (settings.get('Hide_Receiver')?.value ?? 'No') !== 'No');
  const authservId = settings.get('Authserv_Id')?.value ?? 'HOSTNAME';
  if (authservId !== 'HOSTNAME') flat.set('header.authservId', authservId);
}

function limits(settings: Settings, note: Note, flat: Map<string, FlatValue>): void {
  const number = (name: string, path: string, fallback: number, factor: number, max: number): void => {
    const setting = settings.get(name);
    const value = Number(setting?.value ?? fallback) * factor;
    const isGood = Number.isInteger(value) && value >= (factor === 1 ? 0 : 100) && value <= max;
    if (!isGood && setting !== undefined) note(setting, `"${setting.value}" is out of range; ${fallback} was taken`);
    flat.set(path, isGood ? value : fallback * factor);
  };
  number('Lookup_Time', 'timeLimitMs', 20, 1000, 100_000);
  number('Whitelist_Lookup_Time', 'trustTimeLimitMs', 10, 1000, 100_000);
  number('Void_Limit', 'maxVoidLookups', 2, 1, 10);
}

function reason(setting: Setting | undefined, note: Note, flat: Map<string, FlatValue>): void {
  if (setting === undefined || setting.value === DEFAULT_REASON) return;
  const text = setting.value.replaceAll('{spf}', 'SPF {result}: {reason}');
  if (/\{(rejectdefer|url)\}/.test(text)) {
    note(setting, 'Reason_Message: {rejectdefer} and {url} are not filled in; they were taken out');
  }
  flat.set('reasonMessage', text.replaceAll(/\s*\{(rejectdefer|url)\}/g, '').trim());
}

function refuseRelay(settings: Settings, file: string | null): void {
  for (const option of ['HELO_pass_restriction', 'Mail_From_pass_restriction']) {
    const setting = settings.get(option);
    if (setting === undefined || !mayRelay(setting.value)) continue;
    const { name, value, line } = setting;
    throw new UnsentError('import-relay', {
      message: `${file === null ? '' : `${file} `}line ${line}: ${name} = ${value} would accept whatever passes SPF, and relay it.`,
      hint: 'Name a restriction class of main.cf that does not permit, or remove the line; nothing was written.',
      exitCode: 3,
    });
  }
}

/** Names come from a file: `constructor` is none of a table's keys. */
function ownValue(table: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

function isTrue(value: string | null): boolean {
  return value === 'True';
}

function isSet({ value }: Setting): boolean {
  return value !== '' && value !== 'None';
}
