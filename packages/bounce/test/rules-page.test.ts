import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { RULES } from '../src/rules.ts';
import { rulesPage } from '../src/rules-page.ts';

test('docs/rules.md is what scripts/write-rules.mjs would write', () => {
  const page = readFileSync(fileURLToPath(new URL('../../../docs/rules.md', import.meta.url)), 'utf8');
  expect(page).toBe(rulesPage(RULES));
});

test('every rule stands on the page once', () => {
  const page = rulesPage(RULES);
  for (const { id } of RULES) expect(page.split(`| \`${id}\` |`)).toHaveLength(2);
});
