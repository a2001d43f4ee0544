import { type DomainName, parentOf, parseDomainName, UnsentError } from '@unsent/dns';
import { BaseRecords, type RecordResponse } from 'cloudflare/resources/dns/records';
import { BaseZones, type Zone } from 'cloudflare/resources/zones/zones';
import { createClient, type PartialCloudflare } from 'cloudflare/tree-shakable';
import type { Change } from '../change.ts';
import { snapshotOf, type ZoneRecord } from '../zone.ts';
import { inBatches } from './batches.ts';
import { cloudflareError, retryAfterSeconds } from './cloudflare-errors.ts';
import { cloudflareLine, cloudflarePost, cloudflarePut, isLocked, readCloudflareRecord } from './cloudflare-records.ts';
import type { Pacer } from './pacer.ts';
import type { DnsProvider, HostedZone } from './provider.ts';

export type CloudflareOptions = {
  /** An API token with Zone: Read and DNS: Edit. Keys and tokens in the environment are not looked at. */
  readonly token: string;
  /** Default: Cloudflare's own API. */
  readonly url: string | null;
  readonly now: () => Date;
  /** Every call waits its turn here; null for a few calls. */
  readonly pacer: Pacer | null;
  /** Default 30 s. */
  readonly timeoutMs?: number;
  /** Changes in one batch. Default 200, what every plan takes. */
  readonly maxBatch?: number;
};

const API = 'https://api.cloudflare.com/client/v4';
const DEFAULT_TIMEOUT_MS = 30_000;
/** The most the API allows. */
const ZONES_PER_PAGE = 50;
/** Far above what a zone of the free plan may hold, so that one call reads it. */
const RECORDS_PER_PAGE = 5000;
const DEFAULT_MAX_BATCH = 200;
/** The id of no record. */
const NO_RECORD = '0'.repeat(32);

/** The two of a hundred resources that are used: a bundle leaves the others out, and starts in half the time. */
type Client = PartialCloudflare<{ zones: BaseZones; dns: { records: BaseRecords } }>;

type HeldZone = { readonly id: string; readonly hosted: HostedZone };

/**
 * Zones at Cloudflare, through its own SDK.
 *
 * A batch is one transaction at Cloudflare, in the order deletes, patches, puts, posts. No call is ever repeated by the
 * SDK: it sends no idempotency key, so a repeated batch whose first reply was lost would fail although it was applied.
 */
export function cloudflareProvider(options: CloudflareOptions): DnsProvider {
  const client = openClient(options);
  const maxBatch = options.maxBatch ?? DEFAULT_MAX_BATCH;
  const known = new Map<DomainName, HeldZone>();
  const idOf = async (zone: DomainName): Promise<string> => {
    const held = known.get(zone) ?? (await findZone(client, zone));
    if (held === null) throw unknownZone(zone);
    known.set(zone, held);
    return held.id;
  };
  return {
    name: 'cloudflare',
    title: 'Cloudflare',
    // Tags need a paid plan; those of others are kept, ours are not made.
    capabilities: { nullMx: true, comments: true, tags: false, ttlPerRecord: true, maxBatch },
    async zones() {
      for (const held of await listZones(client)) known.set(held.hosted.name, held);
      return [...known.values()].map(({ hosted }) => hosted);
    },
    async find(name) {
      for (let zone: DomainName | null = name; zone?.includes('.'); zone = parentOf(zone)) {
        const held = known.get(zone) ?? (await findZone(client, zone));
        if (held === null) continue;
        known.set(zone, held);
        return held.hosted;
      }
      return null;
    },
    async read(zone) {
      const records = await listRecords(client, await idOf(zone));
      const ours: ZoneRecord[] = [];
      const unheld: string[] = [];
      for (const record of records) {
        const held = readCloudflareRecord(record);
        if (held === null) unheld.push(cloudflareLine(record));
        else ours.push(held);
      }
      return snapshotOf(zone, 'cloudflare', options.now(), ours, { emailRouting: records.some(isLocked), unheld });
    },
    async write(base, changes) {
      const zoneId = await idOf(base.zone);
      for (const batch of inBatches(changes, maxBatch)) await sendBatch(client, zoneId, batch);
    },
    async probeWrite(zone) {
      const zoneId = await idOf(zone);
      try {
        // Who may write is told that there is no such record; who may not, that.
        await told('change the DNS records', () =>
          client.dns.records.batch({ zone_id: zoneId, deletes: [{ id: NO_RECORD }] }),
        );
      } catch (error) {
        if (!(error instanceof UnsentError) || error.code !== 'zone-changed') throw error;
      }
    },
    async close() {},
  };
}

