import { type DomainName, parseDomainName } from '@unsent/dns';
import { integer, placeholders, type Row, type Sql, text, textOrNull } from './sql.ts';
import { writeZoneCopy } from './zone-copy.ts';

export type StoredJournalState = 'begun' | 'applied' | 'failed' | 'unclear' | 'undone';
export type StoredJournalKind = 'lockdown' | 'unlock' | 'spf';

/** A write to DNS as it is made durable before it is sent. Snapshot and plan are plain JSON. */
export type StoredDraft<Snapshot, Plan> = {
  readonly kind: StoredJournalKind;
  readonly zone: DomainName;
  readonly provider: string;
  readonly snapshot: Snapshot;
  readonly plan: Plan;
  readonly undoes: readonly string[];
  readonly zoneText: string;
};

export type StoredJournalEntry<Snapshot, Plan> = StoredDraft<Snapshot, Plan> & {
  readonly id: string;
  readonly state: StoredJournalState;
  readonly begunAt: string;
  readonly finishedAt: string | null;
  readonly detail: string | null;
};

export type StoredJournalFilter = {
  readonly zone: DomainName | null;
  readonly states: readonly StoredJournalState[] | null;
  readonly limit: number | null;
};

/** That and when something was written to a zone, without what. */
export type StoredWrite = Pick<
  StoredJournalEntry<unknown, unknown>,
  'id' | 'kind' | 'zone' | 'state' | 'begunAt' | 'finishedAt'
>;

/** What we did to DNS. The lockdown package declares the same interface; the shell checks the fit. */
export interface StoreJournal<Snapshot, Plan> {
  begin(at: Date, draft: (id: string) => StoredDraft<Snapshot, Plan>): Promise<StoredJournalEntry<Snapshot, Plan>>;
  finish(id: string, state: Exclude<StoredJournalState, 'begun'>, at: Date, detail: string): Promise<void>;
  entry(id: string): Promise<StoredJournalEntry<Snapshot, Plan> | null>;
  entries(filter: StoredJournalFilter): Promise<readonly StoredJournalEntry<Snapshot, Plan>[]>;
  /** The writes that changed something, the newest first; what was undone later is among them. */
  writes(limit: number): Promise<readonly StoredWrite[]>;
}

const ALL_COLUMNS = 'id, kind, zone, provider, state, begun_at, finished_at, detail, undoes, snapshot, plan, zone_text';

/**
 * The journal over an engine. Zone-file copies go to `copiesFolder` (made when missing), so that a zone can be put
 * back without the database; null (a database in memory) writes none.
 */
export function sqlJournal<Snapshot, Plan>(sql: Sql, copiesFolder: string | null): StoreJournal<Snapshot, Plan> {
  return {
    begin: (at, draft) =>
      sql.transaction(
        async (inside, mayBeDone) =>
          (mayBeDone ? await begunBefore<Snapshot, Plan>(inside, at, draft) : null) ??
          (await begin(inside, copiesFolder, at, draft)),
        'now',
        'journal',
      ),
    finish: async (id, state, at, detail) => {
      const changed = await sql.transaction((inside) =>
        inside.all('UPDATE journal SET state = ?, finished_at = ?, detail = ? WHERE id = ? RETURNING id', [
          state,
          at.toISOString(),
          detail,
          id,
        ]),
      );
      if (changed.length === 0) throw new Error(`the journal has no entry ${id}`);
    },
    entry: async (id) => {
      const [row] = await sql.all(`SELECT ${ALL_COLUMNS} FROM journal WHERE id = ?`, [id]);
      return row === undefined ? null : readEntry<Snapshot, Plan>(row);
    },
    entries: async ({ zone, states, limit }) => {
      const inStates =
        states === null ? '1 = 1' : states.length === 0 ? '1 = 0' : `state IN ${placeholders(states.length, 1)}`;
      const rows = await sql.all(
        `SELECT ${ALL_COLUMNS} FROM journal WHERE ${inStates} ${zone === null ? '' : 'AND zone = ?'}
         ORDER BY substr(id, 1, 10) DESC, length(id) DESC, id DESC LIMIT ?`,
        [...(states ?? []), ...(zone === null ? [] : [zone]), limit ?? Number.MAX_SAFE_INTEGER],
      );
      return rows.map((row) => readEntry<Snapshot, Plan>(row));
    },
    writes: async (limit) => {
      const rows = await sql.all(
        `SELECT id, kind, zone, state, begun_at, finished_at FROM journal
         WHERE state IN ('applied', 'undone', 'unclear') ORDER BY begun_at DESC, length(id) DESC, id DESC LIMIT ?`,
        [limit],
      );
      return rows.map(readWrite);
    },
  };
}

