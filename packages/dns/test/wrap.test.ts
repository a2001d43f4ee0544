import { describe, expect, test } from 'vitest';
import { observed, withTimeout, zoneResolver } from '../src/index.ts';
import { atOnce, manualResolver } from './support/answers.ts';
import { name } from './support/names.ts';

const asked = name('example.com');
const done = { kind: 'nodata', ttlSeconds: 1 } as const;

describe('withTimeout', () => {
  test('gives up with a failure and aborts the question', async () => {
    const source = manualResolver();
    const answer = await withTimeout(source, 5).resolve(asked, 'A');
    expect(answer).toMatchObject({ kind: 'failure', cause: 'timeout' });
    expect(source.asked[0]?.signal?.aborted).toBe(true);
  });

  test('passes on what comes in time', async () => {
    const source = manualResolver();
    const answer = withTimeout(source, 10_000).resolve(asked, 'A');
    source.asked[0]?.answer(done);
    expect(await answer).toEqual(done);
  });

  test('passes on what is there at once, without a promise', () => {
    expect(withTimeout(zoneResolver([]), 10_000).resolve(asked, 'A')).toEqual({ kind: 'nxdomain', ttlSeconds: 0 });
  });

  test.each(['before', 'after'])('rejects when the signal aborts %s the question', async (when) => {
    const source = manualResolver();
    const abort = new AbortController();
    if (when === 'before') abort.abort(new Error('enough'));
    const answer = withTimeout(source, 10_000).resolve(asked, 'A', abort.signal);
    abort.abort(new Error('enough'));
    await expect(answer).rejects.toThrow('enough');
    expect(source.asked[0]?.signal?.aborted).toBe(true);
  });
});

test('observed tells of every answer, at once or later', async () => {
  const seen: string[] = [];
  const observe = ({ name: of, type, answer }: { name: string; type: string; answer: { kind: string } }): void => {
    seen.push(`${of} ${type} ${answer.kind}`);
  };
  atOnce(observed(zoneResolver([]), observe).resolve(asked, 'MX'));
  const source = manualResolver();
  const later = observed(source, observe).resolve(asked, 'A');
  expect(seen).toEqual(['example.com MX nxdomain']);
  source.asked[0]?.answer(done);
  await later;
  expect(seen).toEqual(['example.com MX nxdomain', 'example.com A nodata']);
});
