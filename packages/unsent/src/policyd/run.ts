import { hostname } from 'node:os';
import { Duplex } from 'node:stream';
import { type ExitCode, UnsentError } from '@unsent/dns';
import {
  type AnswererOptions,
  createAnswerer,
  createInvestigator,
  createPolicyServer,
  logFields,
  type PolicyServer,
  type PolicyServerOptions,
  servePolicy,
} from '@unsent/policyd';
import { createRecordCache } from '@unsent/spf';
import type { Config } from '../config.ts';
import type { Shell } from '../shell.ts';
import { systemClock } from './clock.ts';
import { listenAt, systemdDescriptors } from './listen.ts';
import { isLocal, listenAddressText, parseListenAddress } from './listen-address.ts';
import { type LogFormat, type LogSink, SILENT_LOG, stderrSink } from './log-sink.ts';
import { neverSendingDomains } from './own-domains.ts';
import { policyFrom } from './policy-from.ts';

export type PolicydOptions = {
  readonly listen?: readonly string[];
  readonly stdio?: boolean;
  readonly check?: boolean;
  readonly logFormat?: LogFormat;
  readonly socketMode?: string;
};

/** Parsed records kept between checks. */
const RECORD_CACHE_ENTRIES = 20_000;
const DEFAULT_LISTEN = 'inet:127.0.0.1:10040';

/** `unsent policyd`: serves until it is told to stop. */
export async function runPolicyd(shell: Shell, options: PolicydOptions): Promise<ExitCode> {
  const config = await shell.config();
  const log = options.stdio === true ? SILENT_LOG : stderrSink(shell.stderr, options.logFormat ?? 'text', shell.now);
  const serverOptions = await prepare(shell, config, log);
  if (options.check === true) {
    shell.stdout.write('The configuration is good.\n');
    return 0;
  }
  if (options.stdio === true) return serveStdio(serverOptions);
  const server = createPolicyServer(serverOptions);
  const places = await listen(server, shell, config, options);
  log.message(`listening at ${places.join(', ')}; preset ${config.policy.preset}`);
  await shell.untilInterrupted(async (signal) => {
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    log.message('stopping: finishing what is in flight');
    await server.close();
  });
  log.flush();
  return 0;
}

async function prepare(shell: Shell, config: Config, log: LogSink): Promise<PolicyServerOptions> {
  const policy = policyFrom(config.policy, hostname());
  const own = neverSendingDomains(config.domains, [], config.policy.graceDays);
  const resolver = await shell.resolver();
  const investigator = createInvestigator({
    resolver,
    recordCache: createRecordCache(RECORD_CACHE_ENTRIES),
    clock: systemClock,
    now: shell.now,
  });
  const answererOptions: AnswererOptions = { investigator, policy: () => policy, own: () => own, now: shell.now };
  return {
    answer: createAnswerer(answererOptions),
    clock: systemClock.now,
    events: {
      onDecision: (request, decision, ms) => log.decision(logFields(request, decision, ms)),
      onMalformed: (why) => log.message(`closed a connection: ${why}`),
    },
  };
}

async function listen(
  server: PolicyServer,
  shell: Shell,
  config: Config,
  options: PolicydOptions,
): Promise<readonly string[]> {
  const descriptors = systemdDescriptors(shell.env, process.pid);
  for (const fd of descriptors) await server.listen({ fd });
  const asked = options.listen ?? config.policy.listen ?? (descriptors.length > 0 ? [] : [DEFAULT_LISTEN]);
  const addresses = asked.map(parseListenAddress);
  const open = addresses.find((address) => !isLocal(address));
  if (open !== undefined && config.policy.allow === null) {
    throw new UnsentError('listen-open', {
      message: `${listenAddressText(open)} can be reached from other hosts.`,
      hint: 'Name the networks that may connect in policy.allow, or listen at 127.0.0.1.',
      exitCode: 2,
    });
  }
  const mode = options.socketMode === undefined ? null : Number.parseInt(options.socketMode, 8);
  for (const address of addresses) await listenAt(server, address, { mode, gid: null });
  return [...descriptors.map((fd) => `systemd socket ${fd}`), ...addresses.map(listenAddressText)];
}

/** One client on standard input and output, as Postfix's spawn(8) starts it. */
async function serveStdio(options: PolicyServerOptions): Promise<ExitCode> {
  const stream = Duplex.from({ readable: process.stdin, writable: process.stdout });
  servePolicy(stream, options);
  await new Promise<void>((resolve) => stream.once('close', () => resolve()));
  return 0;
}
