import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../src/config/parse.ts';
import { makeConfig } from '../../src/config.ts';
import { type WarmedUp, type WarmUpOptions, warmUp, warmUpAndTell } from '../../src/policyd/warm-up.ts';

const CONFIG = 'policy: {preset: strict, deadMx: reject}\n';
const NO_FAULT: WarmedUp = { requests: 40, ms: 12.4, decisions: [] };

describe('warming up', () => {
  test('meets every SPF result and every rule that a configuration without lists has', async () => {
    const { requests, decisions } = await warmUp(options());
    expect(new Set(decisions.map(({ result }) => result))).toEqual(
      new Set(['', 'pass', 'fail', 'softfail', 'neutral', 'none', 'permerror', 'temperror']),
    );
    expect(new Set(decisions.map(({ rule }) => rule))).toEqual(
      new Set([
        'authenticated',
        'skip',
        'bounce-to-never-sender',
        'own-never-sender',
        'dead-mx',
        'spf-helo',
        'spf-mailfrom',
      ]),
    );
    expect(decisions.reduce((sum, { count }) => sum + count, 0)).toBe(requests);
  });

  test('steps aside while real requests come, however long that takes', async () => {
    let looks = 0;
    const isBusy = (): boolean => ++looks <= 200;
    expect((await warmUp(options({ isBusy }))).requests).toBe(600);
    expect(looks).toBeGreaterThan(200);
  });

  test('ends in time although real requests never cease', async () => {
    const { requests } = await warmUp(options({ isBusy: () => true, limits: { requests: 200, ms: 100 } }));
    expect(requests).toBe(0);
  });

  test('ends before the first request when it is told to', async () => {
    expect((await warmUp(options({ signal: AbortSignal.abort() }))).requests).toBe(0);
  });
});

describe('what is told of it', () => {
  test('how many requests and how long', async () => {
    expect(await warmUpAndTell(async () => NO_FAULT)).toBe('warmed up: 40 made-up requests in 12 ms');
  });

  test('requests that met a fault of ours', async () => {
    const alike = { hour: 0, identity: '', result: '', action: 'dunno', domain: '' };
    const decisions = [
      { ...alike, rule: 'error', count: 2 },
      { ...alike, rule: 'skip', count: 37 },
      { ...alike, rule: 'error', count: 1 },
    ];
    expect(await warmUpAndTell(async () => ({ ...NO_FAULT, decisions }))).toMatch(/; 3 of them met a fault of unsent$/);
  });

  test('that it was not possible', async () => {
    const told = warmUpAndTell(() => Promise.reject(new Error('bind EACCES 127.0.0.1')));
    expect(await told).toBe('not warmed up, the first answers take longer: bind EACCES 127.0.0.1');
  });
});

function options(given: Partial<WarmUpOptions> = {}): WarmUpOptions {
  const parsed = parseConfig(CONFIG);
  if (parsed.kind === 'wrong') throw new Error(parsed.problems[0]?.message);
  const config = makeConfig(null, parsed.tree, {});
  const limits = { requests: 600, ms: 60_000 };
  const signal = new AbortController().signal;
  return { config, logFormat: 'text', now: () => new Date(), signal, isBusy: () => false, limits, ...given };
}