async function begin<Snapshot, Plan>(
  sql: Sql,
  copiesFolder: string | null,
  at: Date,
  draft: (id: string) => StoredDraft<Snapshot, Plan>,
): Promise<StoredJournalEntry<Snapshot, Plan>> {
  const id = await nextId(sql, at);
  const drafted = draft(id);
  const begunAt = at.toISOString();
  await sql.run(`INSERT INTO journal (${ALL_COLUMNS}) VALUES ${placeholders(12, 1)}`, [
    id,
    drafted.kind,
    drafted.zone,
    drafted.provider,
    'begun',
    begunAt,
    null,
    null,
    JSON.stringify(drafted.undoes),
    JSON.stringify(drafted.snapshot),
    JSON.stringify(drafted.plan),
    drafted.zoneText,
  ]);
  // Before the commit: an entry in the journal always has its copy.
  if (copiesFolder !== null) await writeZoneCopy(copiesFolder, id, drafted.zoneText);
  return { ...drafted, id, state: 'begun', begunAt, finishedAt: null, detail: null };
}

/** The entry that an earlier try made, when the answer to its commit was lost. */
async function begunBefore<Snapshot, Plan>(
  sql: Sql,
  at: Date,
  draft: (id: string) => StoredDraft<Snapshot, Plan>,
): Promise<StoredJournalEntry<Snapshot, Plan> | null> {
  const rows = await sql.all(`SELECT ${ALL_COLUMNS} FROM journal WHERE state = 'begun' AND begun_at = ?`, [
    at.toISOString(),
  ]);
  const entries = rows.map((row) => readEntry<Snapshot, Plan>(row));
  return (
    entries.find(({ id, zone, plan }) => {
      const drafted = draft(id);
      return drafted.zone === zone && JSON.stringify(drafted.plan) === JSON.stringify(plan);
    }) ?? null
  );
}

/** `2026-11-23-01`. The hundredth of a day is `-100`: still later than `-99`, because longer is later. */
async function nextId(sql: Sql, at: Date): Promise<string> {
  const day = at.toISOString().slice(0, 10);
  const [row] = await sql.all(
    'SELECT COALESCE(max(CAST(substr(id, 12) AS INTEGER)), 0) + 1 AS next FROM journal WHERE substr(id, 1, 10) = ?',
    [day],
  );
  const next = row === undefined ? 1 : integer(row, 'next');
  return `${day}-${String(next).padStart(2, '0')}`;
}

function readWrite(row: Row): StoredWrite {
  return {
    id: text(row, 'id'),
    kind: oneOf(['lockdown', 'unlock', 'spf'], text(row, 'kind')),
    zone: readZone(row),
    state: oneOf(['begun', 'applied', 'failed', 'unclear', 'undone'], text(row, 'state')),
    begunAt: text(row, 'begun_at'),
    finishedAt: textOrNull(row, 'finished_at'),
  };
}

function readZone(row: Row): DomainName {
  const zone = parseDomainName(text(row, 'zone'));
  if (zone === null) throw new Error('a journal entry names no zone');
  return zone;
}

function readEntry<Snapshot, Plan>(row: Row): StoredJournalEntry<Snapshot, Plan> {
  const snapshot: Snapshot = JSON.parse(text(row, 'snapshot'));
  const plan: Plan = JSON.parse(text(row, 'plan'));
  const undoes: readonly string[] = JSON.parse(text(row, 'undoes'));
  return {
    ...readWrite(row),
    provider: text(row, 'provider'),
    detail: textOrNull(row, 'detail'),
    undoes,
    snapshot,
    plan,
    zoneText: text(row, 'zone_text'),
  };
}

function oneOf<const T extends string>(allowed: readonly T[], value: string): T {
  const found = allowed.find((one) => one === value);
  if (found === undefined) throw new Error(`the journal holds the unknown word ${value}`);
  return found;
}
