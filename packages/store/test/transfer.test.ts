import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openStore, type Store } from '../src/index.ts';
import { openSqlite } from '../src/sqlite.ts';
import { STATE_TABLES } from '../src/state-tables.ts';
import { draft } from './support/draft.ts';
import { temporaryFolder } from './support/folder.ts';
import { domain, entry, isPostgres, joinTouching, store } from './support/store.ts';

type AnyStore = Store<unknown, unknown>;

const NOON = new Date('2026-11-23T12:00:00Z');
/** What only matters while a process runs, or is made anew. */
const NOT_CARRIED = [
  'state_copy',
  'summary',
  'summary_hour',
  'summary_domain',
  'summary_day',
  'summary_name',
  'scan_lock',
  'zone_lease',
  'rate_limit',
  'rate_call',
  'revision',
  'locked_change',
];

async function linesOf({ transfer }: AnyStore): Promise<string[]> {
  const lines: string[] = [];
  await transfer.exportTo(async (line) => void lines.push(line));
  return lines;
}

function asFile(lines: readonly string[]): () => AsyncGenerator<string> {
  return async function* read() {
    yield* lines;
  };
}

/** A store with something in every table that is carried; `count` messages are not forgotten. */
async function filled(count = 20, path = ':memory:'): Promise<AnyStore> {
  const made = await store(path);
  const { run } = await made.ledger.startRun(NOON, ['/var/mail/postmaster'], 'basis');
  await made.ledger.recordBatch(
    run,
    [
      entry(1, { arrivedAt: new Date('2025-01-05T10:00:00Z') }),
      ...Array.from({ length: count - 1 }, (_, i) => entry(i + 2)),
      entry(9000, { domain: null, localPart: null, subject: 'Grüße \u{1F4EC} "x"\\\n', evidence: [] }),
    ],
    { source: 'maildir:/home/a/Maildir', position: '7', newItems: ['a', 'B', 'ä'] },
  );
  await made.retention.forgetEvents(new Date('2025-02-01T00:00:00Z'));
  await made.ledger.finishRun(run, NOON, count + 1);
  const intent = {
    identity: entry(2).identity,
    source: 'maildir:/home/a/Maildir',
    kind: 'move',
    target: 'Junk',
    place: 'cur/a',
  };
  const [action] = await made.actions.intend(run, NOON, [intent]);
  await made.actions.finish(action?.id ?? 0, NOON, 'done', 'Junk/cur/a');
  await made.notices.pending('postmaster@example.org', run, run);
  await made.runEnds.begin(run, NOON);
  const { id } = await made.journal.begin(NOON, draft);
  await made.journal.finish(id, 'applied', NOON, 'done');
  await made.lockedDomains.add([domain('parked.example')], NOON, id);
  await made.sentLog.record({
    entries: [{ key: 'ab'.repeat(16), seenAt: NOON }],
    senders: [{ domain: domain('shop.example'), host: 'mx1', lastSeenAt: NOON }],
    covered: [{ host: 'mx1', span: { from: NOON, until: new Date('2026-11-23T13:00:00Z') } }],
  });
  const decision = { rule: 'spf', identity: 'mail-from', result: 'fail', action: 'reject', domain: 'a.example' };
  const sender = { domain: 'b.example', strictness: '-all', problem: null, lastSeenAt: NOON, count: 2 };
  const delivery = { daemon: 'mx1', number: 7 };
  await made.policyCounters.add({ decisions: [{ ...decision, hour: 490_000, count: 3 }], senders: [sender] }, delivery);
  return made;
}

async function sqlite(): Promise<AnyStore> {
  const opened = await openStore<unknown, unknown>(':memory:', { joinSpans: joinTouching });
  onTestFinished(() => opened.close());
  return opened;
}

test('every table is carried with all its columns, or stands in the list of those that are not', async () => {
  const sql = await openSqlite(':memory:');
  onTestFinished(() => sql.close());
  const tables = await sql.all("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'");
  const names = tables.map(({ name }) => String(name));
  expect([...STATE_TABLES.keys(), ...NOT_CARRIED].sort()).toEqual(names.sort());
  for (const [name, { columns }] of STATE_TABLES) {
    // Without a NOT NULL of its own, the number of a row is never NULL.
    const found = await sql.all(
      `SELECT name, lower(type) || CASE WHEN "notnull" = 1 OR name = 'id' THEN '' ELSE '?' END AS kind
       FROM pragma_table_info('${name}')`,
    );
    const kinds = Object.fromEntries(found.map((row) => [row['name'], row['kind']]));
    expect({ name, columns }).toEqual({ name, columns: kinds });
  }
});

