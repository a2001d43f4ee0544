import { integer, placeholders, type Sql, text, textOrNull } from './sql.ts';

/** More than this are compared with everything that is stored of the source, page by page, instead of looked up. */
const MAX_LOOKED_UP = 5000;
const ITEMS_PER_LOOKUP = 500;
const ITEMS_PER_PAGE = 20_000;
/** Names in one value of the engine; a name that holds it is caught by the count. */
const SEPARATOR = '\n';

/** Those of `items` that are not stored as read for `source`, in the same order. */
export async function unreadItems(sql: Sql, source: string, items: readonly string[]): Promise<readonly string[]> {
  const [row] = await sql.all('SELECT id FROM source WHERE name = ?', [source]);
  if (row === undefined) return items;
  const unread = new Set(items);
  const id = integer(row, 'id');
  const stored = items.length > MAX_LOOKED_UP ? storedItems(sql, id) : lookedUpItems(sql, id, items);
  for await (const names of stored) for (const name of names) unread.delete(name);
  return unread.size === items.length ? items : items.filter((item) => unread.has(item));
}

async function* lookedUpItems(sql: Sql, source: number, items: readonly string[]): AsyncGenerator<readonly string[]> {
  for (let i = 0; i < items.length; i += ITEMS_PER_LOOKUP) {
    const some = items.slice(i, i + ITEMS_PER_LOOKUP);
    const query = `SELECT item FROM source_item WHERE source = ? AND item IN ${placeholders(some.length, 1)}`;
    yield (await sql.all(query, [source, ...some])).map((row) => text(row, 'item'));
  }
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
