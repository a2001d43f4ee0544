import { describe, expect, test } from 'vitest';
import { memoryJournal } from '../src/journal-memory.ts';
import { planUndo } from '../src/undo.ts';
import { contentOf, fingerprint, type WantedRecord } from '../src/zone.ts';
import { lockdown, unlock, ZONE } from './support/drive.ts';
import { lines, memory, records } from './support/zone.ts';

const OLD = `
  @ 300 A 192.0.2.10
  @ 3600 MX 10 mail.old-host.example.
  @ 300 TXT v=spf1 include:_spf.|old-host.example ~all
  s1._domainkey 300 CNAME s1.esp.example.
`;

/** `OLD`, but for what somebody changed while it was locked. */
const NEW_MX = OLD.replace('3600 MX 10 mail.old-host.example.', '600 MX 5 mail.new-host.example.');
const NEW_SPF = OLD.replace('v=spf1 include:_spf.|old-host.example ~all', 'v=spf1 mx -all');

/** The zone locked, then changed by somebody, and the plan to undo. */
async function undoAfter(change: (now: readonly WantedRecord[]) => readonly WantedRecord[], ttlPerRecord = true) {
  const provider = memory(OLD, { capabilities: { ttlPerRecord } });
  const journal = memoryJournal();
  await lockdown(provider, journal);
  provider.overwrite(ZONE, change(provider.records(ZONE)));
  const entries = await journal.entries({ zone: ZONE, states: ['applied'], limit: null });
  const { capabilities } = provider;
  return {
    provider,
    journal,
    plan: planUndo(entries, await provider.read(ZONE), { capabilities, wasInterrupted: false }),
  };
}

const isAt = (line: string) => (record: WantedRecord) => contentOf(record) === contentOf(records(line)[0] ?? record);

test('TXT strings come back as they were cut', async () => {
  const { plan } = await undoAfter((now) => now);
  expect(lines(plan.after)).toContain('@ TXT v=spf1 include:_spf.|old-host.example ~all');
});

test('a second unlock finds nothing to do, and the entry says by whom it was undone', async () => {
  const { provider, journal } = await undoAfter((now) => now);
  expect((await unlock(provider, journal)).kind).toBe('applied');
  expect((await unlock(provider, journal)).kind).toBe('nothing-to-do');
  expect(await journal.entry('2026-11-23-01')).toMatchObject({ state: 'undone', detail: 'undone by 2026-11-23-02' });
});

describe('a record of ours that drifted is a refusal', () => {
  test.each([
    ['our MX now points elsewhere', '@ 300 MX 0 loopback', '@ 300 MX 5 new.example.', 'MX example.com'],
    ['our SPF was edited', '@ 300 TXT v=spf1 -all', '@ 300 TXT v=spf1 mx -all', 'TXT example.com'],
    [
      'our DMARC was softened',
      '_dmarc 300 TXT v=DMARC1; p=reject; sp=reject; np=reject; adkim=s; aspf=s',
      '_dmarc 300 TXT v=DMARC1; p=none',
      'TXT _dmarc.example.com',
    ],
    ['our loopback host was removed', 'loopback 300 A 127.0.0.1', '', 'A loopback.example.com'],
  ])('%s', async (_, ours, theirs, named) => {
    const { plan } = await undoAfter((now) => [...now.filter((record) => !isAt(ours)(record)), ...records(theirs)]);
    expect(plan.refusals.map(({ code }) => code)).toEqual(['drifted']);
    expect(plan.refusals[0]?.message).toContain(named);
  });

  test('a changed TTL or comment is no drift: the content is ours', async () => {
    const { plan } = await undoAfter((now) => now.map((record) => ({ ...record, ttlSeconds: 77, comment: 'seen' })));
    expect(plan.refusals).toEqual([]);
    expect(lines(plan.after)).toEqual(lines(records(OLD)));
  });

  test('what somebody already put back by hand is no drift', async () => {
    const { plan } = await undoAfter((now) => [
      ...now.filter((record) => !isAt('@ 300 MX 0 loopback')(record)),
      ...records('@ 3600 MX 10 mail.old-host.example.'),
    ]);
    expect(plan.refusals).toEqual([]);
    expect(lines(plan.after)).toEqual(lines(records(OLD)));
  });

  test('overridden, the old SPF takes the place of the edited one', async () => {
    const { plan } = await undoAfter((now) => [
      ...now.filter((record) => !isAt('@ 300 TXT v=spf1 -all')(record)),
      ...records('@ 300 TXT v=spf1 mx -all'),
    ]);
    expect(lines(plan.after).filter((line) => line.startsWith('@ TXT'))).toEqual([
      '@ TXT v=spf1 include:_spf.|old-host.example ~all',
    ]);
  });

  test('a CNAME cannot come back beside what others added there', async () => {
    const { plan } = await undoAfter((now) => [...now, ...records('s1._domainkey 300 TXT note')]);
    expect(plan.refusals.map(({ message }) => message)).toEqual([
      'CNAME s1._domainkey.example.com cannot come back: other records stand at that name now.',
    ]);
  });
});

