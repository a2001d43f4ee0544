import type { Lines } from '../render.ts';
import type { PostfixConfiguration } from './configuration.ts';
import { OWN_MAIL_PERMITS, takesArgument } from './restrictions.ts';
import type { Smtpd } from './smtpd.ts';
import { splitWords } from './words.ts';

const RECIPIENT_LIST = 'smtpd_recipient_restrictions';
const GUARD = 'reject_unauth_destination';
/** What ends the list for mail to our own domains, whoever sends it. */
const ENDS = new Set(['permit', 'reject', 'defer', ...OWN_MAIL_PERMITS]);
/** Permits for those who are no strangers. Any other, such as permit_dnswl_client, lets strangers past what follows. */
const FRIENDS = new Set([
  ...['permit_mynetworks', 'permit_inet_interfaces', 'permit_sasl_authenticated'],
  ...['permit_tls_clientcerts', 'permit_tls_all_clientcerts'],
]);

/** The lines that make this smtpd ask, one block for each way in. */
export function linesFor(smtpd: Smtpd, { parameters }: PostfixConfiguration): readonly Lines[] {
  const { value, place } = smtpd.parameter(RECIPIENT_LIST);
  const isRelayGuarded =
    smtpd.lists.at(-1)?.name === RECIPIENT_LIST && hasGuard(smtpd.parameter('smtpd_relay_restrictions').value);
  const list = (service: string): readonly string[] => {
    const steps = withService(splitWords(value), `check_policy_service ${service}`, isRelayGuarded);
    const text = steps.map((step, index) => `    ${step}${index === steps.length - 1 ? '' : ','}`);
    if (place === 'main.cf') return [`${RECIPIENT_LIST} =`, ...text];
    return [`  -o { ${RECIPIENT_LIST} =`, ...text.map((line) => `  ${line}`), '  }'];
  };
  const file = place === 'main.cf' ? 'main.cf' : `master.cf, below ${smtpd.name.replace('/', ' ')}`;
  const queue = parameters.get('queue_directory') ?? '/var/spool/postfix';
  const owner = parameters.get('mail_owner') ?? 'postfix';
  return [
    {
      title: `inet: unsent policyd --listen inet:127.0.0.1:10040; then in ${file}`,
      lines: list('{ inet:127.0.0.1:10040, default_action=DUNNO }'),
    },
    {
      title: `unix: unsent policyd --listen unix:${queue}/private/unsent --socket-group ${owner} --socket-mode 0660; then in ${file}`,
      lines: list('{ unix:private/unsent, default_action=DUNNO }'),
    },
    {
      title: 'spawn (one slow start for each smtpd): in master.cf',
      lines: ['unsent  unix  -  n  n  -  0  spawn', '  user=unsent argv=/usr/bin/unsent policyd --stdio'],
    },
    {
      title: `and in main.cf${place === 'main.cf' ? '' : ` and ${file}`}`,
      lines: ['unsent_time_limit = 3600', ...list('{ unix:private/unsent, default_action=DUNNO }')],
    },
  ];
}

/** The list with the service in its place: after the guard, else after the permits for friends. */
function withService(words: readonly string[], service: string, isRelayGuarded: boolean): readonly string[] {
  const steps = joinArguments(words);
  const guard = steps.findIndex(isGuard);
  const end = steps.findIndex((step) => ENDS.has(step.toLowerCase()));
  // A guard behind the end of the list is one that mail for our own domains never gets to.
  if (guard !== -1 && (end === -1 || guard < end)) {
    return [...steps.slice(0, guard + 1), service, ...steps.slice(guard + 1)];
  }
  const firstOther = steps.findIndex((step) => !FRIENDS.has(step.toLowerCase()));
  const at = firstOther === -1 ? steps.length : firstOther;
  const added = isRelayGuarded ? [service] : [GUARD, service];
  return [...steps.slice(0, at), ...added, ...steps.slice(at)];
}

function isGuard(step: string): boolean {
  return /^(reject|defer)_unauth_destination$/i.test(step);
}

/** `check_x type:table` is one step of two words, and `warn_if_reject` belongs to the step behind it. */
function joinArguments(words: readonly string[]): readonly string[] {
  const steps: string[] = [];
  let step = '';
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    step += word;
    if (takesArgument(word)) step += ` ${words[++i] ?? ''}`;
    if (word.toLowerCase() === 'warn_if_reject') {
      step += ' ';
    } else {
      steps.push(step);
      step = '';
    }
  }
  return steps;
}

function hasGuard(list: string): boolean {
  return splitWords(list).some(isGuard);
}
