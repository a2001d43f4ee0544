import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { name as domain } from '../../../../test/support/names.ts';
import { runCli } from '../../src/cli.ts';
import type { ReportData } from '../../src/report/data.ts';
import { entryOf, hostileEntries, lock, record, withStore } from '../support/ledger.ts';
import { fakeOutput, fakeSurroundings } from '../support/surroundings.ts';

let folder = '';
let state = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'unsent-report-'));
  const made = folder;
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  state = join(folder, 'state.db');
  writeFileSync(join(folder, 'unsent.yaml'), 'domains:\n  unused: [parked.example]\n');
});

type Ran = { readonly exitCode: number; readonly out: string; readonly err: string };

async function report(args: readonly string[] = [], columns: number | null = null): Promise<Ran> {
  const plain = fakeSurroundings({ cwd: folder, env: { HOME: folder } });
  const stdout = columns === null ? plain.stdout : fakeOutput({ isTerminal: true, columns });
  const globals = ['--config', join(folder, 'unsent.yaml'), '--state', state];
  const exitCode = await runCli(['report', ...globals, ...args], { ...plain, stdout }, '1.2.3');
  return { exitCode, out: stdout.text(), err: plain.stderr.text() };
}

async function reportJson(...args: string[]): Promise<ReportData> {
  const { out, err, exitCode } = await report(['--json', ...args]);
  expect({ err, exitCode }).toEqual({ err: '', exitCode: 0 });
  return JSON.parse(out);
}

const PARKED = domain('parked.example');
const SHOP = domain('shop.example');
const at = (day: number, hour = 10): Date => new Date(Date.UTC(2026, 10, day, hour));

/** 12 a day for five days, the lockdown, 2 a day for five days; a bakery beside it; one old message. */
async function story(): Promise<void> {
  const days = [12, 13, 14, 15, 16, 17, 18, 19, 20, 21];
  const flood = days.flatMap((day, i) =>
    Array.from({ length: day < 17 ? 12 : 2 }, (_, n) => entryOf(i * 20 + n, { arrivedAt: at(day) })),
  );
  const genuine = [1, 2, 3].map((n) =>
    entryOf(500 + n, {
      arrivedAt: at(18),
      domain: SHOP,
      backscatter: 'no',
      isDecisive: false,
      evidence: ['sent-log'],
      reporter: 'mx.shop.example',
    }),
  );
  const old = entryOf(600, { arrivedAt: new Date('2026-09-01T10:00:00Z'), localPart: 'old' });
  const dmarc = entryOf(601, {
    arrivedAt: at(19),
    kind: 'report',
    backscatter: 'unknown',
    isDecisive: false,
    domain: SHOP,
    reporter: 'bigmail.example',
    evidence: [],
    localPart: null,
    originIp: null,
    originNetwork: null,
    originSpf: null,
  });
  await withStore(state, async (store) => {
    await record(store, [...flood, ...genuine, old, dmarc]);
    await lock(store, PARKED, at(17, 0));
    const one = {
      hour: Math.floor(at(19).getTime() / 3_600_000),
      identity: 'sender',
      result: 'fail',
      domain: 'a.example',
    };
    await store.policyCounters.add({
      decisions: [
        { ...one, rule: 'own-domain', action: 'reject', count: 7 },
        { ...one, rule: 'spf-fail', action: 'reject', count: 2 },
        { ...one, rule: 'spf-fail', action: 'would-reject', count: 4 },
        { ...one, rule: 'spf', action: 'dunno', count: 100 },
      ],
      senders: [
        { domain: 'a.example', strictness: '-all', problem: null, lastSeenAt: at(19), count: 50 },
        { domain: 'b.example', strictness: 'broken', problem: 'two records', lastSeenAt: at(19), count: 5 },
      ],
    });
  });
}

