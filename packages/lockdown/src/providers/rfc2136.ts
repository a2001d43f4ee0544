import { randomInt } from 'node:crypto';
import { type DomainName, isSubdomainOf, readRecord, recordLine, typeName, UnsentError } from '@unsent/dns';
import type { Change } from '../change.ts';
import { setChanges, zoneChanged } from '../sets.ts';
import { NO_META, SERVER_MAINTAINED_TYPES, snapshotOf, type ZoneRecord, type ZoneSnapshot } from '../zone.ts';
import { dataText } from '../zone-text.ts';
import type { DnsProvider, HostedZone } from './provider.ts';
import { exchange, type Primary, type Reply } from './rfc2136-exchange.ts';
import { encodeQuestion } from './rfc2136-message.ts';
import { updateMessages } from './rfc2136-split.ts';
import type { TsigKey } from './tsig.ts';

export type Rfc2136Options = {
  /** The primary name server: an address or a name. */
  readonly host: string;
  /** Default 53. */
  readonly port?: number;
  /** Signs every message; null only where the server trusts the address. */
  readonly key: TsigKey | null;
  /** Zones that the server holds; null asks it for the SOA record of what is looked for. */
  readonly zones: readonly DomainName[] | null;
  readonly now: () => Date;
  /** Default 30 s. */
  readonly timeoutMs?: number;
};

const DEFAULT_TIMEOUT_MS = 30_000;
const TYPE_SOA = 6;

/**
 * A primary name server by dynamic update (RFC 2136), zone transfer (RFC 5936) and TSIG (RFC 8945): BIND, Knot,
 * PowerDNS and others.
 *
 * One message changes everything or nothing, and only if every touched set still is what it was. What does not fit into
 * one goes out in several.
 */
export function rfc2136Provider(options: Rfc2136Options): DnsProvider {
  const { host, key, now } = options;
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const primary: Primary = { host, port: options.port ?? 53, key, timeoutMs, now };
  return {
    name: 'rfc2136',
    title: host,
    capabilities: {
      nullMx: true,
      comments: false,
      tags: false,
      ttlPerRecord: false,
      maxBatch: Number.MAX_SAFE_INTEGER,
    },
    async zones() {
      return options.zones?.map(hosted) ?? null;
    },
    async find(name) {
      if (options.zones === null) return findBySoa(primary, name);
      const above = options.zones.filter((zone) => isSubdomainOf(name, zone));
      const closest = above.sort((a, b) => b.length - a.length)[0];
      return closest === undefined ? null : hosted(closest);
    },
    read: (zone) => transfer(primary, zone),
    write: (base, changes) => update(primary, base, changes),
    probeWrite: (zone) => update(primary, snapshotOf(zone, 'rfc2136', now(), []), []),
    async close() {},
  };
}

/** The zone that answers for `name`, by the owner of the SOA record that comes back (RFC 2308 §3). */
async function findBySoa(primary: Primary, name: DomainName): Promise<HostedZone | null> {
  let zone: HostedZone | null = null;
  await exchange(primary, encodeQuestion(newId(), name, 'SOA'), ({ message, header, answers, authorities }) => {
    const soa = [...answers, ...authorities].find(({ type }) => type === TYPE_SOA);
    const record = soa === undefined || !header.isAuthoritative ? null : readRecord(message, soa);
    zone = record === null || !isSubdomainOf(name, record.name) ? null : hosted(record.name);
    return true;
  });
  return zone;
}

/** RFC 5936 §2.2: the transfer begins and ends with the SOA record. */
async function transfer(primary: Primary, zone: DomainName): Promise<ZoneSnapshot> {
  const records: ZoneRecord[] = [];
  const unheld: string[] = [];
  let soas = 0;
  await exchange(primary, encodeQuestion(newId(), zone, 'AXFR'), (reply) => {
    refuseTransfer(primary, zone, reply);
    for (const answer of reply.answers) {
      if (answer.type === TYPE_SOA) soas++;
      if (SERVER_MAINTAINED_TYPES.has(typeName(answer.type))) continue;
      const record = readRecord(reply.message, answer);
      if (record === null) {
        unheld.push(recordLine(reply.message, answer));
        continue;
      }
      const wanted = { ...record, ...NO_META };
      records.push({ ...wanted, id: `${record.name} ${record.type} ${dataText(wanted)}` });
    }
    return soas >= 2;
  });
  return snapshotOf(zone, 'rfc2136', primary.now(), records, { unheld });
}

