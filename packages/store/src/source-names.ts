import { type Engine, text } from './sql.ts';

/** A path is another mailbox on another host: `mbox:/var/mail/a` becomes `mbox://HOST/var/mail/a`. Other names stay. */
export function onHost(name: string, host: string): string {
  return name.replace(/^(?:[a-z]+:)?(?=\/(?!\/))/, (kind) => `${kind}//${host}`);
}

/** What `onHost` made a name from; the name of a path on another host stays. */
export function withoutHost(name: string, host: string): string {
  const [, kind = ''] = /^([a-z]+:)?\/\//.exec(name) ?? [];
  const prefix = onHost(`${kind}/`, host).slice(0, -1);
  return name.startsWith(`${prefix}/`) ? `${kind}${name.slice(prefix.length)}` : name;
}

/** How this database names a source: with the host where a server may hold those of several hosts, else without. */
export function sourceNames(sql: Engine, host: string): (name: string) => string {
  return sql.server === null ? (name) => name : (name) => onHost(name, host);
}

/**
 * Takes over what is remembered of a source under its other name: from before hosts were told apart, or from a database
 * that was carried to a server or back. Where that was of several hosts, the first that asks gets it, and the others read
 * their mailbox once more; nothing is counted twice.
 */
export async function adoptSource(sql: Engine, name: string, host: string): Promise<void> {
  const own = sourceNames(sql, host)(name);
  const hosted = onHost(name, host);
  const other = own === name ? hosted : name;
  if (other === own) return;
  const found = await sql.all('SELECT name FROM source WHERE name IN (?, ?)', [own, other]);
  if (found.length !== 1 || found.some((row) => text(row, 'name') === own)) return;
  await sql.run('UPDATE source SET name = ? WHERE name = ? AND NOT EXISTS (SELECT 1 FROM source WHERE name = ?)', [
    own,
    other,
    own,
  ]);
}
