import { prefixText } from '@unsent/dns';
import type { Config, DeclaredDomain, SendingDomain } from '../config.ts';

/** The configuration in force as plain data, in the words of the file. Keys that were left to a preset are absent. */
export function showConfig(config: Config, state: string): Readonly<Record<string, unknown>> {
  const { unused, receiving, sending } = config.domains;
  return {
    path: config.path,
    domains: {
      unused: unused.map(showDeclared),
      receiving: receiving.map(showDeclared),
      sending: Object.fromEntries(sending.map((domain) => [domain.name, showSending(domain)])),
    },
    dns: withoutNulls({ ...config.dns, servers: config.dns.servers ?? 'those of the system' }),
    state: withoutPassword(state),
    mailboxes: config.mailboxes.map(withoutNulls),
    provider: config.provider === null ? null : withoutNulls(config.provider),
    policy: withoutNulls(config.policy),
    lockdown: withoutNulls(config.lockdown),
  };
}

/** The address of a database without what logs in; a path stays as it is. */
export function withoutPassword(place: string): string {
  if (!/^[a-z][a-z0-9+.-]+:\/\//i.test(place) || !URL.canParse(place)) return place;
  const url = new URL(place);
  url.password = '';
  // Taking one out writes the others anew, with %2F for each slash.
  if (url.searchParams.has('password')) url.searchParams.delete('password');
  return url.href;
}

function showDeclared({ name, since }: DeclaredDomain): unknown {
  return since === null ? name : { name, since: since.toISOString() };
}

function showSending({ outbound, batvKeys, batvSignsAll, localParts }: SendingDomain): unknown {
  return withoutNulls({
    outbound: outbound.map((one) => (typeof one === 'string' ? one : prefixText(one))),
    batv: batvKeys.length === 0 ? null : { keys: batvKeys, signsAll: batvSignsAll },
    localParts,
  });
}

/** Addresses and secret places become what they were in the file, and keys that say nothing go. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  if ('address' in value && 'length' in value) return `${textOf(value.address)}/${value.length}`;
  if ('family' in value && 'text' in value) return value.text;
  if ('kind' in value && value.kind === 'env' && 'name' in value) return { env: value.name };
  if ('kind' in value && value.kind === 'command' && 'command' in value) return { command: value.command };
  if ('kind' in value && value.kind === 'file' && 'path' in value) return { file: value.path };
  const kept = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutNulls(inner)]));
}

function textOf(address: unknown): string {
  return typeof address === 'object' && address !== null && 'text' in address ? String(address.text) : '';
}