function refuseTransfer({ host, key }: Primary, zone: DomainName, { header, answers, isSigned }: Reply): void {
  const { rcode } = header;
  if (rcode === 0 && answers.length > 0) return;
  if (rcode === NOTAUTH || rcode === NXDOMAIN || rcode === 0) {
    // PowerDNS says the same, unsigned, of a key it does not accept.
    const orKey = isSigned ? '' : `, or does not accept ${keyName(key)}`;
    throw new UnsentError('zone-unknown', { message: `The name server ${host} holds no zone ${zone}${orKey}.` });
  }
  if (rcode !== REFUSED) {
    throw new UnsentError('provider-failed', {
      message: `The name server ${host} could not hand out the zone ${zone} (${rcodeName(rcode)}).`,
      hint: 'Its log tells more.',
    });
  }
  throw new UnsentError('provider-forbidden', {
    message: `The name server ${host} does not let ${keyName(key)} read the zone ${zone} (${rcodeName(rcode)}).`,
    hint: 'Allow the transfer to this key: allow-transfer in BIND, an acl with action transfer in Knot.',
  });
}

async function update(primary: Primary, base: ZoneSnapshot, changes: readonly Change[]): Promise<void> {
  const sets = setChanges(base, changes);
  const taken = new Set(base.records.map(({ name }) => name));
  const freeNames = new Set(sets.map(({ name }) => name).filter((name) => !taken.has(name)));
  for (const message of updateMessages(newId, base.zone, sets, freeNames)) {
    await exchange(primary, message, ({ header }) => {
      if (header.rcode !== 0) throw updateRefused(primary, base, header.rcode);
      return true;
    });
  }
}

const NXDOMAIN = 3;
const REFUSED = 5;
const NOTAUTH = 9;
/** NXDOMAIN, YXDOMAIN, YXRRSET, NXRRSET: a prerequisite does not hold (RFC 2136 §2.2). */
const CHANGED: ReadonlySet<number> = new Set([NXDOMAIN, 6, 7, 8]);

function updateRefused({ host, key }: Primary, base: ZoneSnapshot, rcode: number): UnsentError {
  if (CHANGED.has(rcode)) return zoneChanged(base, null);
  if (rcode === REFUSED || rcode === NOTAUTH) {
    return new UnsentError('provider-forbidden', {
      message: `The name server ${host} does not let ${keyName(key)} change the zone ${base.zone} (${rcodeName(rcode)}).`,
      hint: 'Allow it: update-policy in BIND, an acl with action update in Knot, TSIG-ALLOW-DNSUPDATE in PowerDNS.',
    });
  }
  return new UnsentError('provider-failed', {
    message: `The name server ${host} could not change the zone ${base.zone} (${rcodeName(rcode)}).`,
    hint: 'Its log tells more.',
  });
}

const RCODES = [
  'NOERROR',
  'FORMERR',
  'SERVFAIL',
  'NXDOMAIN',
  'NOTIMP',
  'REFUSED',
  'YXDOMAIN',
  'YXRRSET',
  'NXRRSET',
  'NOTAUTH',
  'NOTZONE',
];

function rcodeName(rcode: number): string {
  return RCODES[rcode] ?? `rcode ${rcode}`;
}

function keyName(key: TsigKey | null): string {
  return key === null ? 'us (without a key)' : `the key ${key.name}`;
}

function hosted(name: DomainName): HostedZone {
  return { name, nameServers: [], inactive: null };
}

/** Unpredictable, so that nobody off the path can answer in the server's name (RFC 5452). */
function newId(): number {
  return randomInt(0x1_0000);
}
