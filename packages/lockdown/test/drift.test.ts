import { zoneResolver } from '@unsent/dns';
import { describe, expect, test } from 'vitest';
import { type DriftedSet, findDrift } from '../src/drift.ts';
import { memoryJournal } from '../src/journal-memory.ts';
import { modelledRecords } from '../src/proof.ts';
import type { WantedRecord } from '../src/zone.ts';
import { lockdown, ZONE } from './support/drive.ts';
import { memory, name, records } from './support/zone.ts';

const OLD = `
  @ 300 A 192.0.2.10
  www 300 A 192.0.2.10
  @ 300 MX 10 mail.old-host.example.
  @ 300 TXT v=spf1 mx ~all
  @ 300 TXT site-verification=abc
  _dmarc.shop 300 TXT v=DMARC1; p=none
  old._domainkey 300 TXT v=DKIM1; p=AAAA`;

/** The zone as its lockdown left it, and then as somebody changed it; what has drifted since. */
async function driftAfter(change: (zone: readonly WantedRecord[]) => readonly WantedRecord[]) {
  const provider = memory(OLD);
  const journal = memoryJournal();
  await lockdown(provider, journal);
  const entries = await journal.entries({ zone: ZONE, states: ['applied'], limit: null });
  const { records: locked } = await provider.read(ZONE);
  return findDrift(entries, zoneResolver(modelledRecords(change(locked))));
}

const shown = (sets: readonly DriftedSet[]): readonly string[] =>
  sets.map(
    ({ type, name: owner, expected, found }) => `${type} ${owner}: ${expected.join(' + ')} -> ${found.join(' + ')}`,
  );

const without =
  (type: string, owner: string) =>
  (zone: readonly WantedRecord[]): readonly WantedRecord[] =>
    zone.filter((one) => one.type !== type || one.name !== owner);

const and =
  (lines: string) =>
  (zone: readonly WantedRecord[]): readonly WantedRecord[] => [...zone, ...records(lines)];

