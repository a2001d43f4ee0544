import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type DomainName, UnsentError } from '@unsent/dns';
import { type DnsProvider, memoryProvider, powerdnsProvider, rfc2136Provider, zoneFromText } from '@unsent/lockdown';
import { readSecret } from '../config/secret.ts';
import { parseServerAddress } from '../config/server-address.ts';
import type { Config, ProviderConfig } from '../config.ts';
import { errorFromSystem } from '../output/file-error.ts';
import type { Shell } from '../shell.ts';
import { accountPacer } from './account-pacer.ts';
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
      throw usage(
        `"${name}" is no provider`,
        'Known are cloudflare, rfc2136, powerdns and memory. For any other host --export prints the records as text.',
      );
  }
}

async function open(shell: Shell, chosen: ProviderConfig, domains: readonly DomainName[]): Promise<DnsProvider> {
  const { now } = shell;
  switch (chosen.name) {
    case 'memory':
      return openMemory(shell, chosen.zone, domains);
    case 'powerdns': {
      const apiKey = await readSecret(chosen.apiKey, 'provider.apiKey', shell.env);
      return powerdnsProvider({ url: chosen.url, server: chosen.server, apiKey, now });
    }
    case 'cloudflare':
      return openCloudflare(shell, chosen);
    case 'rfc2136':
      return openRfc2136(shell, chosen);
  }
}

/** The SDK takes as long to load as everything else together, so only this path loads it. */
async function openCloudflare(
  shell: Shell,
  { token, url }: Extract<ProviderConfig, { name: 'cloudflare' }>,
): Promise<DnsProvider> {
  const { env, now } = shell;
  const { cloudflareProvider } = await import('@unsent/lockdown/cloudflare');
  const fromFile = token === null ? null : await readSecret(token, 'provider.token', env);
  const usedToken = fromFile ?? env['CLOUDFLARE_API_TOKEN']?.trim() ?? '';
  return cloudflareProvider({
    token: usedToken,
    url: url ?? emptyToNull(env['CLOUDFLARE_BASE_URL']),
    now,
    pacer: await accountPacer(shell, usedToken),
  });
}

async function openRfc2136(
  { env, now }: Shell,
  { server, zones, key }: Extract<ProviderConfig, { name: 'rfc2136' }>,
): Promise<DnsProvider> {
  const address = parseServerAddress(server);
  if (address === null) throw usage(`provider.server: "${server}" is no HOST or HOST:PORT`);
  const secret = key === null ? null : Buffer.from(await readSecret(key.secret, 'provider.key.secret', env), 'base64');
  const tsig = key === null || secret === null ? null : { name: key.name, algorithm: key.algorithm, secret };
  return rfc2136Provider({ ...address, key: tsig, zones, now });
}

function emptyToNull(text: string | undefined): string | null {
  return text === undefined || text === '' ? null : text;
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
    text = await readFile(resolve(shell.cwd, path), 'utf8');
  } catch (cause) {
    throw errorFromSystem(cause, 'read the zone') ?? cause;
  }
  return memoryProvider([zoneFromText(text, domain)], { now: shell.now });
}
