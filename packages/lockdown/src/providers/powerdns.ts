import { type DomainName, parentOf, UnsentError } from '@unsent/dns';
import type { Change } from '../change.ts';
import { refuseChangedSets, setChanges } from '../sets.ts';
import { snapshotOf, type ZoneSnapshot } from '../zone.ts';
import { type HttpApi, type HttpReply, requestJson } from './http.ts';
import { type PowerdnsSet, readSets, readZoneNames, setPatch, setsToRecords, unheldLines } from './powerdns-sets.ts';
import type { DnsProvider, HostedZone } from './provider.ts';

export type PowerdnsOptions = {
  /** Address of the API: `http://127.0.0.1:8081`, with or without `/api/v1`. */
  readonly url: string;
  /** Id of the server in the API; `localhost` unless there is a proxy in front of several. */
  readonly server: string;
  readonly apiKey: string;
  readonly now: () => Date;
  /** Default 30 s. */
  readonly timeoutMs?: number;
};

const DEFAULT_TIMEOUT_MS = 30_000;

/**
 * A PowerDNS Authoritative Server, by its HTTP API.
 *
 * One PATCH changes everything in one transaction. Comments belong to a name and type there, so ours are not written,
 * and those of others are kept and brought back.
 */
export function powerdnsProvider(options: PowerdnsOptions): DnsProvider {
  const api: HttpApi = {
    title: 'PowerDNS',
    url: `${options.url.replace(/\/+$/, '').replace(/\/api\/v1$/, '')}/api/v1/servers/${encodeURIComponent(options.server)}`,
    headers: { 'x-api-key': options.apiKey },
    timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
  };
  const read = async (zone: DomainName): Promise<{ sets: readonly PowerdnsSet[]; snapshot: ZoneSnapshot }> => {
    const reply = await requestJson(api, 'GET', zonePath(zone));
    if (reply.status === 404 || reply.status === 422) throw unknownZone(zone);
    const sets = readSets(expectOk(reply));
    return {
      sets,
      snapshot: snapshotOf(zone, 'powerdns', options.now(), setsToRecords(sets), { unheld: unheldLines(sets) }),
    };
  };
  return {
    name: 'powerdns',
    title: 'PowerDNS',
    capabilities: {
      nullMx: true,
      comments: false,
      tags: false,
      ttlPerRecord: false,
      maxBatch: Number.MAX_SAFE_INTEGER,
    },
    async zones() {
      return readZoneNames(expectOk(await requestJson(api, 'GET', '/zones'))).map(hosted);
    },
    async find(name) {
      for (let zone: DomainName | null = name; zone !== null; zone = parentOf(zone)) {
        const reply = await requestJson(api, 'GET', `/zones?zone=${encodeURIComponent(`${zone}.`)}`);
        if (readZoneNames(expectOk(reply)).includes(zone)) return hosted(zone);
      }
      return null;
    },
    read: async (zone) => (await read(zone)).snapshot,
    write: (base, changes) => write(api, base, changes, read),
    async probeWrite(zone) {
      const reply = await requestJson(api, 'PATCH', zonePath(zone), { rrsets: [] });
      if (reply.status === 404) throw unknownZone(zone);
      if (reply.status !== 422) expectOk(reply); // 422: it was let in, and dislikes that there is nothing to do
    },
    async close() {},
  };
}

/** The API has no condition on a PATCH, so the zone is compared right before it. */
async function write(
  api: HttpApi,
  base: ZoneSnapshot,
  changes: readonly Change[],
  read: (zone: DomainName) => Promise<{ sets: readonly PowerdnsSet[]; snapshot: ZoneSnapshot }>,
): Promise<void> {
  const { sets, snapshot } = await read(base.zone);
  refuseChangedSets(base, snapshot, changes);
  const rrsets = setChanges(base, changes).map((change) => setPatch(change, sets));
  const reply = await requestJson(api, 'PATCH', zonePath(base.zone), { rrsets });
  if (reply.status === 422) throw refused(base.zone, reply);
  expectOk(reply);
}

function expectOk({ status, body }: HttpReply): unknown {
  if (status >= 200 && status < 300) return body;
  if (status === 401 || status === 403) {
    throw new UnsentError('provider-forbidden', {
      message: 'PowerDNS refused the API key.',
      hint: 'Compare provider.apiKey with api-key in pdns.conf, and webserver-allow-from with this address.',
    });
  }
  throw new UnsentError('provider-failed', {
    message: `PowerDNS answered with HTTP status ${status}${said(body)}.`,
    hint: 'Its log tells more.',
  });
}

function refused(zone: DomainName, { body }: HttpReply): UnsentError {
  return new UnsentError('provider-refused', { message: `PowerDNS refused the change of ${zone}${said(body)}.` });
}

function said(body: unknown): string {
  const error = typeof body === 'object' && body !== null && 'error' in body ? body.error : null;
  return typeof error === 'string' ? `: ${error}` : '';
}

function unknownZone(zone: DomainName): UnsentError {
  return new UnsentError('zone-unknown', { message: `PowerDNS holds no zone ${zone}.` });
}

function zonePath(zone: DomainName): string {
  return `/zones/${encodeURIComponent(zone)}.`;
}

/** Its own NS records are in the zone; more it does not know about the delegation. */
function hosted(name: DomainName): HostedZone {
  return { name, nameServers: [], inactive: null };
}
