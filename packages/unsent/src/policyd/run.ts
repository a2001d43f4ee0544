import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { Duplex } from 'node:stream';
import { contains, type ExitCode, type IpAddress, type IpPrefix, parseIp, UnsentError } from '@unsent/dns';
import {
  createAnswerer,
  createInvestigator,
  createPolicyServer,
  createTally,
  logFields,
  type PolicyServer,
  type PolicyServerOptions,
  servePolicy,
  type Tally,
} from '@unsent/policyd';
import { createRecordCache } from '@unsent/spf';
import { statePlace } from '../config/places.ts';
import type { Config } from '../config.ts';
import type { Shell } from '../shell.ts';
import { systemClock } from './clock.ts';
import { type Knowledge, knowledgeOf } from './knowledge.ts';
import { listenAt, systemdDescriptors } from './listen.ts';
import { DEFAULT_LISTEN, isLocal, listenAddressText, parseListenAddress } from './listen-address.ts';
import { type LogFormat, type LogSink, SILENT_LOG, stderrSink } from './log-sink.ts';
import { reload, writePidFile } from './reload.ts';
import { builtStoreWorker, type StoreThread, startStoreThread } from './store-thread.ts';

export type PolicydOptions = {
  readonly listen?: readonly string[];
  readonly stdio?: boolean;
  readonly check?: boolean;
  readonly logFormat?: LogFormat;
  readonly socketMode?: string;
  readonly pidFile?: string;
};

/** Parsed records kept between checks. */
const RECORD_CACHE_ENTRIES = 20_000;
/** Sender domains counted by name between two writes. */
const NAMED_DOMAINS = 1_000;

/** `unsent policyd`: serves until it is told to stop. */
export async function runPolicyd(shell: Shell, options: PolicydOptions): Promise<ExitCode> {
  const config = await shell.config();
  const knowledge = knowledgeOf(config, hostname());
  if (options.check === true) {
    shell.stdout.write('The configuration is good.\n');
    return 0;
  }
  const isStdio = options.stdio === true;
  const log = isStdio ? SILENT_LOG : stderrSink(shell.stderr, options.logFormat ?? 'text', shell.now);
  const tally = createTally(NAMED_DOMAINS);
  const thread = openThread(shell, config, knowledge, tally, log, isStdio);
  const serverOptions = await prepare(shell, config, knowledge, tally, log);
  await thread?.ready;
  try {
    if (isStdio) return await serveStdio(serverOptions);
    return await serveSockets(shell, options, config, knowledge, serverOptions, log);
  } finally {
    await thread?.stop();
    log.flush();
  }
}

async function serveSockets(
  shell: Shell,
  options: PolicydOptions,
  config: Config,
  knowledge: Knowledge,
  serverOptions: PolicyServerOptions,
  log: LogSink,
): Promise<ExitCode> {
  const server = createPolicyServer(serverOptions);
  const places = await listen(server, shell, config, options);
  if (options.pidFile !== undefined) await writePidFile(shell, options.pidFile, process.pid);
  const onHangup = (): void => void reload(shell, knowledge).then(log.message);
  process.on('SIGHUP', onHangup);
  log.message(`listening at ${places.join(', ')}; preset ${config.policy.preset}`);
  await shell.untilInterrupted(async (signal) => {
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    log.message('stopping: finishing what is in flight');
    await server.close();
  });
  process.off('SIGHUP', onHangup);
  return 0;
}

/** Null where there is no database to work with. Under spawn(8) none is made: the user there is often nobody. */
function openThread(
  shell: Shell,
  config: Config,
  knowledge: Knowledge,
  tally: Tally,
  log: LogSink,
  isStdio: boolean,
): StoreThread | null {
  const place = statePlace(shell.options.state, config, shell.env, shell.cwd);
  const url = builtStoreWorker();
  if (url === null || place === ':memory:' || (isStdio && !existsSync(place))) return null;
  const onTrouble = (why: string): void =>
    log.message(`working without the database: counts wait, and locked domains are as last read: ${why}`);
  return startStoreThread({ url, place, tally, onLocked: knowledge.useLocked, onTrouble });
}

async function prepare(
  shell: Shell,
  config: Config,
  knowledge: Knowledge,
  tally: Tally,
  log: LogSink,
): Promise<PolicyServerOptions> {
  const investigator = createInvestigator({
    resolver: await shell.resolver(),
    recordCache: createRecordCache(RECORD_CACHE_ENTRIES),
    clock: systemClock,
    now: shell.now,
  });
  return {
    answer: createAnswerer({ investigator, policy: knowledge.policy, own: knowledge.own, now: shell.now }),
    clock: systemClock.now,
    mayConnect: mayConnect(config.policy.allow),
    events: {
      onDecision: (request, decision, ms) => {
        tally.add(decision, shell.now());
        log.decision(logFields(request, decision, ms));
      },
      onMalformed: (why) => log.message(`closed a connection: ${why}`),
    },
  };
}

/** A client without an address came by a UNIX socket; loopback is this host. */
function mayConnect(allow: readonly IpPrefix[] | null): (address: string | null) => boolean {
  return (address) => {
    const ip = address === null ? null : parseIp(address);
    return ip === null || isLocal({ kind: 'inet', host: ip.text, port: 0 }) || isIn(ip, allow ?? []);
  };
}

function isIn(ip: IpAddress, networks: readonly IpPrefix[]): boolean {
  return networks.some((network) => contains(network, ip));
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