describe('drift', () => {
  test('there is none in a zone as it was left', async () => {
    expect(await driftAfter((zone) => zone)).toEqual({ sets: [], unanswered: [] });
  });

  test.each<[string, (zone: readonly WantedRecord[]) => readonly WantedRecord[], string[]]>([
    ['an MX that is gone', without('MX', 'example.com'), ['MX example.com: 0 loopback.example.com -> ']],
    [
      'a real MX beside ours',
      and('@ 300 MX 10 mail.example.net.'),
      ['MX example.com: 0 loopback.example.com -> 0 loopback.example.com + 10 mail.example.net'],
    ],
    [
      'a loopback host that leads elsewhere',
      (zone) => and('loopback 300 A 192.0.2.1')(without('A', 'loopback.example.com')(zone)),
      ['A loopback.example.com: 127.0.0.1 -> 192.0.2.1'],
    ],
    [
      'a second SPF record',
      and('@ 300 TXT v=spf1 +all'),
      ['TXT example.com: "v=spf1 -all" -> "v=spf1 +all" + "v=spf1 -all"'],
    ],
    [
      'a weaker DMARC policy',
      (zone) => and('_dmarc 300 TXT v=DMARC1; p=none')(without('TXT', '_dmarc.example.com')(zone)),
      ['TXT _dmarc.example.com: "v=DMARC1; p=reject; sp=reject; np=reject; adkim=s; aspf=s" -> "v=DMARC1; p=none"'],
    ],
    [
      'a weaker policy below the domain',
      (zone) => and('_dmarc.shop 300 TXT v=DMARC1; p=none')(without('TXT', '_dmarc.shop.example.com')(zone)),
      [
        'TXT _dmarc.shop.example.com: "v=DMARC1; p=reject; sp=reject; np=reject; adkim=s; aspf=s" -> "v=DMARC1; p=none"',
      ],
    ],
    [
      'a DKIM key that came back',
      (zone) => and('old._domainkey 300 TXT v=DKIM1; p=AAAA')(without('TXT', 'old._domainkey.example.com')(zone)),
      ['TXT old._domainkey.example.com: "v=DKIM1; p=" -> "v=DKIM1; p=AAAA"'],
    ],
    ['a wildcard without SPF', without('TXT', '*.example.com'), ['TXT *.example.com: "v=spf1 -all" -> ']],
  ])('%s is one', async (_, change, expected) => {
    expect(shown((await driftAfter(change)).sets)).toEqual(expected);
  });

  test('a report address added to the policy is none', async () => {
    const policy = 'v=DMARC1; p=reject; sp=reject; np=reject; adkim=s; aspf=s; rua=mailto:d@reports.example';
    const change = (zone: readonly WantedRecord[]) =>
      and(`_dmarc 300 TXT ${policy}`)(without('TXT', '_dmarc.example.com')(zone));
    expect((await driftAfter(change)).sets).toEqual([]);
  });

  test('a policy below the domain that was taken away is none: that of the domain counts', async () => {
    expect((await driftAfter(without('TXT', '_dmarc.shop.example.com'))).sets).toEqual([]);
  });

  test('a host that was taken down is none', async () => {
    const gone = (zone: readonly WantedRecord[]) => zone.filter((one) => !/^(www|\*)\./.test(one.name));
    expect(shown((await driftAfter(gone)).sets)).toEqual([
      'TXT *.example.com: "v=spf1 -all" -> ',
      'TXT *._domainkey.example.com: "v=DKIM1; p=" -> ',
    ]);
    expect(shown((await driftAfter(without('TXT', 'www.example.com'))).sets)).toEqual([
      'TXT www.example.com: "v=spf1 -all" -> ',
    ]);
  });

  test.each([
    ['a verification', '@ 300 TXT other-verification=xyz'],
    ['another host', 'shop 300 A 192.0.2.99'],
  ])('%s that somebody added is none', async (_, lines) => {
    expect((await driftAfter(and(lines))).sets).toEqual([]);
  });

  test('what DNS does not answer is named, and nothing is concluded', async () => {
    const journal = memoryJournal();
    await lockdown(memory(OLD), journal);
    const entries = await journal.entries({ zone: ZONE, states: ['applied'], limit: null });
    const silent = zoneResolver([], { failing: [{ name: name('example.com') }] });
    const { unanswered } = await findDrift(entries, silent);
    expect(unanswered).toEqual(['MX example.com', 'TXT example.com']);
  });

  test('of two lockdowns of a zone the newer one counts', async () => {
    const provider = memory(OLD);
    const journal = memoryJournal();
    await lockdown(provider, journal);
    const [mx] = (await provider.read(ZONE)).records.filter(({ type }) => type === 'MX');
    if (mx === undefined) throw new Error('no MX');
    const base = await provider.read(ZONE);
    const after: WantedRecord = { ...mx, type: 'MX', data: { preference: 0, exchange: '.' } };
    await provider.write(base, [{ op: 'replace', before: mx, after, why: '' }]);
    const draft = {
      kind: 'lockdown',
      zone: ZONE,
      provider: 'memory',
      snapshot: base,
      undoes: [],
      zoneText: '',
    } as const;
    const changes = [{ op: 'replace', before: mx, after, why: '' } as const];
    const plan = { zone: ZONE, basedOn: '', changes, after: [], refusals: [], notes: [] };
    const { id } = await journal.begin(new Date('2026-11-24T12:00:00Z'), () => ({ ...draft, plan }));
    await journal.finish(id, 'applied', new Date('2026-11-24T12:00:00Z'), '');
    const entries = await journal.entries({ zone: ZONE, states: ['applied'], limit: null });
    const { records: now } = await provider.read(ZONE);
    expect((await findDrift(entries, zoneResolver(modelledRecords(now)))).sets).toEqual([]);
    expect(
      shown(
        (await findDrift(entries, zoneResolver(modelledRecords([...now, ...records('@ 300 MX 0 loopback')])))).sets,
      ),
    ).toHaveLength(1);
  });
});
