import { readFile } from 'node:fs/promises';
import { type DomainName, UnsentError } from '@unsent/dns';
import { type DnsProvider, memoryProvider, zoneFromText } from '@unsent/lockdown';
import type { Config, ProviderConfig } from '../config.ts';
import { errorFromSystem } from '../output/file-error.ts';
import type { Shell } from '../shell.ts';
import { usage } from './request.ts';

/** What the command line says about the place of the zones. */
export type ProviderFlags = { readonly provider?: string; readonly zone?: string; readonly export?: string };

/** The provider that the flags or the configuration name, closed with the shell. */
export async function openProvider(
  shell: Shell,
  flags: ProviderFlags,
  domains: readonly DomainName[],
): Promise<DnsProvider> {
  const config = await shell.config();
  // Text can be made for a zone that nobody showed: as if it were empty.
  const isTextOnly = flags.export !== undefined && flags.provider === undefined && flags.zone === undefined;
  if (isTextOnly && config.provider === null) return emptyZones(shell, domains);
  const chosen = chooseProvider(flags, config);
  const provider = await open(shell, chosen, domains);
  shell.onClose(() => provider.close());
  return provider;
}

/** A flag beats the configuration; settings of the same provider in the configuration are kept. */
function chooseProvider(flags: ProviderFlags, config: Config): ProviderConfig {
  const name = flags.provider ?? (flags.zone === undefined ? config.provider?.name : 'memory');
  if (name === undefined) {
    throw new UnsentError('provider-missing', {
      message: 'It is not known where your zones are kept.',
      hint: 'Name it with --provider, or in the configuration (provider.name). See docs/providers/.',
      exitCode: 2,
    });
  }
  if (flags.zone !== undefined && name !== 'memory') throw usage('--zone belongs to --provider memory');
  if (name === 'memory' && flags.zone !== undefined) return { name, zone: flags.zone };
  if (config.provider?.name === name) return config.provider;
  switch (name) {
    case 'cloudflare':
      return { name, token: null, url: null };
    case 'memory':
      throw usage('--provider memory needs --zone FILE');
    case 'rfc2136':
    case 'powerdns':
      throw usage(`the provider ${name} needs its settings in the configuration`, 'See docs/providers/.');
    default:
      throw usage(`"${name}" is no provider`, 'Known are cloudflare, rfc2136, powerdns and memory.');
  }
}

async function open(shell: Shell, chosen: ProviderConfig, domains: readonly DomainName[]): Promise<DnsProvider> {
  switch (chosen.name) {
    case 'memory':
      return openMemory(shell, chosen.zone, domains);
    default:
      throw usage(`the provider ${chosen.name} is not supported yet`);
  }
}

function emptyZones(shell: Shell, domains: readonly DomainName[]): DnsProvider {
  return memoryProvider(
    domains.map((name) => ({ name, records: [] })),
    { now: shell.now },
  );
}

async function openMemory(shell: Shell, path: string, domains: readonly DomainName[]): Promise<DnsProvider> {
  const [domain] = domains;
  if (domain === undefined || domains.length > 1) throw usage('--provider memory takes one domain');
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw errorFromSystem(cause, 'read the zone') ?? cause;
  }
  return memoryProvider([zoneFromText(text, domain)], { now: shell.now });
}
