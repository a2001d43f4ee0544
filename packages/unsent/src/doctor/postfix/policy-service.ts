import { basename } from 'node:path';
import { isLocal, type ListenAddress, listenAddressText } from '../../policyd/listen-address.ts';
import type { MasterService, PostfixConfiguration } from './configuration.ts';
import { nameAndValue, secondsOf, splitWords, withoutBraces } from './words.ts';

/** The argument of check_policy_service: where it asks, and what it says about that service alone. */
export type PolicyTarget = {
  /** `inet:127.0.0.1:10040`, `unix:private/unsent`. */
  readonly endpoint: string;
  readonly timeoutSeconds: number | null;
  readonly defaultAction: string | null;
  /** The first option that is no `name=value`; smtpd ends at it. */
  readonly malformed: string | null;
};

/** How a target reaches us; null: it is somebody else's service. */
export type Ours =
  | { readonly kind: 'socket'; readonly address: ListenAddress }
  | { readonly kind: 'spawn'; readonly service: MasterService };

/** Reads `inet:HOST:PORT` or `{ inet:HOST:PORT, timeout=30s, default_action=DUNNO }`. */
export function parsePolicyTarget(argument: string): PolicyTarget {
  const [endpoint = '', ...attributes] = splitWords(withoutBraces(argument));
  const values = new Map(
    attributes.flatMap((word) => [nameAndValue(withoutBraces(word))].filter((pair) => pair !== null)),
  );
  const timeout = values.get('timeout');
  return {
    endpoint,
    timeoutSeconds: timeout === undefined ? null : secondsOf(timeout),
    defaultAction: values.get('default_action') ?? null,
    malformed: attributes.find((word) => !nameAndValue(withoutBraces(word))?.[0]) ?? null,
  };
}

/** Is this service ours? Known by where we listen, by what master.cf spawns, or by its name. */
export function ownService(
  { endpoint }: PolicyTarget,
  listens: readonly ListenAddress[],
  postfix: PostfixConfiguration,
): Ours | null {
  const address = addressOf(endpoint, postfix);
  if (address === null) return null;
  if (address.kind === 'unix') {
    const service = spawnService(endpoint, postfix);
    if (service !== null) return isOurProgram(service) ? { kind: 'spawn', service } : null;
  }
  const isListened = listens.some((one) => isSamePlace(one, address));
  return isListened || endpoint.includes('unsent') ? { kind: 'socket', address } : null;
}

/** `localhost` is both loopback addresses, and who listens everywhere listens there too. */
function isSamePlace(listened: ListenAddress, asked: ListenAddress): boolean {
  if (listenAddressText(listened) === listenAddressText(asked)) return true;
  if (listened.kind === 'unix' || asked.kind === 'unix' || listened.port !== asked.port) return false;
  if (!isLoopbackHost(asked.host)) return false;
  const isByName =
    isLoopbackHost(listened.host) && [listened.host, asked.host].some((host) => /^localhost$/i.test(host));
  return isByName || listened.host === '0.0.0.0' || listened.host === '::';
}

/** `localhost`, `127.0.0.1`, `[::1]`. */
export function isLoopbackHost(host: string): boolean {
  return isLocal({ kind: 'inet', host: host.toLowerCase().replace(/^\[|\]$/g, ''), port: 0 });
}

/** The spawn service of master.cf that `unix:private/NAME` reaches. */
function spawnService(endpoint: string, { services }: PostfixConfiguration): MasterService | null {
  const name = endpoint.replace(/^unix:(private|public)\//, '');
  return services.find((one) => one.type === 'unix' && one.name === name && one.command === 'spawn') ?? null;
}

/** True for `argv=/usr/bin/unsent … policyd --stdio`, also when Node or env stands before it. */
function isOurProgram({ arguments: words }: MasterService): boolean {
  const argv = argvOf(words);
  return argv.some((word) => /^unsent(\.[cm]?js)?$/.test(basename(word))) && argv.includes('policyd');
}

/** The program of a spawn service and its arguments. */
export function argvOf(words: readonly string[]): readonly string[] {
  const start = words.findIndex((word) => word.startsWith('argv='));
  return start === -1 ? [] : [words[start]?.slice('argv='.length) ?? '', ...words.slice(start + 1)];
}

/** Where Postfix connects to; a relative path begins in its queue. */
function addressOf(endpoint: string, { parameters }: PostfixConfiguration): ListenAddress | null {
  const unix = /^unix:(.+)$/.exec(endpoint)?.[1];
  if (unix !== undefined) {
    const queue = parameters.get('queue_directory') ?? '/var/spool/postfix';
    return { kind: 'unix', path: unix.startsWith('/') ? unix : `${queue}/${unix}` };
  }
  const inet = /^inet:(?:\[([^\]]+)\]|([^:]*)):(\d+)$/.exec(endpoint);
  if (inet === null) return null;
  return { kind: 'inet', host: inet[1] ?? (inet[2] || '127.0.0.1'), port: Number(inet[3]) };
}
