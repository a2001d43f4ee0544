import { type DomainName, type IpPrefix, prefixText } from '@unsent/dns';
import { stringify } from 'yaml';
import type { MailboxConfig, ProviderConfig, SecretPlace } from '../config.ts';
import { DEFAULT_LISTEN } from '../policyd/listen-address.ts';
import type { Answers } from './answers.ts';

/** Answers whose domains are sorted. */
export type SortedAnswers = Omit<Answers, 'neverSend'>;

/** The text of a configuration with these answers: what was left out stands there as a comment. */
export function configText(answers: SortedAnswers): string {
  const blocks = [
    '# Written by unsent init. Every key: docs/configuration.md; after a change: unsent config check',
    domainsBlock(answers),
    answers.dnsServers === null
      ? '# Resolvers to ask instead of those of the system:\n# dns:\n#   servers: [127.0.0.1]'
      : `dns:\n  servers: ${flow(answers.dnsServers)}`,
    answers.state === null ? null : `# What was seen and done:\nstate: ${scalar(answers.state)}`,
    providerBlock(answers.provider),
    mailboxesBlock(answers.mailboxes),
    policyBlock(answers.postfix),
  ];
  return `${blocks.filter((block) => block !== null).join('\n\n')}\n`;
}

function domainsBlock({ unused, receiving, sending }: SortedAnswers): string {
  return [
    'domains:',
    '  # Neither send nor receive: every bounce to them answers a forgery. unsent lockdown tells the world.',
    ...listOf('unused', unused),
    '  # Receive, and never send. Since when, if it was not always so: {name: old.example, since: 2026-03-01}',
    ...listOf('receiving', receiving),
    '  # Send, each with the hosts that send for it: addresses, prefixes, host names.',
    ...(sending.size === 0 ? ['  sending: {}'] : ['  sending:']),
    ...[...sending].map(([name, hosts]) => `    ${scalar(name)}: {outbound: ${flow(hosts.map(hostText))}}`),
  ].join('\n');
}

function listOf(name: string, domains: readonly DomainName[]): readonly string[] {
  if (domains.length === 0) return [`  ${name}: []`];
  return [`  ${name}:`, ...domains.map((domain) => `    - ${scalar(domain)}`)];
}

function hostText(host: IpPrefix | DomainName): string {
  return typeof host === 'string' ? host : prefixText(host).replace(/(?<=\.\d+)\/32$|(?<=:.*)\/128$/, '');
}

function providerBlock(provider: ProviderConfig | null): string {
  if (provider === null) {
    return '# Where the zones are kept, for unsent lockdown (docs/providers). Without it, lockdown prints text to paste.\n# provider:\n#   name: cloudflare\n#   token: {file: /etc/unsent/cloudflare.token}';
  }
  const plain = withSecrets(provider);
  return `# Where the zones are kept. A secret never stands in this file, only where it is.\n${stringify({ provider: plain }).trimEnd()}`;
}

function mailboxesBlock(mailboxes: readonly MailboxConfig[]): string {
  const title = '# What unsent scan reads when it is given nothing else.';
  if (mailboxes.length === 0) return `${title}\n# mailboxes: [~/Maildir]`;
  const plain = mailboxes.map((mailbox) => {
    const { address, ...login } = withSecrets(mailbox);
    return Object.keys(login).length === 0 ? address : { address, ...login };
  });
  return `${title}\n${stringify({ mailboxes: plain }).trimEnd()}`;
}

function policyBlock(postfix: boolean): string {
  if (!postfix) return '# What unsent policyd tells Postfix, if you let it: docs/postfix.md';
  return [
    '# What unsent policyd tells Postfix. Begin with observe, which refuses nothing and counts everything.',
    'policy:',
    '  preset: observe            # then standard, or strict',
    `  listen: [${scalar(DEFAULT_LISTEN)}]`,
  ].join('\n');
}

/** As the file has it: no keys that say nothing, secrets as `{file: …}`. */
function withSecrets<T extends object>(value: T): Record<string, unknown> {
  const kept = Object.entries(value).filter(([, inner]) => inner !== null && inner !== false);
  return Object.fromEntries(kept.map(([key, inner]) => [key, plainValue(inner)]));
}

function plainValue(value: unknown): unknown {
  if (Array.isArray(value) || typeof value !== 'object' || value === null) return value;
  return isSecretPlace(value) ? secretText(value) : withSecrets(value);
}

function isSecretPlace(value: object): value is SecretPlace {
  return 'kind' in value && (value.kind === 'file' || value.kind === 'env' || value.kind === 'command');
}

function secretText(place: SecretPlace): Record<string, string> {
  switch (place.kind) {
    case 'file':
      return { file: place.path };
    case 'env':
      return { env: place.name };
    case 'command':
      return { command: place.command };
  }
}

function scalar(text: string): string {
  return stringify(text, { lineWidth: 0, defaultStringType: 'PLAIN' }).trim();
}

function flow(texts: readonly string[]): string {
  return `[${texts.map((text) => (/[:,[\]{}#&*!|>'"%@`]/.test(text) ? JSON.stringify(text) : scalar(text))).join(', ')}]`;
}