describe('what is counted', () => {
  test('the last 30 days: sums, days without a gap, domains, and who was behind it', async () => {
    await story();
    const data = await reportJson();
    expect(data.totals).toEqual({
      messages: 74,
      bounces: 73,
      backscatter: 70,
      genuine: 3,
      unknown: 0,
      decisive: 70,
      firstSeen: at(12).toISOString(),
      lastSeen: at(21).toISOString(),
    });
    expect(data.since).toBe('2026-10-24T12:00:00.000Z');
    expect(data.days).toHaveLength(31);
    expect(data.days.at(0)).toEqual({ day: '2026-10-24', messages: 0, bounces: 0, backscatter: 0 });
    expect(data.days.find(({ day }) => day === '2026-11-18')).toEqual({
      day: '2026-11-18',
      messages: 5,
      bounces: 5,
      backscatter: 2,
    });
    expect(data.domains.map(({ name, use, backscatter, genuine }) => [name, use, backscatter, genuine])).toEqual([
      ['parked.example', 'unused', 70, 0],
      ['shop.example', null, 0, 3],
    ]);
    expect(data.domains[0]?.backscatterByDay.slice(19, 29)).toEqual([12, 12, 12, 12, 12, 2, 2, 2, 2, 2]);
    expect(data.domains.map(({ newest }) => newest.length)).toEqual([25, 0]);
    expect(data.reporters).toEqual([{ name: 'mx.example.net', count: 70 }]);
    expect(data.injectors).toEqual([{ name: '203.0.113.9', count: 70, spf: [{ name: 'fail', count: 70 }] }]);
    expect(data.networks).toEqual([{ name: '203.0.113.0/24', count: 70, spf: [{ name: 'fail', count: 70 }] }]);
    expect(data.forged).toEqual([{ name: 'sales@parked.example', count: 70 }]);
    expect(data.evidence.map(({ name, count }) => [name, count])).toEqual([
      ['domain-unused', 70],
      ['spf-fail', 70],
    ]);
    expect(data.aggregateReports).toMatchObject({ count: 1, senders: [{ name: 'bigmail.example', count: 1 }] });
  });

  test('TLS reports are told apart from DMARC reports', async () => {
    const quiet = { backscatter: 'unknown', isDecisive: false, evidence: [], localPart: null } as const;
    const kinds = ['report', 'tls-report', 'tls-report'] as const;
    const entries = kinds.map((kind, i) =>
      entryOf(i, { ...quiet, kind, arrivedAt: at(18 + i), reporter: `bigmail${i}.example` }),
    );
    await withStore(state, (store) => record(store, entries));
    const data = await reportJson();
    const dmarc = { count: 1, firstSeen: at(18).toISOString(), lastSeen: at(18).toISOString() };
    expect(data.aggregateReports).toEqual({ ...dmarc, senders: [{ name: 'bigmail0.example', count: 1 }] });
    expect(data.tlsReports).toEqual({ count: 2, firstSeen: at(19).toISOString(), lastSeen: at(20).toISOString() });
    const { out } = await report([]);
    expect(out).toMatch(/ {2}1 DMARC report, 2026-11-18 to 2026-11-18\n {2}2 TLS reports, 2026-11-19 to 2026-11-20\n/);
    expect(out).not.toContain('bigmail1.example');
  });

  test('a lockdown is marked, with the backscatter of as many hours before as after', async () => {
    await story();
    const { writes } = await reportJson();
    // 17 November 0:00 to 23 November 13:00 are 157 hours; as long before begins on the 10th, at 11:00.
    expect(writes).toEqual([
      {
        id: expect.any(String),
        kind: 'lockdown',
        zone: 'parked.example',
        at: at(17, 0).toISOString(),
        isUndone: false,
        effect: { hours: 157, before: 60, after: 10 },
      },
    ]);
  });

  test('a lockdown of yesterday evening has no effect yet, and the next write ends the time of one before', async () => {
    await withStore(state, async (store) => {
      await record(store, [entryOf(1, { arrivedAt: at(20) })]);
      await lock(store, PARKED, at(20, 0));
      await lock(store, PARKED, at(22, 6));
      await lock(store, PARKED, at(22, 20));
    });
    const { writes } = await reportJson();
    expect(writes.map(({ effect }) => effect?.hours ?? null)).toEqual([54, null, null]);
  });

  test('what policyd refused, and how strict the senders are; not so for one domain', async () => {
    await story();
    const { policy } = await reportJson();
    expect(policy).toEqual({
      requests: 113,
      refused: 9,
      wouldRefuse: 4,
      byRule: [
        { name: 'own-domain', count: 7 },
        { name: 'spf-fail', count: 2 },
      ],
      refusedDomains: [{ name: 'a.example', count: 13 }],
      strictness: [
        { name: '-all', count: 1 },
        { name: 'broken', count: 1 },
      ],
      broken: [{ name: 'b.example', count: 5, problem: 'two records' }],
    });
    const one = await reportJson('--domain', 'parked.example');
    expect(one.policy).toMatchObject({ requests: 0, refused: 0, strictness: null, broken: [] });
  });

  test.each([
    ['all', 75, null],
    ['2026-11-21', 2, '2026-11-21T00:00:00.000Z'],
    ['2026-11-20', 4, '2026-11-20T00:00:00.000Z'],
    ['12w', 75, '2026-08-31T12:00:00.000Z'],
    ['4d', 6, '2026-11-19T12:00:00.000Z'],
    ['24h', 0, '2026-11-22T12:00:00.000Z'],
  ])('--since %s', async (since, messages, from) => {
    await story();
    const data = await reportJson('--since', since);
    expect(data.since).toBe(from);
    // On 19 November the messages came at 10:00, before the bound.
    expect(data.totals.messages).toBe(since === '4d' ? messages - 2 : messages);
  });

  test('--domain, also one that nobody knows', async () => {
    await story();
    const shop = await reportJson('--domain', 'SHOP.example.');
    expect(shop).toMatchObject({
      domain: 'shop.example',
      totals: { messages: 4, backscatter: 0 },
      writes: [],
      reporters: [],
    });
    const { out, exitCode } = await report(['--domain', 'nobody.example']);
    expect(exitCode).toBe(0);
    expect(out).toContain('No message about nobody.example has come since 2026-10-24. --since all');
  });
});

