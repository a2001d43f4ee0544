import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { contains, type ExitCode, type IpAddress, type IpPrefix, parseIp, UnsentError } from '@unsent/dns';
import { createPolicyServer, createTally, type PolicyServer, type PolicyServerOptions } from '@unsent/policyd';
import { isNoPath, stateFolder, statePlace } from '../config/places.ts';
import type { Config } from '../config.ts';
import type { Shell } from '../shell.ts';
import { catchHangups } from './hangups.ts';
import { keepHeapSmall } from './heap.ts';
import { type Knowledge, knowledgeOf } from './knowledge.ts';
import { listenAt, type SocketAccess, systemdDescriptors } from './listen.ts';
import {
  DEFAULT_LISTEN,
  isLocal,
  type ListenAddress,
  listenAddressText,
  parseListenAddress,
} from './listen-address.ts';
import type { LogSink } from './log-sink.ts';
import { checkLogFormat, parseLogPlace } from './log-target.ts';
import { createMeter, type Meter } from './meter.ts';
import { parseMetricsAddress } from './metrics-address.ts';
import { type LogOptions, openLog } from './open-log.ts';
import { reload, writePidFile } from './reload.ts';
import { serveStdio } from './serve-stdio.ts';
import { type Health, newHealth, serviceOf } from './service.ts';
import { socketAccess } from './socket-access.ts';
import type { StoreService } from './store-link.ts';
import { dropCounts } from './uncounted.ts';
import type { WarmUpOptions } from './warm-up.ts';

export type PolicydOptions = LogOptions & {
  readonly listen?: readonly string[];
  readonly check?: boolean;
  readonly socketMode?: string;
  readonly socketGroup?: string;
  readonly pidFile?: string;
  readonly metrics?: string;
};

/** What the daemon is made of, once it is put together. */
type Parts = {
  readonly config: Config;
  readonly knowledge: Knowledge;
  readonly meter: Meter;
  readonly log: LogSink;
  readonly health: Health;
};

/** Sender domains counted by name between two writes. */
const NAMED_DOMAINS = 1_000;
/** After a request the warm-up leaves the processor to those that follow. */
const BUSY_FOR_MS = 100;
const BUSY_LIMIT_MS = 1_000;
/** In our own thread, where an answer may have to wait for it. */
const BUSY_LIMIT_HERE_MS = 100;

/** `unsent policyd`: serves until it is told to stop. */
export async function runPolicyd(shell: Shell, options: PolicydOptions): Promise<ExitCode> {
  // A process of spawn(8) has nothing to read again, and ends with its session.
  const hangups = options.stdio === true || options.check === true ? null : catchHangups();
  const config = await shell.config();
  const knowledge = knowledgeOf(config, hostname());
  const access = await socketAccess(options);
  if (options.check === true) {
    checkLogFormat(options.logFormat ?? 'text');
    parseLogPlace(options.log ?? 'stderr');
    listenAddresses(config, options, 0);
    if (options.metrics !== undefined) parseMetricsAddress(options.metrics);
    const line = shell.options.json
      ? JSON.stringify({ path: config.path, problems: [] })
      : 'The configuration is good.';
    shell.stdout.write(`${line}\n`);
    return 0;
  }
  // A process of spawn(8) ends before it matters, and V8 takes no compiled code that was made with other flags.
  if (options.stdio !== true) keepHeapSmall();
  const log = await openLog(shell, options);
  const health = newHealth();
  const parts: Parts = { config, knowledge, meter: createMeter(createTally(NAMED_DOMAINS)), log, health };
  const database = await openDatabase(shell, parts, options.stdio === true);
  if (database === null) shell.onClose(dropCounts(parts.meter.tally));
  const serverOptions = serviceOf({
    ...parts,
    resolver: await shell.resolver(),
    tally: parts.meter.tally,
    now: shell.now,
    mayConnect: mayConnect(config.policy.allow),
  });
  await database?.ready;
  try {
    if (options.stdio === true) return await serveStdio(serverOptions);
    hangups?.obey(() => void reload(shell, knowledge).then(log.message));
    return await serveSockets(shell, options, parts, access, serverOptions);
  } finally {
    hangups?.ignore();
    await database?.stop();
    log.flush();
  }
}