describe('an export', () => {
  test('is the same after it went into another database and back, whatever the engines are', async () => {
    const [there, back] = [await store(), await sqlite()];
    // More than a page.
    const lines = await linesOf(await filled(2501));
    await there.transfer.importFrom(asFile(lines));
    expect(await linesOf(there)).toEqual(lines);
    await back.transfer.importFrom(asFile(await linesOf(there)));
    expect(await linesOf(back)).toEqual(lines);
    const { end } = JSON.parse(lines.at(-1) ?? '');
    expect(Object.keys(end.rows)).toEqual([...STATE_TABLES.keys()]);
    expect(end.rows).toMatchObject({ seen: 2502, event: 2501, source_item: 3, journal: 1, action: 1 });
  });

  test('goes on counting where the other database was', async () => {
    const there = await store();
    await there.transfer.importFrom(asFile(await linesOf(await filled())));
    const { run } = await there.ledger.startRun(NOON, ['/var/mail/postmaster'], 'basis');
    expect(run).toBe(2);
    const { added } = await there.ledger.recordBatch(run, [entry(1), entry(2), entry(9001)], null);
    expect([...added]).toEqual([entry(9001).identity]);
    expect(await there.ledger.compareItems('maildir:/home/a/Maildir', ['a', 'b', 'B'])).toMatchObject({
      unread: ['b'],
    });
    expect(await there.ledger.positionOf('maildir:/home/a/Maildir')).toBe('7');
  });

  test('is announced to a daemon that follows the locked domains of the other database', async () => {
    const there = await store();
    const revision = await there.lockedDomains.revision();
    await there.transfer.importFrom(asFile(await linesOf(await filled())));
    const changes = [{ name: domain('parked.example'), lockedAt: NOON }];
    expect(await there.lockedDomains.changesSince(revision)).toMatchObject({ changes });
  });

  test('shows one moment, while others write', async () => {
    const path = isPostgres ? randomUUID() : join(temporaryFolder(), 'state.db');
    const [one, other] = [await filled(20, path), await store(path)];
    const lines: string[] = [];
    await one.transfer.exportTo(async (line) => {
      if (lines.length === 1) await other.ledger.recordBatch(1, [entry(9001)], null);
      lines.push(line);
    });
    expect(JSON.parse(lines.at(-1) ?? '').end.rows).toMatchObject({ seen: 21, event: 20 });
    expect(JSON.parse((await linesOf(one)).at(-1) ?? '').end.rows).toMatchObject({ seen: 22, event: 21 });
  });

  test('is refused where something is, and that is left as it is', async () => {
    const [from, to] = [await linesOf(await filled()), await store()];
    await to.lockedDomains.add([domain('shop.example')], NOON, '1');
    const before = await linesOf(to);
    await expect(to.transfer.importFrom(asFile(from))).rejects.toMatchObject({ code: 'state-not-empty' });
    expect(await linesOf(to)).toEqual(before);
  });

  const wrongs: readonly (readonly [string, string, (lines: string[]) => string[]])[] = [
    ['was cut off between two lines', 'state-export-wrong', (lines) => lines.slice(0, -1)],
    ['was cut off in a line', 'state-export-wrong', (lines) => [...lines.slice(0, 9), lines[9]?.slice(0, 30) ?? '']],
    ['lost a line', 'state-export-wrong', (lines) => lines.toSpliced(9, 1)],
    ['was changed', 'state-export-wrong', (lines) => lines.with(9, lines[9]?.replace('sales', 'sailor') ?? '')],
    ['goes on behind its end', 'state-export-wrong', (lines) => [...lines, lines[9] ?? '']],
    ['is empty', 'state-export-wrong', () => []],
    ['is something else', 'state-export-wrong', () => ['{"a":1}']],
    ['is no JSON', 'state-export-wrong', () => ['From a Mon Nov 23 10:00:00 2026']],
    ['is newer', 'store-newer', (lines) => lines.with(0, JSON.stringify({ export: 'unsent state', schema: 9999 }))],
  ];
  test.each(wrongs)('that %s is refused, and nothing of it stays', async (_, code, change) => {
    const to = await sqlite();
    const empty = await linesOf(to);
    await expect(to.transfer.importFrom(asFile(change(await linesOf(await filled()))))).rejects.toMatchObject({ code });
    expect(await linesOf(to)).toEqual(empty);
  });

  test('that changes between the check and the import leaves nothing', async () => {
    const [to, lines] = [await store(), await linesOf(await filled())];
    const empty = await linesOf(to);
    const reads = [lines, lines.slice(0, -1)];
    await expect(to.transfer.importFrom(() => asFile(reads.shift() ?? [])())).rejects.toThrow('cut off');
    expect(await linesOf(to)).toEqual(empty);
  });
});
