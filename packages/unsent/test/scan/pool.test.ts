import { type CaseContext, ownDomains } from '@unsent/bounce';
import { zoneResolver } from '@unsent/dns';
import { expect, onTestFinished, test } from 'vitest';
import type { Classified } from '../../src/scan/classified.ts';
import { classifyPool, largeTo } from '../../src/scan/pool.ts';

const thread = new URL('../support/judging-thread.mjs', import.meta.url);
const context: CaseContext = {
  domains: ownDomains([]),
  resolver: zoneResolver([]),
  sentLog: null,
  now: new Date('2026-11-23T12:00:00Z'),
};

function judge(jobs: number, given: Partial<CaseContext> = {}) {
  const limits = { timeLimitMs: 1000, stuckAfterMs: 400, withDetails: true };
  const pool = classifyPool(thread, jobs, { ...context, ...given }, limits);
  onTestFinished(() => pool.close());
  return async (...texts: string[]): Promise<(string | null)[]> => {
    const found = await pool.classify(texts.map((text) => ({ bytes: Buffer.from(text), cutFromBytes: null })));
    return found.map(({ subject, error }) => subject ?? error ?? null);
  };
}

test('batches go through the threads and come back in order', async () => {
  const judgeIn2 = judge(2);
  const batches = Array.from({ length: 9 }, (_, i) => [`a${i}`, `b${i}`]);
  expect(await Promise.all(batches.map((batch) => judgeIn2(...batch)))).toEqual(batches);
});

test.each([
  ['hangs', 'hang', 'it was given up: it took more than 0.4 s'],
  ['ends its thread', 'exit', 'it was given up: the thread ended'],
  ['throws where nobody catches', 'throw', 'it was given up: out of luck'],
])('a message that %s is one error; the rest of its batch and the next batch are judged', async (_, bad, error) => {
  const judgeIn1 = judge(1);
  expect(await judgeIn1('a', bad, 'b', bad, 'c')).toEqual(['a', error, 'b', error, 'c']);
  expect(await judgeIn1('d')).toEqual(['d']);
});

test('a thread asks DNS through its owner, and a failure there is only an answer', async () => {
  expect(await judge(1)('ask nowhere.example')).toEqual([expect.stringContaining('nxdomain')]);
  const broken = { resolver: { resolve: () => Promise.reject(new Error('no network')) } };
  expect(await judge(1, broken)('ask nowhere.example')).toEqual(['no network']);
});

test('a thread that does not even start blames no message', async () => {
  const missing = new URL('../support/no-such-thread.mjs', import.meta.url);
  const pool = classifyPool(missing, 2, context, { timeLimitMs: 1000, stuckAfterMs: 400, withDetails: true });
  onTestFinished(() => pool.close());
  await expect(pool.classify([{ bytes: Buffer.from('a'), cutFromBytes: null }])).rejects.toMatchObject({
    code: 'threads-failed',
  });
});

test('an empty batch needs no thread', async () => {
  const refuse = async (): Promise<readonly Classified[]> => {
    throw new Error('not here');
  };
  const here = async (): Promise<readonly Classified[]> => [];
  const classify = largeTo({ classify: refuse, close: async () => {} }, here);
  expect(await classify([])).toEqual([]);
  await expect(classify([{ bytes: Buffer.alloc(2 << 20), cutFromBytes: null }])).rejects.toThrow('not here');
});
