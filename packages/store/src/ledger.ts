import { type StoredEntry, toHex } from './event-row.ts';
import type { StoredFilter } from './ledger-filter.ts';
import { type LedgerQuestions, ledgerQuestions } from './ledger-questions.ts';
import { lookUpIdentities, recordBatch, type StoredCursor } from './ledger-record.ts';
import { reportLists, type StoredLists } from './report-lists.ts';
import { type ReportQuestions, reportQuestions } from './report-questions.ts';
import { type ComparedItems, compareItems, forgetItems } from './source-items.ts';
import { adoptSource, sourceNames } from './source-names.ts';
import { bytes, type Engine, integer, text, textOrNull } from './sql.ts';

export type { StoredCursor, StoredEntry };

/** What the scanner remembers. The feature package declares the same interface; the shell checks the fit. */
export interface StoreLedger extends LedgerQuestions, ReportQuestions {
  /** The lists of a report, of those that `filter` takes. */
  lists(filter: StoredFilter, limit: number): Promise<StoredLists>;
  startRun(
    at: Date,
    sources: readonly string[],
    basis: string,
  ): Promise<{ readonly run: number; readonly basisBefore: string | null }>;
  finishRun(run: number, at: Date, messages: number): Promise<void>;
  positionOf(source: string): Promise<string | null>;
  compareItems(source: string, items: readonly string[]): Promise<ComparedItems>;
  forgetItems(source: string, items: readonly string[]): Promise<void>;
  known(identities: readonly string[]): Promise<ReadonlySet<string>>;
  recordBatch(
    run: number,
    entries: readonly StoredEntry[],
    cursor: StoredCursor | null,
    mode?: 'once' | 'again',
  ): Promise<{ readonly added: ReadonlySet<string>; readonly changed: number }>;
}

/** The ledger over an engine, for the scanner of `host`. */
export function sqlLedger(sql: Engine, host: string): StoreLedger {
  const named = sourceNames(sql, host);
  const questions = { ...ledgerQuestions(sql), ...reportQuestions(sql) };
  return {
    ...questions,
    lists: (filter, limit) => reportLists(sql, questions, filter, limit),
    startRun: (at, sources, basis) =>
      sql.transaction(async (inside) => {
        const [last] = await inside.all('SELECT basis FROM scan_run ORDER BY id DESC LIMIT 1');
        const [row] = await inside.all(
          'INSERT INTO scan_run (started_at, sources, basis) VALUES (?, ?, ?) RETURNING id',
          [at.getTime(), JSON.stringify(sources), basis],
        );
        if (row === undefined) throw new Error('the database gave the run no number');
        return { run: integer(row, 'id'), basisBefore: last === undefined ? null : text(last, 'basis') };
      }, 'soon'),
    finishRun: (run, at, messages) =>
      sql.run('UPDATE scan_run SET finished_at = ?, messages = ? WHERE id = ?', [at.getTime(), messages, run]),
    positionOf: async (source) => {
      await adoptSource(sql, source, host);
      const [row] = await sql.all('SELECT position FROM source WHERE name = ?', [named(source)]);
      return row === undefined ? null : textOrNull(row, 'position');
    },
    compareItems: (source, items) => compareItems(sql, named(source), items),
    forgetItems: (source, items) => forgetItems(sql, named(source), items),
    known: async (identities) => {
      const found = await lookUpIdentities(sql, identities);
      return new Set(found.map((row) => toHex(bytes(row, 'identity'))));
    },
    // Entries and cursor are lost together or not at all, and what is lost is still in the mailbox.
    recordBatch: async (run, entries, given, mode = 'once') => {
      const cursor = given === null ? null : { ...given, source: named(given.source) };
      await sql.server?.prepareMonths(entries.map(({ arrivedAt }) => arrivedAt.getTime()));
      const turn = mode === 'again' ? 'verdicts' : null;
      const claimed = new Set<string>();
      return sql.transaction(
        (inside, mayBeDone) =>
          recordBatch(inside, run, { entries, cursor, mode, claimed, mayBeDone, server: sql.server }),
        'soon',
        turn,
      );
    },
  };
}
