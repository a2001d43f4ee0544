import { createHash } from 'node:crypto';
import { UnsentError } from '@unsent/dns';
import { MIGRATIONS } from './schema.ts';
import type { SqlValue } from './sql.ts';
import { addLine, EXPORT_KIND, type RowCounts } from './state-export.ts';
import { importedValue, STATE_TABLES } from './state-tables.ts';

/** One row of an export, checked: columns and values in the same order. */
export type StateRow = {
  readonly table: string;
  readonly columns: readonly string[];
  readonly values: readonly SqlValue[];
};

/**
 * The rows of an export; returns how many each table has, which is what the export says itself.
 *
 * Throws `state-export-wrong` when it is none, was cut off or changed, and `store-newer` when this version knows too
 * little. In an export of an older schema columns may be missing; the schema says what stands there then.
 */
export async function* readExport(lines: AsyncIterable<string>): AsyncGenerator<StateRow, RowCounts> {
  const hash = createHash('sha256');
  const rows: Record<string, number> = {};
  let schema: number | null = null;
  let number = 0;
  let end: unknown = null;
  for await (const line of lines) {
    number++;
    const [[name, content] = ['', null], ...others] = Object.entries(parseLine(line, number));
    if (end !== null) throw wrong(`line ${number} stands behind its end`);
    if (name === 'end') {
      end = content;
      continue;
    }
    addLine(hash, line);
    if (schema === null) {
      schema = schemaOf(name, content, others);
      continue;
    }
    const row = rowOf(name, content, schema);
    if (typeof row === 'string' || others.length > 0) throw wrong(`line ${number}: ${row}`);
    rows[name] = (rows[name] ?? 0) + 1;
    yield row;
  }
  if (schema === null) throw wrong('it is empty');
  if (end === null) throw wrong(`it was cut off behind line ${number}`);
  const expected = JSON.stringify({ rows, sha256: hash.digest('hex') });
  if (JSON.stringify(end) !== expected) throw wrong('its lines are not those that its end counted');
  return rows;
}

function parseLine(line: string, number: number): object {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // the last line of a file that was cut off, or no export at all
  }
  throw wrong(number === 1 ? 'it does not begin as one' : `line ${number} is cut off or no JSON`);
}

function schemaOf(name: string, content: unknown, others: readonly (readonly [string, unknown])[]): number {
  const schema = others.find(([key]) => key === 'schema')?.[1];
  if (name !== 'export' || content !== EXPORT_KIND || typeof schema !== 'number')
    throw wrong('it does not begin as one');
  if (schema <= MIGRATIONS.length) return schema;
  throw new UnsentError('store-newer', {
    message: `The export was written by a newer version of unsent (its schema is ${schema}, this version knows ${MIGRATIONS.length}).`,
    hint: 'Nothing was imported. Install that version.',
  });
}

function rowOf(name: string, content: unknown, schema: number): StateRow | string {
  const table = STATE_TABLES.get(name);
  if (table === undefined || typeof content !== 'object' || content === null) return `there is no table ${name}`;
  const given = new Map(Object.entries(content));
  const columns: string[] = [];
  const values: SqlValue[] = [];
  for (const [column, kind] of Object.entries(table.columns)) {
    if (!given.has(column) && schema < MIGRATIONS.length) continue;
    const value = importedValue(given.get(column), kind);
    if (value === undefined) return `${column} of ${name} is no ${kind.replace('?', '')}`;
    given.delete(column);
    columns.push(column);
    values.push(value);
  }
  const [unknown] = given.keys();
  return unknown === undefined ? { table: name, columns, values } : `${name} has no column ${unknown}`;
}

function wrong(why: string): UnsentError {
  return new UnsentError('state-export-wrong', {
    message: `This is no whole export of unsent: ${why}.`,
    hint: 'Nothing was imported. Export again, and see that the file is copied whole.',
  });
}
