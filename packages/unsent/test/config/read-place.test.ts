import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readPlace } from '../../src/config.ts';

const folder = mkdtempSync(join(tmpdir(), 'unsent-config-'));
const path = join(folder, 'unsent.yaml');
afterAll(() => rmSync(folder, { recursive: true }));

test('a file of 4 MiB is read, one that is an octet larger is named and refused', () => {
  writeFileSync(path, '#'.repeat(4 << 20));
  expect(readPlace({ path, isDemanded: true })).toHaveLength(4 << 20);
  writeFileSync(path, '#'.repeat((4 << 20) + 1));
  expect(refusalOf(path)).toMatchObject({
    code: 'config-unreadable',
    exitCode: 2,
    message: `cannot read the configuration ${path}: it is larger than 4 MB`,
  });
});

test('a missing file is no file, unless somebody named it', () => {
  const missing = join(folder, 'missing.yaml');
  expect(readPlace({ path: missing, isDemanded: false })).toBe(null);
  expect(refusalOf(missing)).toMatchObject({ code: 'config-unreadable' });
});

function refusalOf(named: string): unknown {
  try {
    return readPlace({ path: named, isDemanded: true });
  } catch (error) {
    return error;
  }
}
