import { describe, expect, test } from 'vitest';
import { type Column, renderTable } from '../../src/output/table.ts';
import { displayWidth } from '../../src/output/width.ts';

const columns: readonly Column[] = [
  { title: 'domain', minWidth: 8 },
  { title: 'bounces', align: 'right' },
];

describe('a table', () => {
  test('aligns text left and numbers right, and leaves no space at the end of a line', () => {
    const rows = [
      ['parked.example', '282'],
      ['見積.example', '7'],
    ];
    expect(renderTable(columns, rows, { width: null })).toBe(
      ['domain          bounces', 'parked.example      282', '見積.example          7', ''].join('\n'),
    );
  });

  test('escapes every cell', () => {
    expect(renderTable([{ title: '' }], [['a\x1b[31mb']], { width: null })).toBe('a\\e[31mb\n');
  });

  test('does not count colours as width', () => {
    const red = (text: string): string => `\x1b[31m${text}\x1b[39m`;
    const table = renderTable([{ title: 'x' }, { title: 'y' }], [[{ text: 'ab', paint: red }, '1']], { width: null });
    expect(table).toBe('x   y\n\x1b[31mab\x1b[39m  1\n');
  });

  test('cuts the column that may give way when the terminal is narrow', () => {
    const rows = [['a-very-long-name-of-a-domain.example', '282']];
    const lines = renderTable(columns, rows, { width: 24 }).trimEnd().split('\n');
    expect(lines).toEqual(['domain           bounces', 'a-very-long-na…      282']);
  });

  test('never cuts below the least width, nor a column without one', () => {
    const rows = [['a-very-long-name-of-a-domain.example', '282']];
    expect(renderTable(columns, rows, { width: 5 })).toContain('a-very-…      282');
  });

  test('fits wide characters to the terminal', () => {
    const rows = [['見積書見積書見積書見積書', '1']];
    for (const line of renderTable(columns, rows, { width: 22 }).trimEnd().split('\n')) {
      expect(displayWidth(line)).toBeLessThanOrEqual(22);
    }
  });

  test('has no head when no column has a title', () => {
    expect(renderTable([{ title: '' }], [['a'], ['b']], { width: null, indent: 2 })).toBe('  a\n  b\n');
  });
});
