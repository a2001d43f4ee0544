import { readFileSync } from 'node:fs';
import { isIPv4, isIPv6 } from 'node:net';
import { join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import { sharedDir } from '../require.ts';
import { type Body, Refused } from './state.ts';

/** Checks requests as the published schemas ask, and by the rules that only their descriptions tell. */
export type Validator = {
  /** Throws `Refused`; what is merely unknown to the schemas is added to `lint`. */
  body(kind: 'post' | 'put' | 'patch', body: Body, zone: string): void;
  query(kind: 'zones' | 'records', query: Record<string, string>): void;
  /** Properties and parameters that the schemas do not know. A client that is careful leaves this empty. */
  readonly lint: string[];
};

type Schema = { readonly [key: string]: unknown };

const NAME = /^(\*|[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)+$/;

/** Reads the schemas from the shared folder. */
export function openValidator(): Validator {
  const folder = join(sharedDir, 'dns', 'cloudflare-schema');
  const bodies = readJson(join(folder, 'dns-request-bodies.sdk-7.3.0.json'));
  const queries = readJson(join(folder, 'list-queries.sdk-7.3.0.json'));
  const ajv = new Ajv({ strict: false, allErrors: true, formats: { ipv4: isIPv4, ipv6: isIPv6 } });
  ajv.addSchema({ $id: 'bodies', definitions: bodies['definitions'] });
  const lint: string[] = [];
  const check = (validate: ValidateFunction, value: unknown, what: string): void => {
    if (validate(value)) return;
    for (const { keyword, instancePath, message, params } of validate.errors ?? []) {
      if (keyword === 'additionalProperties') lint.push(`${what}: ${params['additionalProperty']}`);
      else throw new Refused(9005, `${what}${instancePath}: ${message}`);
    }
  };
  const compiled = new Map<string, ValidateFunction>();
  const compile = (name: string): ValidateFunction => {
    const known = compiled.get(name) ?? ajv.compile({ $ref: `bodies#/definitions/${name}` });
    compiled.set(name, known);
    return known;
  };
  const ofQuery = {
    zones: ajv.compile(objectAt(queries, 'zones')),
    records: ajv.compile(objectAt(queries, 'records')),
  };
  return {
    lint,
    body(kind, body, zone) {
      const map = objectAt(objectAt(bodies, 'map'), kind);
      const type = body['type'];
      const name = typeof type === 'string' ? map[type] : undefined;
      if (typeof name !== 'string') throw new Refused(9007, `${String(type)} is not a valid record type.`);
      check(compile(name), body, `${kind} ${String(type)}`);
      if (kind !== 'patch') checkRules(body, zone);
    },
    query(kind, query) {
      const typed = Object.fromEntries(
        Object.entries(query).map(([key, value]) => [key, /^(page|per_page)$/.test(key) ? Number(value) : value]),
      );
      check(ofQuery[kind], typed, `query of ${kind}`);
      const perPage = Number(query['per_page'] ?? 20);
      const [least, most] = kind === 'zones' ? [5, 50] : [1, 5_000_000];
      if (perPage < least || perPage > most) throw new Refused(1004, `per_page must be ${least} to ${most}`);
    },
  };
}

/** What the descriptions of the fields say and no schema can. */
function checkRules(body: Body, zone: string): void {
  const { type, name, ttl, proxied } = body;
  const content = typeof body['content'] === 'string' ? body['content'] : '';
  if (typeof name !== 'string' || !NAME.test(name)) throw new Refused(9000, 'DNS name is invalid.');
  if (name !== zone && !name.endsWith(`.${zone}`)) throw new Refused(9000, `${name} is outside of the zone.`);
  if (typeof ttl === 'number' && ttl !== 1 && ttl < 60)
    throw new Refused(9021, 'Invalid TTL. Must be between 60 and 86400 seconds, or 1 for Automatic.');
  if (proxied === true && !/^(A|AAAA|CNAME)$/.test(String(type)))
    throw new Refused(9004, 'This record type cannot be proxied.');
  if (proxied === true && /^127\./.test(content)) throw new Refused(9003, 'A loopback address cannot be proxied.');
  if (proxied === true && ttl !== 1) throw new Refused(9021, 'The TTL of a proxied record is automatic.');
  switch (type) {
    case 'A':
      if (!isIPv4(content)) throw new Refused(9005, 'Content for A record must be a valid IPv4 address.');
      return;
    case 'MX':
      if (typeof body['priority'] !== 'number') throw new Refused(9022, 'priority is required for MX records.');
      if (content !== '.' && !NAME.test(content)) throw new Refused(9009, 'Content for MX record is invalid.');
      return;
    case 'TXT':
      if (!/^"(?:[^"\\]|\\.)*"(?: "(?:[^"\\]|\\.)*")*$/.test(content))
        throw new Refused(9207, 'Content for TXT record must be quoted character strings.');
      if (content.length > 4096) throw new Refused(9207, 'Content for TXT record is too long.');
      return;
    case 'CNAME':
      if (!NAME.test(content)) throw new Refused(9007, 'Content for CNAME record is invalid.');
      return;
    case 'CAA':
      if (typeof body['data'] !== 'object') throw new Refused(9101, 'data is required for CAA records.');
  }
}

function readJson(path: string): Schema {
  return objectOf(JSON.parse(readFileSync(path, 'utf8')));
}

function objectAt(schema: Schema, key: string): Schema {
  return objectOf(schema[key]);
}

function objectOf(value: unknown): Schema {
  if (typeof value !== 'object' || value === null) throw new Error('the schema is not as expected');
  return { ...value };
}
