import { type Resolver, zoneResolver } from '@unsent/dns';
import { describe, expect, test } from 'vitest';
import { desiredRecords } from '../src/desired.ts';
import { lockdownOptions } from '../src/options.ts';
import { planLockdown } from '../src/plan.ts';
import { modelledRecords } from '../src/proof.ts';
import { cachesFollowWithinSeconds, expectationsOf, verifyPlan } from '../src/verify.ts';
import { memory, NOW, name, records, snapshot } from './support/zone.ts';

const OLD = '@ 300 A 192.0.2.10\n@ 7200 MX 10 mail.old-host.example.\n@ 300 TXT v=spf1 mx ~all\n* 300 A 192.0.2.10';
const { capabilities } = memory('');

function planOf(zone = OLD, mx: 'loopback' | 'null' = 'null') {
  const before = snapshot(zone);
  return planLockdown(before, desiredRecords(before, lockdownOptions({ mx }), capabilities), []);
}

const serving = (lines: string): Resolver => zoneResolver(modelledRecords(records(lines)));
const asPlanned = (): Resolver => zoneResolver(modelledRecords(planOf().after));

describe('verification', () => {
  test('holds when every server answers as planned', async () => {
    const servers = ['ns1', 'ns2'].map((label) => ({ label, resolver: asPlanned() }));
    const verification = await verifyPlan(planOf(), servers, NOW);
    expect(verification.isVerified).toBe(true);
    expect(verification.servers[0]?.proof.lines.map(({ result }) => result)).toEqual(Array(4).fill('fail'));
  });

  test('one server that lags behind is named, with what it says', async () => {
    const servers = [
      { label: 'ns1', resolver: asPlanned() },
      { label: 'ns2', resolver: serving(OLD) },
    ];
    const { isVerified, servers: reports } = await verifyPlan(planOf(), servers, NOW);
    expect(isVerified).toBe(false);
    expect(reports.map(({ server, isAsPlanned }) => [server, isAsPlanned])).toEqual([
      ['ns1', true],
      ['ns2', false],
    ]);
    expect(reports[1]?.mismatches[0]).toMatchObject({
      expectation: { name: 'example.com', type: 'MX', texts: ['0 .'] },
      found: ['10 mail.old-host.example'],
    });
  });

  test('a server that does not answer is not verified', async () => {
    const resolver = zoneResolver([], { failing: [{ name: name('example.com') }] });
    const { isVerified, servers } = await verifyPlan(planOf(), [{ label: 'ns1', resolver }], NOW);
    expect(isVerified).toBe(false);
    expect(servers[0]?.mismatches[0]).toMatchObject({ found: null, detail: expect.stringContaining('timeout') });
  });

  test('records as planned but SPF that does not fail is not verified', async () => {
    // A second SPF record at the name is a permerror: checkHost sees it, a comparison of ours alone might not.
    const resolver = zoneResolver(modelledRecords([...planOf().after, ...records('@ 300 TXT v=spf1 +all')]));
    expect((await verifyPlan(planOf(), [{ label: 'ns1', resolver }], NOW)).isVerified).toBe(false);
  });

  test('sets as planned are not enough: what SPF gives a host through that server counts', async () => {
    // The literal `*` is answered as planned, and a name below it is not: a wildcard that the server does not expand.
    const planned = asPlanned();
    const resolver: Resolver = {
      resolve: (asked, type) =>
        asked.startsWith('unsent-proof.') ? { kind: 'nxdomain', ttlSeconds: 0 } : planned.resolve(asked, type),
    };
    const { isVerified, servers } = await verifyPlan(planOf(), [{ label: 'ns1', resolver }], NOW);
    expect(servers[0]?.mismatches).toEqual([]);
    expect(isVerified).toBe(false);
  });

  test('no server at all verifies nothing', async () => {
    expect((await verifyPlan(planOf(), [], NOW)).isVerified).toBe(false);
  });
});

describe('expectations', () => {
  test('a set is expected whole: what stays beside a changed record counts too', () => {
    const plan = planOf(`${OLD}\n@ 300 TXT verification=x`);
    expect(expectationsOf(plan).expectations).toContainEqual({
      name: 'example.com',
      type: 'TXT',
      texts: ['"v=spf1 -all"', '"verification=x"'],
    });
  });

  test('a record that goes leaves what the wildcard says of its name', () => {
    const before = snapshot('* 300 A 192.0.2.10\nloopback 300 A 127.0.0.1');
    const [, loopback] = before.records;
    if (loopback === undefined) throw new Error('no record');
    const plan = {
      ...planLockdown(before, { aims: [], notes: [] }, []),
      changes: [{ op: 'delete' as const, record: loopback, why: '' }],
    };
    const after = { ...plan, after: plan.after.filter(({ name: owner }) => owner !== loopback.name) };
    expect(expectationsOf(after).expectations).toEqual([{ name: loopback.name, type: 'A', texts: ['192.0.2.10'] }]);
  });

  test('types that are not modelled are named as not asked', () => {
    const before = snapshot(OLD);
    const options = lockdownOptions({ parts: new Set(['caa' as const]) });
    const plan = planLockdown(before, desiredRecords(before, options, capabilities), []);
    expect(expectationsOf(plan)).toEqual({ expectations: [], notAsked: ['CAA example.com'] });
  });
});

test('caches follow within the longest TTL of what was replaced', () => {
  expect(cachesFollowWithinSeconds(planOf())).toBe(7200);
  expect(cachesFollowWithinSeconds(planOf('@ 1 MX 5 mx.example.net.'))).toBe(300);
  expect(cachesFollowWithinSeconds(planOf('www 300 A 192.0.2.1'))).toBe(null);
});
