/** A record as the API holds it. */
export type HeldRecord = {
  id: string;
  type: string;
  name: string;
  content: string;
  priority?: number;
  data?: Record<string, unknown>;
  ttl: number;
  proxied: boolean;
  comment: string | null;
  tags: string[];
  settings: Record<string, unknown>;
  meta: Record<string, unknown>;
  created_on: string;
  modified_on: string;
};

export type HeldZone = {
  id: string;
  name: string;
  status: 'active' | 'pending' | 'moved' | 'initializing';
  type: 'full' | 'partial' | 'secondary';
  name_servers: string[];
  plan: 'free' | 'paid';
  records: HeldRecord[];
};

/** What a batch asks for; the bodies have passed the schemas. */
export type Operations = {
  deletes: { id: string }[];
  patches: Body[];
  puts: Body[];
  posts: Body[];
};

export type Body = Record<string, unknown> & { id?: string };

/** A refusal with Cloudflare's code for it. */
export class Refused extends Error {
  readonly code: number;
  readonly status: number;

  constructor(code: number, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** Carries out deletes, patches, puts, posts in this order, as one transaction: a copy that is taken when all went well. */
export function transact(zone: HeldZone, operations: Operations, newId: () => string, now: string): HeldRecord[] {
  const records = structuredClone(zone.records);
  const touched: HeldRecord[] = [];
  for (const { id } of operations.deletes) records.splice(indexOf(records, id), 1);
  for (const body of operations.patches) touched.push(overwrite(zone, records, body, now, true));
  for (const body of operations.puts) touched.push(overwrite(zone, records, body, now, false));
  for (const body of operations.posts) {
    const created = { ...blank(newId(), now), ...fields(zone, body, null) };
    place(records, created, null);
    records.push(created);
    touched.push(created);
  }
  zone.records = records;
  return touched;
}

function indexOf(records: readonly HeldRecord[], id: string | undefined): number {
  const index = records.findIndex((record) => record.id === id);
  if (index === -1) throw new Refused(81_044, 'Record does not exist.', 404);
  const meta = records[index]?.meta ?? {};
  if (meta['read_only'] === true || meta['email_routing'] === true) {
    throw new Refused(1046, 'This record is managed by Email Routing.');
  }
  return index;
}

function overwrite(zone: HeldZone, records: HeldRecord[], body: Body, now: string, keeps: boolean): HeldRecord {
  const index = indexOf(records, body.id);
  const before = records[index];
  if (before === undefined) throw new Refused(81_044, 'Record does not exist.', 404);
  const after = { ...before, ...fields(zone, body, keeps ? before : null), modified_on: now };
  place(records, after, before.id);
  records[index] = after;
  return after;
}

function blank(id: string, now: string): HeldRecord {
  return {
    id,
    type: '',
    name: '',
    content: '',
    ttl: 1,
    proxied: false,
    comment: null,
    tags: [],
    settings: {},
    meta: {},
    created_on: now,
    modified_on: now,
  };
}

/** What a body sets; what it leaves out is kept (`PATCH`) or reset (`PUT`, `POST`). */
function fields(
  zone: HeldZone,
  body: Body,
  keep: HeldRecord | null,
): Omit<HeldRecord, 'id' | 'created_on' | 'modified_on' | 'meta'> {
  const text = (key: string, otherwise: string): string => (typeof body[key] === 'string' ? body[key] : otherwise);
  const type = text('type', keep?.type ?? '');
  const data = typeof body['data'] === 'object' && body['data'] !== null ? { ...body['data'] } : keep?.data;
  const tags = Array.isArray(body['tags']) ? body['tags'].map(String) : (keep?.tags ?? []);
  const comment = text('comment', keep?.comment ?? '');
  if (zone.plan === 'free' && tags.length > 0)
    throw new Refused(9300, 'DNS record has 1 tags, exceeding the quota of 0.');
  if (zone.plan === 'free' && comment.length > 100) throw new Refused(9301, 'DNS record comment is too long.');
  const settings = typeof body['settings'] === 'object' && body['settings'] !== null ? { ...body['settings'] } : {};
  return {
    type,
    name: text('name', keep?.name ?? ''),
    content: type === 'CAA' && data !== undefined ? caaContent(data) : text('content', keep?.content ?? ''),
    ...(typeof body['priority'] === 'number' ? { priority: body['priority'] } : {}),
    ...(data === undefined ? {} : { data }),
    ttl: typeof body['ttl'] === 'number' ? body['ttl'] : (keep?.ttl ?? 1),
    proxied: typeof body['proxied'] === 'boolean' ? body['proxied'] : (keep?.proxied ?? false),
    comment: comment === '' ? null : comment,
    tags,
    settings,
  };
}

function caaContent(data: Record<string, unknown>): string {
  return `${data['flags']} ${data['tag']} "${data['value']}"`;
}

/** What cannot stand beside what. */
function place(records: readonly HeldRecord[], record: HeldRecord, own: string | null): void {
  const others = records.filter(({ id, name }) => id !== own && name === record.name);
  if (others.some((other) => other.type === record.type && sameData(other, record))) {
    throw new Refused(81_058, 'An identical record already exists.');
  }
  const isAddress = /^(A|AAAA|CNAME)$/.test(record.type);
  if (record.type === 'CNAME' && others.some(({ type }) => type !== 'CNAME')) {
    throw new Refused(81_053, 'An A, AAAA, or CNAME record with that host already exists.');
  }
  if (others.some(({ type }) => type === 'CNAME')) {
    throw isAddress
      ? new Refused(81_053, 'An A, AAAA, or CNAME record with that host already exists.')
      : new Refused(81_054, 'A CNAME record with that host already exists.');
  }
  const mx = [...others, record].filter(({ type }) => type === 'MX');
  if (mx.length > 1 && mx.some(({ content }) => content === '.'))
    throw new Refused(9999, 'A null MX record stands alone.');
}

function sameData(a: HeldRecord, b: HeldRecord): boolean {
  return a.content === b.content && a.priority === b.priority;
}