/** Everything the SDK would take from the environment is set here, so that an ambient key cannot mix in. */
function openClient({ token, url, pacer, timeoutMs }: CloudflareOptions): Client {
  if (token === '') {
    throw new UnsentError('provider-token-missing', {
      message: 'There is no Cloudflare API token.',
      hint: 'Put one into CLOUDFLARE_API_TOKEN, or name a file in provider.token of the configuration.',
      exitCode: 2,
    });
  }
  return createClient({
    resources: [BaseZones, BaseRecords],
    apiToken: token,
    apiKey: null,
    apiEmail: null,
    userServiceKey: null,
    baseURL: url ?? API,
    defaultHeaders: { 'X-Auth-Key': null, 'X-Auth-Email': null },
    maxRetries: 0,
    timeout: timeoutMs ?? DEFAULT_TIMEOUT_MS,
    logLevel: 'off',
    fetch: withoutSecret(token, pacer === null ? fetch : pacedFetch(pacer)),
  });
}

/** A refusal is shown to people and kept in the journal; a server that repeats the token in it is not repeated. */
function withoutSecret(token: string, ask: typeof fetch): typeof fetch {
  return async (input, init) => {
    const response = await ask(input, init);
    if (response.ok) return response;
    const { status, statusText, headers } = response;
    return new Response((await response.text()).replaceAll(token, '…'), { status, statusText, headers });
  };
}

/** Waits for its turn; a 429 makes everybody wait as long as it says. */
function pacedFetch(pacer: Pacer): typeof fetch {
  return async (input, init) => {
    await pacer.take();
    const response = await fetch(input, init);
    if (response.status === 429) pacer.pause(retryAfterSeconds(response.headers) * 1000);
    return response;
  };
}

async function findZone(client: Client, name: DomainName): Promise<HeldZone | null> {
  const page = await told('look for the zone', () => client.zones.list({ name, per_page: ZONES_PER_PAGE }));
  return page.result.map(heldZone).find((held) => held?.hosted.name === name) ?? null;
}

/** `for await` over the SDK's pages would ask for one more, empty page each time. */
async function listZones(client: Client): Promise<readonly HeldZone[]> {
  const zones: Zone[] = [];
  for (let page = 1; ; page++) {
    const reply = await told('list the zones', () => client.zones.list({ page, per_page: ZONES_PER_PAGE }));
    zones.push(...reply.result);
    if (isLastPage(reply, page, ZONES_PER_PAGE)) break;
  }
  return zones.map(heldZone).filter((held) => held !== null);
}

async function listRecords(client: Client, zoneId: string): Promise<readonly RecordResponse[]> {
  const records: RecordResponse[] = [];
  for (let page = 1; ; page++) {
    const query = { zone_id: zoneId, page, per_page: RECORDS_PER_PAGE };
    const reply = await told('read the DNS records', () => client.dns.records.list(query));
    records.push(...reply.result);
    if (isLastPage(reply, page, RECORDS_PER_PAGE)) return records;
  }
}

/** The SDK's types know less of `result_info` than the API says. */
function isLastPage(
  { result, result_info }: { readonly result: readonly unknown[]; readonly result_info: object },
  page: number,
  perPage: number,
): boolean {
  const pages = 'total_pages' in result_info ? result_info.total_pages : null;
  return typeof pages === 'number' ? page >= pages : result.length < perPage;
}

async function sendBatch(client: Client, zoneId: string, changes: readonly Change[]): Promise<void> {
  const deletes = changes.flatMap((change) => (change.op === 'delete' ? [{ id: change.record.id }] : []));
  const puts = changes.flatMap((change) =>
    change.op === 'replace' ? [cloudflarePut(change.before.id, change.after)] : [],
  );
  const posts = changes.flatMap((change) => (change.op === 'create' ? [cloudflarePost(change.record)] : []));
  const body = {
    ...(deletes.length === 0 ? {} : { deletes }),
    ...(puts.length === 0 ? {} : { puts }),
    ...(posts.length === 0 ? {} : { posts }),
  };
  await told('change the DNS records', () => client.dns.records.batch({ zone_id: zoneId, ...body }));
}

async function told<T>(doing: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    throw cloudflareError(cause, doing);
  }
}

function heldZone(zone: Zone): HeldZone | null {
  const name = parseDomainName(zone.name);
  if (name === null) return null;
  const nameServers = (zone.name_servers ?? []).map(parseDomainName).filter((server) => server !== null);
  return { id: zone.id, hosted: { name, nameServers, inactive: whyInactive(zone) } };
}

/** Records of such zones are stored and not served. */
function whyInactive({ status, type }: Zone): string | null {
  if (type === 'partial') return 'a CNAME setup, whose DNS is kept elsewhere';
  if (type === 'secondary') return 'a secondary zone, whose records come from elsewhere';
  return status === 'active' || status === undefined ? null : status;
}

function unknownZone(zone: DomainName): UnsentError {
  return new UnsentError('zone-unknown', {
    message: `Cloudflare holds no zone ${zone} that this token may see.`,
    hint: 'Check the spelling, and the zones that the token covers.',
  });
}
