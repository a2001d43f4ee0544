// Plugs @unsent/spf into a scoreboard of SPF engines: createEngine({ lookup, options }) -> { check({ ip, helo, mailfrom }) }.
// `lookup(name, type)` is synchronous: { code: 'OK', data } or { code: 'ENOTFOUND' | 'ENODATA' | 'ETIMEOUT' | … }.
// It loads the built package, as its users do.  options: { "recordCache": false } parses every record every time.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const entry = new URL('../../packages/spf/dist/index.js', import.meta.url);
if (!existsSync(entry)) {
  console.error(`${fileURLToPath(entry)} is missing: run "npm run build" first.`);
  process.exit(1);
}
const { checkSender, createRecordCache } = await import(entry);
const { parseIp } = await import(new URL('../../packages/dns/dist/index.js', import.meta.url));

const RECORDS_KEPT = 2_000;
const NXDOMAIN = { kind: 'nxdomain', ttlSeconds: 0 };
const NODATA = { kind: 'nodata', ttlSeconds: 0 };

export function createEngine({ lookup, options = {} }) {
  const resolver = { resolve: (name, type) => answerOf(lookup(name, type), type) };
  const checkOptions = options.recordCache === false ? {} : { recordCache: createRecordCache(RECORDS_KEPT) };
  return {
    check({ ip, helo, mailfrom }) {
      const address = parseIp(ip);
      if (address === null) return { result: 'none' };
      const query = { ip: address, sender: mailfrom, helo, receiver: '', now: new Date() };
      const outcome = checkSender(query, resolver, checkOptions);
      return outcome.result === 'fail'
        ? { result: 'fail', explanation: outcome.explanation ?? undefined }
        : { result: outcome.result };
    },
  };
}

/** The shape of an answer only: texts of addresses and names are handed on as they came. */
function answerOf({ code, data }, type) {
  switch (code) {
    case 'OK':
      return { kind: 'records', data: rdataOf(data, type), ttlSeconds: 0 };
    case 'ENOTFOUND':
    case 'EBADNAME': // a CNAME to a name that cannot be: there is no such host, and no retry will find it
      return NXDOMAIN;
    case 'ENODATA':
      return NODATA;
    default:
      return { kind: 'failure', cause: code === 'ETIMEOUT' ? 'timeout' : 'servfail', detail: code };
  }
}

/** Names are lower case in our records, as every resolver of @unsent/dns hands them over. */
function rdataOf(data, type) {
  switch (type) {
    case 'MX':
      return data.map(exchangeOf);
    case 'PTR':
      return data.map(nameOf);
    default:
      return data;
  }
}

function nameOf(name) {
  return (name.endsWith('.') ? name.slice(0, -1) : name).toLowerCase();
}

function exchangeOf([preference, exchange]) {
  return { preference, exchange: nameOf(exchange) };
}