test('the keys of --json are the documented ones: a change here is a change for programs', async () => {
  await story();
  const data = await reportJson();
  expect([...new Set(keysOf(data, ''))].sort()).toEqual(documentedKeys());
});

/** `domains[].newest[].spf` and the like. */
function keysOf(value: unknown, path: string): string[] {
  if (Array.isArray(value)) return value.flatMap((one) => keysOf(one, `${path}[]`));
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([key, inner]) => keysOf(inner, path === '' ? key : `${path}.${key}`));
}

function documentedKeys(): string[] {
  const page = readFileSync(new URL('../../../../docs/report.md', import.meta.url), 'utf8');
  const [, block = ''] = /```text\n(.*?)```/s.exec(page) ?? [];
  return block
    .split(/\s+/)
    .filter((word) => word !== '')
    .sort();
}

test('however much there is, a report reads a bounded number of domains, messages and writes', async () => {
  const names = Array.from({ length: 1005 }, (_, i) => domain(`d${i}.example`));
  const entries = names.map((name, i) => entryOf(i, { domain: name }));
  const ofFirst = Array.from({ length: 30 }, (_, i) =>
    entryOf(2000 + i, { domain: domain('d0.example'), reporter: `mx${i}.example.net`, localPart: `u${i}` }),
  );
  await withStore(state, async (store) => {
    await record(store, [...entries, ...ofFirst]);
    for (let i = 0; i < 55; i++) await lock(store, domain(`d${i}.example`), at(20, 1));
  });
  const data = await reportJson();
  expect(data.domains).toHaveLength(1000);
  expect(data.domains.filter(({ newest }) => newest.length > 0)).toHaveLength(12);
  expect(data.domains[0]).toMatchObject({ name: 'd0.example', newest: { length: 25 } });
  expect([data.reporters.length, data.forged.length, data.writes.length]).toEqual([10, 10, 50]);
});

