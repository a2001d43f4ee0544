import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const schema = JSON.parse(readFileSync(join(root, 'packages/unsent/unsent.schema.json'), 'utf8'));
const { configPage } = await import(join(root, 'scripts/release/man.mjs'));
const { keyTables } = await import(join(root, 'scripts/lib/key-tables.mjs'));

/** A key of each way in which one can lie in another: alone, in a list, under a name, in a list of mappings or texts. */
test.each([
  ['state', null],
  ['mailboxes', '[].address'],
  ['mailboxes', '[].password'],
  ['mailboxes', '[].plaintext'],
  ['mailboxes', '[].actions'],
  ['domains', 'unused[].since'],
  ['domains', 'sending.NAME.outbound'],
  ['domains', 'sending.NAME.batv.keys[].secret'],
  ['provider', 'apiKey'],
  ['provider', 'key.secret'],
  ['policy', 'mailFrom.on.softfail'],
  ['policy', 'recipients.NAME.mailFrom.on.softfail'],
  ['lockdown', 'auto.perDay'],
] as const)('the man page and the table name %s %s', (section, key) => {
  const path = key === null ? section : `${section}${key.startsWith('[') ? '' : '.'}${key}`;
  const names = [...configPage(schema, '0', '2026-11-23').matchAll(/^\.B (.*)$/gm)].map(([, name]) => name);
  expect(names).toContain(path);
  const [, table = ''] = keyTables(schema).split(`### \`${section}\`\n`);
  expect(table.split('\n### ')[0]).toContain(key === null ? 'Database' : `\n| \`${key}\` |`);
});
