import { createServer, type Server } from 'node:http';
import { UnsentError } from '@unsent/dns';
import { Counter, Gauge, Registry } from 'prom-client';
import type { DecisionSum } from './meter.ts';
import { parseMetricsAddress } from './metrics-address.ts';

/** What is told; everything is read when somebody asks, so that an answer to Postfix costs no more than without. */
export type MetricsSource = {
  /** Decisions since the start, alike ones counted. */
  decisions(): readonly DecisionSum[];
  connections(): number;
  readonly health: {
    /** What keeps the database from being used; null when nothing does. */
    readonly storeTrouble: string | null;
    /** Spent on answers since the start, waiting for DNS included. */
    readonly answerSeconds: number;
    readonly isStopping: boolean;
  };
};

const DECISION_LABELS = ['rule', 'identity', 'result', 'action'] as const;
const REQUEST_LIMIT_MS = 10_000;

/**
 * Serves `/metrics` (Prometheus text) and `/health` at a loopback address; resolves to the function that ends it.
 *
 * Throws `listen-open` for an address that other hosts can reach, `listen-in-use` when the port is taken.
 */
export async function serveMetrics(text: string, source: MetricsSource): Promise<() => Promise<void>> {
  const address = parseMetricsAddress(text);
  const registry = registryOf(source);
  const server = createServer((request, response) => {
    const answer = (status: number, type: string, body: string): void => {
      response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' });
      response.end(request.method === 'HEAD' ? undefined : body);
    };
    const path = (request.url ?? '').split('?', 1)[0];
    if (request.method !== 'GET' && request.method !== 'HEAD') answer(405, 'text/plain', 'GET only\n');
    else if (path === '/health') answer(source.health.isStopping ? 503 : 200, 'application/json', health(source));
    else if (path === '/metrics') {
      registry.metrics().then(
        (metrics) => answer(200, registry.contentType, metrics),
        () => answer(500, 'text/plain', 'no metrics\n'),
      );
    } else answer(404, 'text/plain', '/metrics or /health\n');
  });
  server.requestTimeout = REQUEST_LIMIT_MS;
  await listen(server, address);
  return () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
}

function health(source: MetricsSource): string {
  const status = source.health.isStopping ? 'stopping' : 'ok';
  return `${JSON.stringify({ status, store: source.health.storeTrouble ?? 'ok' })}\n`;
}

function registryOf(source: MetricsSource): Registry {
  const registry = new Registry();
  const registers = [registry];
  new Counter({
    name: 'unsent_policyd_decisions_total',
    help: 'Requests that were answered, by rule, identity, SPF result and action.',
    labelNames: DECISION_LABELS,
    registers,
    collect() {
      this.reset();
      for (const { count, rule, identity, result, action } of source.decisions()) {
        this.inc({ rule, identity, result, action }, count);
      }
    },
  });
  counter(
    'unsent_policyd_answer_seconds_total',
    'Time spent on answers, waiting for DNS included.',
    () => source.health.answerSeconds,
  );
  gauge('unsent_policyd_connections', 'Open connections.', source.connections);
  gauge('unsent_policyd_store_up', '1 while the database can be used.', () =>
    source.health.storeTrouble === null ? 1 : 0,
  );
  gauge('process_resident_memory_bytes', 'Resident memory.', () => process.memoryUsage.rss());
  gauge(
    'process_start_time_seconds',
    'When the process began, since 1970.',
    () => Date.now() / 1000 - process.uptime(),
  );
  counter('process_cpu_seconds_total', 'Processor time, user and system.', () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
  return registry;

  function gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  }

  function counter(name: string, help: string, read: () => number): void {
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  }
}

function listen(server: Server, { host, port }: { readonly host: string; readonly port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) =>
      reject(
        new UnsentError('listen-in-use', {
          message: `cannot serve metrics at ${host}:${port}: ${cause.message}.`,
          hint: 'Choose another port for --metrics.',
          cause,
        }),
      ),
    );
    server.listen(port, host, resolve);
  });
}
