import type { DnsRecord } from '@unsent/dns';
import { describe, expect, test } from 'vitest';
import { fingerprint, isType, type RecordMeta, type WantedRecord } from '../src/zone.ts';
import { zoneFromText } from '../src/zone-from-text.ts';
import { snapshotText } from '../src/zone-text.ts';
import { lines, name, records, snapshot } from './support/zone.ts';

type MxRecord = DnsRecord<'MX'> & RecordMeta;

const ONE = '@ 300 MX 10 mx.example.net.\n@ 300 TXT a|b\nwww 300 A 192.0.2.1';

/** ONE, its first record (an MX) with something different. */
function changed(
  change: Partial<Pick<MxRecord, 'ttlSeconds' | 'comment' | 'tags' | 'proxied' | 'settings' | 'data'>>,
): WantedRecord[] {
  const [first, ...rest] = records(ONE);
  if (first === undefined || !isType(first, 'MX')) throw new Error('the first record is the MX');
  return [{ ...first, ...change }, ...rest];
}

describe('fingerprint', () => {
  test('order, ids and the order of tags mean nothing', () => {
    const reversed = records(ONE)
      .reverse()
      .map((record, i) => ({ ...record, id: `other-${i}` }));
    expect(fingerprint(reversed)).toBe(fingerprint(records(ONE)));
    expect(fingerprint(changed({ tags: ['a', 'b'] }))).toBe(fingerprint(changed({ tags: ['b', 'a'] })));
  });

  test.each([
    ['TTL', changed({ ttlSeconds: 301 })],
    ['comment', changed({ comment: 'x' })],
    ['an empty comment', changed({ comment: '' })],
    ['tags', changed({ tags: ['x'] })],
    ['proxied', changed({ proxied: true })],
    ['settings', changed({ settings: '{"flatten_cname":true}' })],
    ['priority', changed({ data: { preference: 11, exchange: name('mx.example.net') } })],
    ['how TXT is cut', [...records(ONE).filter(({ type }) => type !== 'TXT'), ...records('@ 300 TXT ab')]],
    ['a record more', [...records(ONE), ...records('www 300 A 192.0.2.1')]],
  ])('%s changes it', (_, other) => {
    expect(fingerprint(other)).not.toBe(fingerprint(records(ONE)));
  });
});

test('a snapshot as a zone file reads back as the same zone, types we do not model included', () => {
  const zone = `${ONE}\n@ 300 CAA 0 issue "ca.example"\n_x._tcp 60 SRV 0 0 443 www.example.com.`;
  const { records: read } = zoneFromText(snapshotText(snapshot(zone)), name('example.com'));
  expect(lines(read)).toEqual(lines(records(zone)));
});

test('zone text about another domain is refused by name', () => {
  expect(() => zoneFromText('other.example. 300 IN A 192.0.2.1', name('example.com'))).toThrow('not in example.com');
});

test('the SOA and DNSSEC data of a zone file are no part of the zone', () => {
  const text = '@ 300 IN SOA ns1 hostmaster 1 2 3 4 5\n@ 300 IN DNSKEY 257 3 13 AAAA\n@ 300 IN NS ns1.example.net.';
  expect(lines(zoneFromText(text, name('example.com')).records)).toEqual(['@ NS ns1.example.net']);
});
