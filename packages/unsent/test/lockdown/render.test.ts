import { parseDomainName } from '@unsent/dns';
import {
  type ChangePlan,
  desiredRecords,
  findRefusals,
  lockdownOptions,
  memoryProvider,
  planLockdown,
  provePlan,
  zoneFromText,
} from '@unsent/lockdown';
import { describe, expect, test } from 'vitest';
import { renderPlan } from '../../src/lockdown/render.ts';
import { renderChanges } from '../../src/lockdown/render-changes.ts';
import { makeStyle } from '../../src/output/style.ts';

const NOW = new Date('2026-11-23T12:00:00Z');
const LOOK = { style: makeStyle(false), width: null };
const ZONE = `
@ 3600 MX 10 mail.old-host.example.
@ 300 TXT "v=spf1 include:_spf.example.net ~all"
@ 300 A 192.0.2.10
www 300 A 192.0.2.10
ftp 300 A 192.0.2.11
x 300 TXT "one"
y 300 TXT "two"
`;

async function plan(zone: string, parts: readonly ('mx' | 'spf' | 'dmarc' | 'dkim')[], ask = 'example.com') {
  const name = parseDomainName('example.com');
  const asked = parseDomainName(ask);
  if (name === null || asked === null) throw new Error('no name');
  const provider = memoryProvider([zoneFromText(zone, name)], { now: () => NOW });
  const snapshot = await provider.read(name);
  const options = lockdownOptions({ parts: new Set(parts) });
  const hosted = { name, nameServers: [], inactive: null };
  const history = { asked, use: null, genuineMail: null, hosted, delegatedTo: null };
  const desired = desiredRecords(snapshot, options, provider.capabilities);
  return {
    plan: planLockdown(snapshot, desired, findRefusals(snapshot, history, options)),
    recordsRead: snapshot.records.length,
  };
}

async function view(made: { plan: ChangePlan; recordsRead: number }) {
  return { ...made, providerTitle: 'Cloudflare', proof: await provePlan(made.plan, NOW) };
}

test('the plan reads as in the README: a diff, what stays, the proof', async () => {
  const text = renderPlan(await view(await plan(ZONE, ['mx', 'spf'])), LOOK);
  expect(text.split('\n\n').slice(0, 3).join('\n\n')).toBe(`example.com at Cloudflare, 7 records read

  ~  MX   example.com           10 mail.old-host.example                →  0 loopback.example.com
  +  A    loopback.example.com                                             127.0.0.1
  ~  TXT  example.com           "v=spf1 include:_spf.example.net ~all"  →  "v=spf1 -all"
    5 records untouched

  Proof   198.51.100.7 → fail    2001:db8::7 → fail    (evaluated on the planned zone)`);
});

test('a refusal names its code as the way round', async () => {
  const text = renderPlan(await view(await plan('s1._domainkey 300 TXT "p=MIGf"', ['dkim'])), LOOK);
  expect(text).toContain('  Refused example.com has DKIM keys (s1._domainkey.example.com)');
  expect(text).toContain('--override dkim-key-present');
});

test('a zone that needs nothing is one line', async () => {
  const text = renderPlan(await view(await plan('@ 300 TXT "v=spf1 -all"', ['spf'])), LOOK);
  expect(text).toBe('example.com at Cloudflare, 1 record read: nothing to do, all of it is there already\n');
});

test('a proof that does not hold shows the result', async () => {
  const made = await view(await plan(ZONE, ['spf']));
  const proof = { lines: made.proof.lines.map((line) => ({ ...line, result: 'permerror' as const })), holds: false };
  expect(renderPlan({ ...made, proof }, LOOK)).toContain('198.51.100.7 → permerror');
});

describe('on a terminal', () => {
  test.each([200, 120, 80, 60, 40])('of %i columns nothing of a record is cut, and no line is wider', async (width) => {
    const long = `_dmarc 300 TXT "v=DMARC1; p=none; rua=mailto:${'x'.repeat(60)}@reports.example"`;
    const { plan: made } = await plan(`${ZONE}${long}`, ['mx', 'spf', 'dmarc']);
    const text = renderChanges(made.changes, { style: makeStyle(false), width });
    expect(text).not.toContain('…');
    const joined = text.replace(/\s+/g, '');
    expect(joined).toContain(`rua=mailto:${'x'.repeat(60)}@reports.example"→"v=DMARC1;p=reject`.replace(/\s+/g, ''));
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(width);
  });
});

test('what differs in metadata only is said, as an undo may bring it back', async () => {
  const { plan: made } = await plan('@ 300 TXT "v=spf1 mx -all"', ['spf']);
  const [change] = made.changes;
  if (change?.op !== 'replace') throw new Error('no replacement');
  const { before } = change;
  const after = { ...before, ttlSeconds: 60, comment: 'old', proxied: true, tags: ['a'] };
  const text = renderChanges([{ op: 'replace', before, after, why: '' }], LOOK);
  expect(text).toContain('(TTL 300 → 60, comment "old", proxied, tags a)');
});
