import type { HeldRecord, HeldZone } from './state.ts';

/** A zone from short records: `['MX', 'example.com', 'mail.example.net', { priority: 10 }]`. */
export function standInZone(
  name: string,
  records: readonly (readonly [type: string, name: string, content: string, more?: Partial<HeldRecord>])[],
  more: Partial<HeldZone> = {},
): HeldZone {
  return {
    id: `zone-${name.replaceAll('.', '-')}`,
    name,
    status: 'active',
    type: 'full',
    name_servers: ['amy.ns.example.net', 'bob.ns.example.net'],
    plan: 'paid',
    records: records.map(([type, owner, content, extra], i) => ({
      id: `${name}-${i}`,
      type,
      name: owner,
      content,
      ttl: 300,
      proxied: false,
      comment: null,
      tags: [],
      settings: {},
      meta: {},
      created_on: '2020-01-01T00:00:00Z',
      modified_on: '2020-01-01T00:00:00Z',
      ...extra,
    })),
    ...more,
  };
}

/** A parked domain with a bit of everything that an undo must bring back. Ten records. */
export function parkedZone(name: string): HeldZone {
  return standInZone(name, [
    ['A', name, '192.0.2.10', { proxied: true, ttl: 1 }],
    ['AAAA', name, '2001:db8::10'],
    ['MX', name, 'mx1.old-host.example', { priority: 10, ttl: 3600, comment: 'old mail host', tags: ['team:mail'] }],
    ['MX', name, 'mx2.old-host.example', { priority: 20, ttl: 3600 }],
    ['TXT', name, '"v=spf1 include:_spf." "old-host.example ~all"', { comment: 'do not touch' }],
    ['TXT', name, '"site-verification=AbCdEf"'],
    ['CNAME', `www.${name}`, name, { proxied: true, ttl: 1 }],
    ['CNAME', `s1._domainkey.${name}`, 's1.esp.example', { settings: { flatten_cname: true } }],
    ['TXT', `_dmarc.${name}`, '"v=DMARC1; p=none; rua=mailto:d@reports.example"', { tags: ['team:mail'] }],
    ['CAA', name, '0 issue "ca.example"', { data: { flags: 0, tag: 'issue', value: 'ca.example' } }],
  ]);
}
