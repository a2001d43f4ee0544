import { integer, placeholders, type Sql, text, textOrNull } from './sql.ts';

const ITEMS_PER_DELETE = 500;
const ITEMS_PER_TRANSACTION = 10_000;
const ITEMS_PER_PAGE = 20_000;
/** Names in one value of the engine; a name that holds it is caught by the count. */
const SEPARATOR = '\n';

/** What the items of a source are, compared with those that were read. */
export type ComparedItems = {
  /** Not read yet, in the order in which they were given. */
  readonly unread: readonly string[];
  /** Read once, and not there any more. */
  readonly gone: readonly string[];
};

/** Compares `items`, all that there are in `source`, with what is stored of it. */
export async function compareItems(sql: Sql, source: string, items: readonly string[]): Promise<ComparedItems> {
  const id = await sourceId(sql, source);
  if (id === null) return { unread: items, gone: [] };
  const unread = new Set(items);
  const gone: string[] = [];
  for await (const names of storedItems(sql, id)) for (const name of names) if (!unread.delete(name)) gone.push(name);
  return { unread: unread.size === items.length ? items : items.filter((item) => unread.has(item)), gone };
}

/** Forgets that `items` were read, in parts, so that nobody waits long for the lock. */
export async function forgetItems(sql: Sql, source: string, items: readonly string[]): Promise<void> {
  const id = await sourceId(sql, source);
  if (id === null) return;
  for (let i = 0; i < items.length; i += ITEMS_PER_TRANSACTION) {
    const part = items.slice(i, i + ITEMS_PER_TRANSACTION);
    await sql.transaction((inside) => deleteItems(inside, id, part), 'soon');
  }
}

async function deleteItems(sql: Sql, source: number, items: readonly string[]): Promise<void> {
  for (let i = 0; i < items.length; i += ITEMS_PER_DELETE) {
    const some = items.slice(i, i + ITEMS_PER_DELETE);
    const query = `DELETE FROM source_item WHERE source = ? AND item IN ${placeholders(some.length, 1)}`;
    await sql.run(query, [source, ...some]);
  }
}

async function sourceId(sql: Sql, source: string): Promise<number | null> {
  const [row] = await sql.all('SELECT id FROM source WHERE name = ?', [source]);
  return row === undefined ? null : integer(row, 'id');
}

/** A page is one row: a row for each of a million names takes longer than all the rest of a scan. */
async function* storedItems(sql: Sql, source: number): AsyncGenerator<readonly string[]> {
  const page = 'SELECT item FROM source_item WHERE source = ? AND item > ? ORDER BY item LIMIT ?';
  for (let after = ''; ; ) {
    const values = [source, after, ITEMS_PER_PAGE];
    const [row] = await sql.all(
      `SELECT string_agg(item, ?) AS names, count(*) AS n, max(item) AS last FROM (${page}) AS page`,
      [SEPARATOR, ...values],
    );
    const names = row === undefined ? null : textOrNull(row, 'names');
    if (row === undefined || names === null) return;
    const split = names.split(SEPARATOR);
    yield split.length === integer(row, 'n') ? split : (await sql.all(page, values)).map((one) => text(one, 'item'));
    after = text(row, 'last');
  }
}
