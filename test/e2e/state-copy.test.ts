import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStore } from '../../packages/store/src/index.ts';
import { domain, entry, joinTouching } from '../../packages/store/test/support/store.ts';
import { runUnsent, unsentBin } from '../support/cli.ts';
import { type Postgres, postgresPrograms, startPostgres } from '../support/postgres.ts';
import { needs } from '../support/require.ts';

const hasPostgres = needs('PostgreSQL', (await postgresPrograms()) !== null);
const killer = fileURLToPath(new URL('../../scripts/lib/kill-at.mjs', import.meta.url));
const NOON = new Date('2026-11-23T12:00:00Z');
const MESSAGES = 5000;

describe.runIf(hasPostgres)('unsent state copy, killed in the middle and run again', () => {
  const folder = mkdtempSync(join(tmpdir(), 'unsent-copy-'));
  const [file, empty] = [join(folder, 'state.db'), join(folder, 'empty.db')];
  let full = '';
  let server: Postgres;
  let schemas = 0;
  const newSchema = (): string => `${server.url}?schema=copy${schemas++}`;

  beforeAll(async () => {
    server = await startPostgres();
    await (await openStore(empty, { joinSpans: joinTouching })).close();
    const store = await openStore(file, { joinSpans: joinTouching });
    const { run } = await store.ledger.startRun(NOON, ['mbox'], '');
    const entries = Array.from({ length: MESSAGES }, (_, i) => entry(i));
    await store.ledger.recordBatch(run, entries, { source: 'mbox:/a', position: '7', newItems: ['a', 'b'] });
    await store.lockedDomains.add([domain('parked.example')], NOON, '2026-11-23-1');
    await store.close();
    full = newSchema();
    expect(await copyWith({}, [file, full])).toBe(null);
  });

  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const newFile = (): string => join(folder, `${schemas++}.db`);

  test.each<[string, () => string, () => [from: string, to: string]]>([
    ['from SQLite to PostgreSQL', () => empty, () => [file, newSchema()]],
    ['from PostgreSQL to SQLite', newSchema, () => [full, newFile()]],
  ])('%s, holds the same', { timeout: 180_000 }, async (_, nothing, places) => {
    const [first, last] = [await statementsOf(nothing(), places()[1]), await statementsOf(...places())];
    for (const share of [0.3, 0.6, 0.9]) {
      const [from, to] = places();
      const killAt = `statement:${Math.floor(first + (last - first) * share)}`;
      expect(await copyWith({ UNSENT_KILL_AT: killAt }, [from, to])).toBe('SIGKILL');
      expect(await runUnsent(['--state', to, 'state', 'info'])).toMatchObject({
        exitCode: 1,
        stderr: expect.stringContaining('holds a copy that was not finished'),
      });
      const again = await runUnsent(['--json', 'state', 'copy', from, to]);
      expect(again.stderr).toBe('');
      expect(JSON.parse(again.stdout).tables).toContainEqual({
        table: 'event',
        rows: MESSAGES,
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      });
      expect(await exported(to)).toBe(await exported(file));
    }
  });
});

/** What a whole copy asks of SQLite. */
async function statementsOf(from: string, to: string): Promise<number> {
  const counts = join(mkdtempSync(join(tmpdir(), 'unsent-counts-')), 'counts.json');
  expect(await copyWith({ UNSENT_COUNTS: counts }, [from, to])).toBe(null);
  const { statement }: { statement: number } = JSON.parse(readFileSync(counts, 'utf8'));
  rmSync(dirname(counts), { recursive: true });
  return statement;
}

/** Copies with the killer preloaded; resolves to the signal that ended it, null for none. */
function copyWith(env: Readonly<Record<string, string>>, [from, to]: [string, string]): Promise<string | null> {
  const args = ['--import', killer, unsentBin, '--quiet', 'state', 'copy', from, to];
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', ...env },
  });
  return new Promise((resolve) => child.on('close', (_, signal) => resolve(signal)));
}

async function exported(place: string): Promise<string> {
  return (await runUnsent(['--state', place, 'state', 'export'])).stdout;
}