describe('for people', () => {
  test('a heading, the days as bars with the lockdown marked, tables', async () => {
    await story();
    const { out } = await report();
    expect(out).toMatch(/^Backscatter report\n2026-10-24 to 2026-11-23 \(UTC\), all domains\n/);
    expect(out.replaceAll('\n', ' ')).toContain(
      '74 messages. 73 bounces and automatic answers: 96 % backscatter; 3 were genuine, 0 could not be told.',
    );
    expect(out).toMatch(/^ +12 ┤ +█+ ██/m);
    expect(out).toMatch(/11-17 parked\.example locked ▲$/m);
    expect(out).toMatch(/^ {2}2026-11-17 00:00 {2}parked\.example locked +9\.2 +1\.5 {2}down 83 %$/m);
    expect(out).toMatch(/^ {2}parked\.example +70 +70 +70 +100 % +unused +▄██▁▁▁$/m);
    expect(out).toMatch(/^ {2}203\.0\.113\.9 +70 +100 % +fail$/m);
    expect(out).toContain('9 of 113 requests refused; 4 more would have been (observe)');
    expect(out).toMatch(/^ {2}b\.example +5 +two records$/m);
    expect(out).not.toContain('\x1b');
  });

  test.each([60, 80, 120])('no line is wider than a terminal of %d columns', async (columns) => {
    await story();
    const { out } = await report(['--no-color'], columns);
    expect(out.split('\n').filter((line) => [...line].length > columns)).toEqual([]);
  });

  test('colours only on a terminal', async () => {
    await story();
    expect((await report([], 100)).out).toContain('\x1b[1m');
  });

  test('no database is an error, an empty one is not, and old mail is hinted at', async () => {
    expect(await report()).toMatchObject({ exitCode: 1, out: '', err: expect.stringContaining('nothing was scanned') });
    expect(existsSync(state)).toBe(false);
    await withStore(state, async () => {});
    expect((await report(['--since', 'all'])).out).toContain('The database holds no message.');
    expect((await reportJson()).days).toEqual([]);
    expect((await report()).out).toContain('--since all');
  });

  test('text of strangers reaches the output as visible escapes', async () => {
    await withStore(state, (store) => record(store, hostileEntries()));
    const { out } = await report();
    expect(out).toContain('\\e]0;owned\\x07');
    expect(out).toContain('invoice\\u202efdp.exe');
    expect(out).toContain('hello\\r\\nBcc: victim@example.org');
    expect(out.replaceAll('\n', '')).not.toMatch(/\p{Cc}|\p{Cf}/u);
  });
});

describe('as a file', () => {
  test('it is whole, only for its owner, and replaces an old one', async () => {
    await story();
    writeFileSync(join(folder, 'r.html'), 'old', { mode: 0o644 });
    expect(await report(['--html', 'r.html'])).toEqual({ exitCode: 0, out: 'The report is in r.html.\n', err: '' });
    const text = readFileSync(join(folder, 'r.html'), 'utf8');
    expect(text).toMatch(/^<!doctype html>.*<\/html>\n$/s);
    expect(statSync(join(folder, 'r.html')).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  test('where it cannot be written, one line says so', async () => {
    await story();
    const { exitCode, err } = await report(['--html', 'no/such/folder/r.html']);
    expect({ exitCode, err }).toEqual({
      exitCode: 1,
      err: expect.stringMatching(/^unsent: cannot write .*r\.html: there is no such file or folder/),
    });
  });

  test('--json with it prints both', async () => {
    await story();
    const data = await reportJson('--html', 'r.html');
    expect(data.format).toBe(1);
    expect(existsSync(join(folder, 'r.html'))).toBe(true);
  });
});

test.each(['yesterday', '0', '30', '-3d', '2026-02-30', '2027-01-01', '1900-01-01', ''])(
  '--since %j is wrong usage',
  async (since) => {
    await story();
    const { exitCode, out, err } = await report(['--since', since]);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    expect(err).toContain('--since');
  },
);
