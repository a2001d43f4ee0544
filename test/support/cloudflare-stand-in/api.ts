import type { StandIn } from './server.ts';
import { type Body, type HeldRecord, type HeldZone, Refused, transact } from './state.ts';

export type Request = {
  readonly method: string;
  readonly path: string;
  readonly query: Record<string, string>;
  readonly headers: Record<string, string>;
  readonly body: string;
};

export type Answer = { readonly status: number; readonly body: object };

/** Operations in one batch on the free plan. */
const MAX_BATCH = 200;

let nextId = 1;

/** Answers one request as the API would, and does what it asks. */
export function answer(standIn: StandIn, request: Request): Answer {
  try {
    authorise(standIn, request);
    return { status: 200, body: { success: true, errors: [], messages: [], ...route(standIn, request) } };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const errors = [{ code: error.code, message: error.message }];
    return { status: error.status, body: { success: false, errors, messages: [], result: null } };
  }
}

/** Only the token counts, and nothing else may be sent beside it. */
function authorise({ token }: StandIn, { method, headers }: Request): void {
  if ('x-auth-key' in headers || 'x-auth-email' in headers || 'x-auth-user-service-key' in headers) {
    throw new Refused(6003, 'Invalid request headers: two ways of authorisation', 400);
  }
  const given = headers['authorization'];
  if (given === undefined || !/^Bearer [A-Za-z0-9_-]+$/.test(given)) {
    throw new Refused(6111, 'Invalid format for Authorization header', 400);
  }
  if (given === 'Bearer read-nothing') throw new Refused(10_000, 'Authentication error', 403);
  if (given === 'Bearer read-only') {
    if (method === 'GET') return;
    throw new Refused(10_000, 'Authentication error', 403);
  }
  if (given !== `Bearer ${token}`) throw new Refused(9109, 'Invalid access token', 403);
}

function route(standIn: StandIn, request: Request): object {
  const { method, path } = request;
  if (method === 'GET' && path === '/zones') return listZones(standIn, request);
  const [, zoneId, rest] = /^\/zones\/([^/]+)\/dns_records(\/batch)?$/.exec(path) ?? [];
  const zone = standIn.zones.find(({ id }) => id === zoneId);
  if (zoneId === undefined) throw new Refused(7000, 'No route for that URI', 404);
  if (zone === undefined) throw new Refused(7003, 'Could not route to that zone', 404);
  if (method === 'GET' && rest === undefined) return listRecords(standIn, zone, request);
  if (method === 'POST' && rest === '/batch') return batch(standIn, zone, request);
  throw new Refused(10_405, `Method ${method} not allowed`, 405);
}

function listZones(standIn: StandIn, { query }: Request): object {
  standIn.validator.query('zones', query);
  const found = standIn.zones.filter(({ name }) => query['name'] === undefined || query['name'] === name);
  const { list, result_info } = page(found, query, 20);
  const result = list.map(({ records: _, plan: __, ...zone }) => ({
    ...zone,
    account: { id: 'a' },
    meta: {},
    owner: {},
  }));
  return { result, result_info };
}

function listRecords(standIn: StandIn, zone: HeldZone, { query }: Request): object {
  standIn.validator.query('records', { ...query, zone_id: zone.id });
  const { list, result_info } = page(zone.records, query, 100);
  return { result: list.map(shown), result_info };
}

function batch(standIn: StandIn, zone: HeldZone, { body }: Request): object {
  const parsed: unknown = JSON.parse(body);
  const listAt = (key: string): Body[] => {
    const value =
      typeof parsed === 'object' && parsed !== null ? Object.entries(parsed).find(([name]) => name === key) : undefined;
    if (value === undefined) return [];
    if (!Array.isArray(value[1])) throw new Refused(9207, `${key} must be a list`);
    return value[1];
  };
  const [deletes, patches, puts, posts] = [listAt('deletes'), listAt('patches'), listAt('puts'), listAt('posts')];
  for (const one of patches) standIn.validator.body('patch', one, zone.name);
  for (const one of puts) standIn.validator.body('put', one, zone.name);
  for (const one of posts) standIn.validator.body('post', one, zone.name);
  const ids = deletes.map(({ id }) => {
    if (typeof id !== 'string') throw new Refused(9207, 'deletes need an id');
    return { id };
  });
  const count = ids.length + patches.length + puts.length + posts.length;
  if (count === 0) throw new Refused(9207, 'The batch is empty');
  if (zone.plan === 'free' && count > MAX_BATCH)
    throw new Refused(81_060, `A batch holds at most ${MAX_BATCH} operations`);
  const operations = { deletes: ids, patches, puts, posts };
  const touched = transact(zone, operations, () => `created-${nextId++}`, new Date(0).toISOString());
  const [first, second] = [patches.length, patches.length + puts.length];
  return {
    result: {
      deletes: ids,
      patches: touched.slice(0, first).map(shown),
      puts: touched.slice(first, second).map(shown),
      posts: touched.slice(second).map(shown),
    },
  };
}

function shown(record: HeldRecord): object {
  return { ...record, proxiable: /^(A|AAAA|CNAME)$/.test(record.type) };
}

function page<T>(
  all: readonly T[],
  query: Record<string, string>,
  defaultSize: number,
): { list: readonly T[]; result_info: object } {
  const number = Number(query['page'] ?? 1);
  const size = Number(query['per_page'] ?? defaultSize);
  const list = all.slice((number - 1) * size, number * size);
  const total_pages = Math.ceil(all.length / size);
  return {
    list,
    result_info: { page: number, per_page: size, count: list.length, total_count: all.length, total_pages },
  };
}
