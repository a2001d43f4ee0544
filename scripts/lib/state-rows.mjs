// Made-up entries of a ledger, each told by its number alone.
import { createHash } from 'node:crypto';

const DAY_MS = 86_400_000;
const NEWEST = Date.UTC(2026, 10, 23);
const DAYS = 400;

/** The name that message `number` has in the Maildir. */
export function maildirName(number) {
  return `${1_700_000_000 + number}.M${number % 1_000_000}P${number % 30_000}.mx.home.example`;
}

/** `count` entries from number `from` on: 20 domains, 400 days, nine of ten are backscatter. */
export function entries(from, count) {
  return Array.from({ length: count }, (_, i) => entry(from + i));
}

function entry(number) {
  const hash = createHash('sha256').update(String(number)).digest();
  const pick = (at, size) => hash.readUInt16BE(at) % size;
  const isBackscatter = number % 10 !== 0;
  const network = `${100 + pick(2, 100)}.${pick(4, 250)}.${pick(6, 20)}`;
  return {
    identity: hash.toString('hex', 0, 16),
    source: '/var/mail/postmaster',
    place: `/var/mail/postmaster/cur/${maildirName(number)}`,
    arrivedAt: new Date(NEWEST - (hash.readUInt32BE(8) % (DAYS * DAY_MS))),
    kind: isBackscatter ? 'bounce' : 'ordinary',
    backscatter: isBackscatter ? 'yes' : 'unknown',
    isDecisive: isBackscatter && pick(12, 3) > 0,
    domain: isBackscatter ? `parked${pick(14, 20)}.example` : null,
    localPart: isBackscatter ? `user${pick(16, 5000)}` : null,
    reporter: isBackscatter ? `mx${pick(18, 3000)}.example.net` : null,
    originIp: isBackscatter ? `${network}.${pick(20, 250)}` : null,
    originNetwork: isBackscatter ? `${network}.0/24` : null,
    originSpf: isBackscatter ? (pick(22, 2) === 0 ? 'fail' : 'softfail') : null,
    evidence: isBackscatter ? ['domain-unused', ...(pick(24, 2) === 0 ? ['spf-fail'] : [])] : [],
    messageId: `${number}@mx.example.net`,
    subject: 'Undelivered Mail Returned to Sender',
    error: null,
  };
}
