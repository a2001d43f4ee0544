import { bytes, integer, type Row, type SqlValue, text, textOrNull } from './sql.ts';

/** What a column holds; `?` where it may be NULL. */
type ColumnKind = 'text' | 'text?' | 'integer' | 'integer?' | 'blob';

/** A value of an export: blobs are hex digits. */
export type JsonValue = string | number | null;

/** How a table is carried over: its columns, and those that lead through it in order, by an index. */
export type StateTable = { readonly columns: Readonly<Record<string, ColumnKind>>; readonly key: readonly string[] };

/** Every table but those that only matter while a process runs, in the order of an export. */
const TABLES: Readonly<Record<string, StateTable>> = {
  scan_run: {
    columns: {
      id: 'integer',
      started_at: 'integer',
      finished_at: 'integer?',
      sources: 'text',
      messages: 'integer',
      added: 'integer',
      basis: 'text',
    },
    key: ['id'],
  },
  event: {
    columns: {
      id: 'integer',
      run: 'integer',
      arrived_at: 'integer',
      kind: 'text',
      backscatter: 'text',
      decisive: 'integer',
      domain: 'text',
      local_part: 'text?',
      reporter: 'text?',
      origin_ip: 'text?',
      network: 'text?',
      origin_spf: 'text?',
      evidence: 'text',
      identity: 'blob',
      source: 'text',
      place: 'text',
      message_id: 'text?',
      subject: 'text?',
      error: 'text?',
    },
    key: ['arrived_at', 'id'],
  },
  seen: { columns: { identity: 'blob', arrived_at: 'integer' }, key: ['identity'] },
  hourly: {
    columns: {
      domain: 'text',
      hour: 'integer',
      kind: 'text',
      backscatter: 'text',
      decisive: 'integer',
      messages: 'integer',
      first_at: 'integer',
      last_at: 'integer',
    },
    key: ['domain', 'hour', 'kind', 'backscatter', 'decisive'],
  },
  forgotten: { columns: { id: 'integer', before_hour: 'integer' }, key: ['id'] },
  source: { columns: { id: 'integer', name: 'text', position: 'text?' }, key: ['id'] },
  source_item: { columns: { source: 'integer', item: 'text' }, key: ['source', 'item'] },
  action: {
    columns: {
      id: 'integer',
      run: 'integer',
      identity: 'blob',
      source: 'text',
      kind: 'text',
      target: 'text',
      place: 'text',
      place_after: 'text?',
      state: 'text',
      intended_at: 'integer',
      ended_at: 'integer?',
    },
    key: ['id'],
  },
  notice: {
    columns: { address: 'text', told_run: 'integer', sent_at: 'integer?', told_event: 'integer?' },
    key: ['address'],
  },
  run_end: { columns: { run: 'integer', begun_at: 'integer', host: 'text' }, key: ['run'] },
  journal: {
    columns: {
      id: 'text',
      kind: 'text',
      zone: 'text',
      provider: 'text',
      state: 'text',
      begun_at: 'text',
      finished_at: 'text?',
      detail: 'text?',
      undoes: 'text',
      snapshot: 'text',
      plan: 'text',
      zone_text: 'text',
    },
    key: ['id'],
  },
  locked_domain: { columns: { name: 'text', locked_at: 'integer', journal: 'text' }, key: ['name'] },
  sent: { columns: { sent_key: 'blob', seen_at: 'integer' }, key: ['sent_key'] },
  sent_sender: { columns: { domain: 'text', host: 'text', last_seen_at: 'integer' }, key: ['domain', 'host'] },
  sent_span: { columns: { host: 'text', from_at: 'integer', until_at: 'integer' }, key: ['host', 'from_at'] },
  policy_hourly: {
    columns: {
      hour: 'integer',
      rule: 'text',
      identity: 'text',
      result: 'text',
      action: 'text',
      domain: 'text',
      messages: 'integer',
    },
    key: ['hour', 'rule', 'identity', 'result', 'action', 'domain'],
  },
  policy_delivery: { columns: { daemon: 'text', number: 'integer', delivered_at: 'integer' }, key: ['daemon'] },
  policy_sender: {
    columns: { domain: 'text', strictness: 'text', problem: 'text?', last_seen_at: 'integer', messages: 'integer' },
    key: ['domain'],
  },
};

export const STATE_TABLES: ReadonlyMap<string, StateTable> = new Map(Object.entries(TABLES));

/** Tables whose rows the database numbers itself. */
export const NUMBERED_TABLES: readonly string[] = ['scan_run', 'event', 'source', 'action'];

/** A row of the engine as an export holds it. */
export function exportedValues({ columns }: StateTable, row: Row): Record<string, JsonValue> {
  return Object.fromEntries(Object.entries(columns).map(([name, kind]) => [name, jsonOf(row, name, kind)]));
}

function jsonOf(row: Row, column: string, kind: ColumnKind): JsonValue {
  switch (kind) {
    case 'text':
      return text(row, column);
    case 'text?':
      return textOrNull(row, column);
    case 'integer':
      return integer(row, column);
    case 'integer?':
      return row[column] === null ? null : integer(row, column);
    case 'blob':
      return Buffer.from(bytes(row, column)).toString('hex');
  }
}

/** A value of an export as the engine takes it; undefined when it is none for this column. */
export function importedValue(value: unknown, kind: ColumnKind): SqlValue | undefined {
  switch (kind) {
    case 'text':
      return typeof value === 'string' && !value.includes('\0') ? value : undefined;
    case 'integer':
      return Number.isSafeInteger(value) ? Number(value) : undefined;
    case 'text?':
    case 'integer?':
      return value === null ? null : importedValue(value, kind === 'text?' ? 'text' : 'integer');
    case 'blob':
      return typeof value === 'string' && /^(?:[0-9a-f]{2})+$/.test(value) ? Buffer.from(value, 'hex') : undefined;
  }
}
