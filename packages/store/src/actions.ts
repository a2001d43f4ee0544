import { fromHex, toHex } from './event-row.ts';
import { sourceNames, withoutHost } from './source-names.ts';
import {
  bytes,
  dateOrNull,
  type Engine,
  insertRows,
  integer,
  placeholders,
  type Row,
  type Sql,
  text,
  textOrNull,
} from './sql.ts';

/** Something that is to be done with one message: written down before it is done. */
export type StoredIntent = {
  /** What the message is known by. */
  readonly identity: string;
  /** A path on another host, as `ofRun` tells it, is `//HOST/PATH`. */
  readonly source: string;
  readonly kind: string;
  /** Folder, flag or file; '' where there is none. */
  readonly target: string;
  /** Where the message is. */
  readonly place: string;
};

export type StoredAction = StoredIntent & {
  readonly id: number;
  readonly run: number;
  /** 'intended' until it is known what came of it. */
  readonly state: string;
  /** Where the message is since; of a copy, the offset in the file. */
  readonly placeAfter: string | null;
  readonly intendedAt: Date;
  readonly endedAt: Date | null;
};

/** What was done with messages, and what was about to be. */
export interface StoreActions {
  /** Writes intents down and resolves to them in their order. One that is there already stays as it is. */
  intend(run: number, at: Date, intents: readonly StoredIntent[]): Promise<readonly StoredAction[]>;
  /** Notes where a message is about to go. */
  aim(id: number, placeAfter: string): Promise<void>;
  finish(id: number, at: Date, state: string, placeAfter: string | null): Promise<void>;
  /** What is intended for a source, or failed there. */
  pending(source: string): Promise<readonly StoredAction[]>;
  ofRun(run: number): Promise<readonly StoredAction[]>;
  /** Those of `identities` for which something was taken back in this source. */
  takenBack(source: string, identities: readonly string[]): Promise<ReadonlySet<string>>;
  /** Runs that did something, the latest first. */
  runs(): Promise<readonly { readonly run: number; readonly at: Date; readonly actions: number }[]>;
}

const COLUMNS = ['run', 'identity', 'source', 'kind', 'target', 'place', 'state', 'intended_at'] as const;

/** The actions over an engine, for the scanner of `host`. */
export function sqlActions(sql: Engine, host: string): StoreActions {
  const named = sourceNames(sql, host);
  const readAction = (row: Row): StoredAction => storedAction(row, host);
  return {
    intend: (run, at, given) => {
      const intents = given.map((intent) => ({ ...intent, source: named(intent.source) }));
      return sql.transaction(async (inside) => (await intend(inside, run, at, intents)).map(readAction));
    },
    aim: (id, placeAfter) => sql.run('UPDATE action SET place_after = ? WHERE id = ?', [placeAfter, id]),
    finish: (id, at, state, placeAfter) =>
      sql.run('UPDATE action SET state = ?, place_after = ?, ended_at = ? WHERE id = ?', [
        state,
        placeAfter,
        at.getTime(),
        id,
      ]),
    pending: async (source) => {
      const states = "state IN ('intended', 'failed')";
      const rows = await sql.all(`SELECT * FROM action WHERE source = ? AND ${states} ORDER BY id`, [named(source)]);
      return rows.map(readAction);
    },
    ofRun: async (run) => (await sql.all('SELECT * FROM action WHERE run = ? ORDER BY id', [run])).map(readAction),
    takenBack: async (source, identities) => {
      if (identities.length === 0) return new Set();
      const rows = await sql.all(
        `SELECT identity FROM action WHERE source = ? AND state = 'undone' AND identity IN ${placeholders(identities.length, 1)}`,
        [named(source), ...identities.map(fromHex)],
      );
      return new Set(rows.map((row) => toHex(bytes(row, 'identity'))));
    },
    runs: async () => {
      const rows = await sql.all(
        'SELECT run, min(intended_at) AS at, count(*) AS actions FROM action GROUP BY run ORDER BY run DESC',
      );
      return rows.map((row) => ({
        run: integer(row, 'run'),
        at: new Date(integer(row, 'at')),
        actions: integer(row, 'actions'),
      }));
    },
  };
}

/** Resolves to the rows of the intents, in their order. */
async function intend(sql: Sql, run: number, at: Date, intents: readonly StoredIntent[]): Promise<readonly Row[]> {
  const rows = intents.map(({ identity, source, kind, target, place }) => [
    run,
    fromHex(identity),
    source,
    kind,
    target,
    place,
    'intended',
    at.getTime(),
  ]);
  await insertRows(sql, 'action', COLUMNS, rows, 'ON CONFLICT DO NOTHING');
  const found: Row[] = [];
  for (const { identity, source, kind, target, place } of intents) {
    const [row] = await sql.all(
      'SELECT * FROM action WHERE source = ? AND place = ? AND kind = ? AND target = ? AND identity = ?',
      [source, place, kind, target, fromHex(identity)],
    );
    if (row !== undefined) found.push(row);
  }
  return found;
}

function storedAction(row: Row, host: string): StoredAction {
  return {
    id: integer(row, 'id'),
    run: integer(row, 'run'),
    identity: toHex(bytes(row, 'identity')),
    source: withoutHost(text(row, 'source'), host),
    kind: text(row, 'kind'),
    target: text(row, 'target'),
    place: text(row, 'place'),
    state: text(row, 'state'),
    placeAfter: textOrNull(row, 'place_after'),
    intendedAt: new Date(integer(row, 'intended_at')),
    endedAt: dateOrNull(row, 'ended_at'),
  };
}
