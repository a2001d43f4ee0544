import fc from 'fast-check';
import { type LockdownOptions, lockdownOptions, PARTS } from '../../src/options.ts';
import { contentOf, isType, type RecordMeta, type WantedRecord } from '../../src/zone.ts';
import { name, records } from './zone.ts';

const OWNERS = [
  '@',
  '*',
  'www',
  'mail',
  'loopback',
  'dev',
  'a.dev',
  '_dmarc',
  '*._domainkey',
  's1._domainkey',
  's2._domainkey',
  '_dmarc.www',
  'news',
  '_dmarc.news',
  's1._domainkey.news',
];
const DATA = [
  'A 192.0.2.1',
  'A 127.0.0.1',
  'AAAA 2001:db8::1',
  'MX 10 mail',
  'MX 0 mx.example.net.',
  'MX 0 .',
  'TXT v=spf1 -all',
  'TXT v=spf1 mx| ~all',
  'TXT V=SPF1',
  'TXT verification=x',
  'TXT v=DMARC1; p=none; rua=mailto:d@reports.example',
  'TXT v=DMARC1; p=none; rua=mailto:d@example.com',
  'TXT v=DKIM1; k=rsa; p=MIGf',
  'TXT v=DKIM1; p=',
  'CNAME target.example.net.',
  'NS ns1.example.net.',
  'DNAME other.example.',
  'CAA 0 issue "ca.example"',
  'CAA 0 iodef "mailto:x@example.net"',
  'SRV 0 0 443 www.example.com.',
];

const meta: fc.Arbitrary<RecordMeta> = fc.record({
  comment: fc.option(fc.constantFrom('old mail host', 'do not touch'), { nil: null }),
  tags: fc.uniqueArray(fc.constantFrom('team:web', 'keep'), { maxLength: 2 }),
  proxied: fc.boolean(),
  settings: fc.constantFrom(null, '{"flatten_cname":true}'),
});

/** Zones a provider could really hold, with everything a lockdown looks at, in any mixture. */
export const arbitraryZone: fc.Arbitrary<readonly WantedRecord[]> = fc
  .array(fc.tuple(fc.constantFrom(...OWNERS), fc.constantFrom(...DATA), fc.constantFrom(1, 60, 300, 3600), meta), {
    maxLength: 24,
  })
  .map((rows) =>
    possible(rows.flatMap(([owner, data, ttl, one]) => records(`${owner} ${ttl} ${data}`, 'example.com', one))),
  );

/** Any choice of options. */
export const arbitraryOptions: fc.Arbitrary<LockdownOptions> = fc
  .record({
    mx: fc.constantFrom('loopback' as const, 'null' as const, 'auto' as const),
    parts: fc.subarray([...PARTS]).map((parts) => new Set(parts)),
    keepsMx: fc.boolean(),
    rua: fc.option(fc.constant(['mailto:r@reports.example']), { nil: null }),
    replaceCnamesAt: fc
      .subarray(['*.example.com', 'www.example.com', '_dmarc.example.com', '_dmarc.www.example.com'])
      .map((names) => new Set(names.map(name))),
  })
  .map(lockdownOptions);

/** Drops what cannot stand together (RFC 1034 §3.6.2, RFC 6672 §2.4, RFC 7505 §3) and what is there twice. */
function possible(list: readonly WantedRecord[]): WantedRecord[] {
  const kept: WantedRecord[] = [];
  for (const record of list) {
    const here = kept.filter((other) => other.name === record.name);
    const isNull = isType(record, 'MX') && record.data.exchange === '.';
    const clashes = here.some(
      (other) =>
        contentOf(other) === contentOf(record) ||
        other.type === 'CNAME' ||
        record.type === 'CNAME' ||
        (record.type === 'DNAME' && other.type === 'DNAME') ||
        (record.type === 'MX' &&
          other.type === 'MX' &&
          (isNull || (isType(other, 'MX') && other.data.exchange === '.'))),
    );
    if (!clashes) kept.push(record);
  }
  return kept;
}