async function serveSockets(
  shell: Shell,
  options: PolicydOptions,
  { config, log, meter, health }: Parts,
  access: SocketAccess,
  serverOptions: PolicyServerOptions,
): Promise<ExitCode> {
  const server = createPolicyServer(serverOptions);
  const places = await listen(server, shell, config, options, access);
  if (options.metrics !== undefined) {
    const source = { connections: server.connections, decisions: meter.sums, health };
    shell.onClose(await (await import('./metrics.ts')).serveMetrics(options.metrics, source));
  }
  if (options.pidFile !== undefined) await writePidFile(shell, options.pidFile, process.pid);
  log.message(`listening at ${places.join(', ')}; preset ${config.policy.preset}`);
  await shell.untilInterrupted(async (signal) => {
    const stopped = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    // After the service is made: the real one must be made of code that V8 knows to be shared.
    const warming = config.policy.warmUp
      ? warmUp({ config, logFormat: options.logFormat ?? 'text', now: shell.now, signal, isBusy: busyBy(health) }, log)
      : null;
    await stopped;
    health.isStopping = true;
    log.message('stopping: finishing what is in flight');
    await server.close();
    await warming;
  });
  return 0;
}

/** Says what came of it, unless the daemon is to stop already. */
async function warmUp(options: WarmUpOptions, log: LogSink): Promise<void> {
  const { warmUp, warmUpAndTell } = await import('./warm-up.ts');
  const told = await warmUpAndTell(() => warmUp(options));
  if (!options.signal.aborted) log.message(told);
}

/** Whether requests were answered lately. */
function busyBy(health: Health): () => boolean {
  let seen = health.answers;
  let quietFromMs = 0;
  return () => {
    const nowMs = performance.now();
    if (health.answers !== seen) quietFromMs = nowMs + BUSY_FOR_MS;
    seen = health.answers;
    return nowMs < quietFromMs;
  };
}

/** Null where there is no database to work with. Under spawn(8) none is made: the user there is often nobody. */
async function openDatabase(
  shell: Shell,
  { config, knowledge, meter, log, health }: Parts,
  isStdio: boolean,
): Promise<StoreService | null> {
  const place = statePlace(shell.options.state, config, shell.env, shell.cwd);
  if (place === ':memory:' || (isStdio && !isNoPath(place) && !existsSync(place))) return null;
  const open = isStdio
    ? (await import('./store-here.ts')).storeHere
    : (await import('./store-thread.ts')).storeInThread();
  if (open === null) return null;
  const { StoreService } = await import('./store-link.ts');
  return new StoreService({
    open,
    place,
    cacheFolder: isNoPath(place) ? stateFolder(place, config, shell.env, shell.cwd) : null,
    busyLimitMs: isStdio ? BUSY_LIMIT_HERE_MS : BUSY_LIMIT_MS,
    tally: meter.tally,
    onLocked: knowledge.useLocked,
    onTrouble: (why) => {
      health.storeTrouble = why;
      log.message(`working without the database: counts wait, and locked domains are as last read: ${why}`);
    },
    onWritten: () => {
      health.storeTrouble = null;
    },
  });
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
  access: SocketAccess,
): Promise<readonly string[]> {
  const descriptors = systemdDescriptors(shell.env, process.pid);
  const addresses = listenAddresses(config, options, descriptors.length);
  for (const fd of descriptors) await server.listen({ fd });
  for (const address of addresses) await listenAt(server, address, access);
  return [...descriptors.map((fd) => `systemd socket ${fd}`), ...addresses.map(listenAddressText)];
}

/** Where to listen: where systemd's sockets are, nowhere else but as --listen says; `listen-open` when strangers could come and nobody said who may. */
function listenAddresses(config: Config, options: PolicydOptions, descriptors: number): readonly ListenAddress[] {
  const asked = options.listen ?? (descriptors > 0 ? [] : (config.policy.listen ?? [DEFAULT_LISTEN]));
  const addresses = asked.map(parseListenAddress);
  const open = addresses.find((address) => !isLocal(address));
  if (open === undefined || config.policy.allow !== null) return addresses;
  throw new UnsentError('listen-open', {
    message: `${listenAddressText(open)} can be reached from other hosts.`,
    hint: 'Name the networks that may connect in policy.allow, or listen at 127.0.0.1.',
    exitCode: 2,
  });
}
