import { type DnsServer, parseDnsServer, systemServers } from '@unsent/dns';
import type { Config } from '../../config.ts';
import { zoneFileOf } from '../../resolver.ts';
import type { Shell } from '../../shell.ts';
import { type Check, good } from '../check.ts';
import { checkServer } from './check-server.ts';
import { checkLoopback } from './loopback.ts';

/** Domains that are asked for: enough to meet a signed one and a locked one. */
const MAX_DOMAINS = 10;

/**
 * Does each resolver answer, in time, by UDP and TCP, with signatures, and does it show a loopback MX?
 *
 * Only the configured domains are asked for; without any, `localhost`, which a resolver answers itself (RFC 6761 §6.3).
 */
export async function checkResolvers(
  shell: Shell,
  config: Config,
  options: { readonly port?: number },
): Promise<readonly Check[]> {
  const zone = zoneFileOf(shell.options, config);
  const { unused, receiving, sending } = config.domains;
  const domains = [...unused, ...receiving, ...sending].map(({ name }) => name).slice(0, MAX_DOMAINS);
  if (zone !== null) {
    await shell.resolver();
    return [good('resolver', `The zone file ${zone} stands in for DNS; no resolver is asked.`)];
  }
  const servers = serversOf(shell, config);
  const perServer = await Promise.all(
    servers.map(async (server): Promise<readonly Check[]> => {
      const answers = await checkServer(server, domains, config.dns.timeoutMs);
      const isAnswering = answers.every(({ state }) => state !== 'failure');
      return isAnswering
        ? [...answers, ...(await checkLoopback(server, domains, { ...options, timeoutMs: config.dns.timeoutMs }))]
        : answers;
    }),
  );
  return perServer.flat();
}

/** `--dns`, else the configuration, else the system's. A host name after --dns is left to the resolver itself. */
function serversOf(shell: Shell, { dns }: Config): readonly DnsServer[] {
  const named =
    shell.options.dns === null ? dns.servers : [shell.options.dns.replace(/^localhost(?=:|$)/, '127.0.0.1')];
  return named === null ? systemServers() : named.flatMap((text) => parseDnsServer(text) ?? []);
}