test('where a set has one TTL, what comes back takes the TTL of what stays (RFC 2181 §5.2)', async () => {
  const { plan } = await undoAfter((now) => [...now, ...records('@ 900 TXT later=yes')], false);
  const ttls = plan.after
    .filter(({ name, type }) => name === ZONE && type === 'TXT')
    .map(({ ttlSeconds }) => ttlSeconds);
  expect(new Set(ttls)).toEqual(new Set([900]));
});

test('undo is exact for metadata too', async () => {
  const provider = memory('');
  provider.overwrite(
    ZONE,
    records('@ 60 MX 7 mx.example.net.', 'example.com', {
      comment: 'old',
      tags: ['b', 'a'],
      proxied: false,
      settings: null,
    }),
  );
  const before = fingerprint(provider.records(ZONE));
  const journal = memoryJournal();
  await lockdown(provider, journal);
  await unlock(provider, journal);
  expect(fingerprint(provider.records(ZONE))).toBe(before);
});

describe('a zone that was changed by hand between two lockdowns comes back as the second one found it', () => {
  const NEW_HOST = `
    @ 300 A 192.0.2.10
    @ 600 MX 5 mail.new-host.example.
    @ 300 TXT v=spf1 include:_spf.new-host.example ~all
    s1._domainkey 300 CNAME s1.esp.example.
  `;

  test.each([
    ['put back', () => records(OLD)],
    ['moved to another host', () => records(NEW_HOST)],
    ['emptied', () => records('@ 300 A 192.0.2.10')],
    [
      'with a new MX beside what is locked',
      (now: readonly WantedRecord[]) => [
        ...now.filter(({ type }) => type !== 'MX'),
        ...records('@ 600 MX 5 mail.new-host.example.'),
      ],
      NEW_MX,
    ],
    [
      'with an SPF record in the place of ours',
      (now: readonly WantedRecord[]) => [
        ...now.filter((record) => !isAt('@ 300 TXT v=spf1 -all')(record)),
        ...records('@ 300 TXT v=spf1 mx -all'),
      ],
      NEW_SPF,
    ],
  ])('%s', async (_, change, expected?: string) => {
    const provider = memory(OLD);
    const journal = memoryJournal();
    await lockdown(provider, journal);
    provider.overwrite(ZONE, change(provider.records(ZONE)));
    const between = lines(provider.records(ZONE));
    await lockdown(provider, journal);
    expect(await unlock(provider, journal)).toMatchObject({ kind: 'applied' });
    expect(lines(provider.records(ZONE))).toEqual(expected === undefined ? between : lines(records(expected)));
    expect((await journal.entries({ zone: ZONE, states: ['undone'], limit: null })).map(({ id }) => id)).toEqual([
      '2026-11-23-02',
      '2026-11-23-01',
    ]);
  });

  test('three lockdowns: nothing from before the change comes back, whatever was locked on top of it', async () => {
    const provider = memory(OLD);
    const journal = memoryJournal();
    await lockdown(provider, journal);
    provider.overwrite(ZONE, [...provider.records(ZONE), ...records('shop 300 A 192.0.2.11')]);
    await lockdown(provider, journal); // covers the new host
    provider.overwrite(ZONE, records(NEW_HOST));
    await lockdown(provider, journal);
    expect(await unlock(provider, journal)).toMatchObject({ kind: 'applied' });
    expect(lines(provider.records(ZONE))).toEqual(lines(records(NEW_HOST)));
  });
});

test('what a newer lockdown of ours replaced is taken back with it', async () => {
  const provider = memory(OLD);
  const journal = memoryJournal();
  await lockdown(provider, journal);
  await lockdown(provider, journal, { mx: 'null' });
  provider.overwrite(ZONE, [...provider.records(ZONE), ...records('shop 300 A 192.0.2.11')]);
  await lockdown(provider, journal, { mx: 'null' });
  expect(await journal.entries({ zone: ZONE, states: ['applied'], limit: null })).toHaveLength(3);
  expect(await unlock(provider, journal)).toMatchObject({ kind: 'applied' });
  expect(lines(provider.records(ZONE))).toEqual(lines(records(`${OLD}shop 300 A 192.0.2.11`)));
});
