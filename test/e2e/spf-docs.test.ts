import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): string => readFileSync(`${root}/${path}`, 'utf8');

/** The members of a union of string literals in a source. */
function membersOf(path: string, type: string): readonly string[] {
  const declaration =
    read(path)
      .replace(/\/\/.*/g, '')
      .split(`type ${type} =`)[1]
      ?.split(';')[0] ?? '';
  return [...declaration.matchAll(/'([a-z0-9-]+)'/g)].map(([, code = '']) => code);
}

describe('docs/spf.md and docs/audit.md name every code there is', () => {
  test.each([
    ['docs/spf.md', 'packages/spf/src/lint-finding.ts', 'RuleCode'],
    ['docs/spf.md', 'packages/spf/src/lint-finding.ts', 'DomainCode'],
    ['docs/spf.md', 'packages/spf/src/outcome.ts', 'SyntaxCode'],
    ['docs/spf.md', 'packages/spf/src/outcome.ts', 'LimitCode'],
    ['docs/spf.md', 'packages/spf/src/repair.ts', 'RepairCode'],
    ['docs/audit.md', 'packages/unsent/src/audit/assessment.ts', 'AuditCode'],
    ['docs/audit.md', 'packages/unsent/src/audit/assessment.ts', 'AuditStatus'],
    ['docs/audit.md', 'packages/unsent/src/audit/assessment.ts', 'SpfStance'],
  ])('%s: %s %s', (page, source, type) => {
    const codes = membersOf(source, type).filter((code) => code !== 'dropped');
    expect(codes.length).toBeGreaterThan(4);
    const text = read(page);
    expect(codes.filter((code) => !text.includes(`\`${code}\``))).toEqual([]);
  });
});
