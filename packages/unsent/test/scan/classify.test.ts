import { type CaseContext, ownDomains } from '@unsent/bounce';
import { parseDomainName, zoneResolver } from '@unsent/dns';
import { describe, expect, test } from 'vitest';
import { classifyHere } from '../../src/scan/classify.ts';
import { bounceTo } from '../support/mail.ts';

const NOW = new Date('2026-11-23T12:00:00Z');
const context: CaseContext = { domains: ownDomains([]), resolver: zoneResolver([]), sentLog: null, now: NOW };
const options = { timeLimitMs: 1000, withDetails: true, clock: () => performance.now() };
const bounce = Buffer.from(bounceTo('a@parked.example', '203.0.113.9'));

test('every message has its result, in order', async () => {
  const candidates = Array.from({ length: 200 }, (_, i) => ({
    bytes: Buffer.from(bounceTo(`a${i}@parked.example`, '203.0.113.9')),
    cutFromBytes: null,
  }));
  const results = await classifyHere(context, options)(candidates);
  expect(results.map(({ localPart }) => localPart)).toEqual(candidates.map((_, i) => `a${i}`));
});

test('the network of the origin is told', async () => {
  const [four, six] = await classifyHere(
    context,
    options,
  )([
    { bytes: bounce, cutFromBytes: null },
    { bytes: Buffer.from(bounceTo('a@parked.example', 'IPv6:2001:db8:1:2::3')), cutFromBytes: null },
  ]);
  expect([four?.originIp, four?.originNetwork]).toEqual(['203.0.113.9', '203.0.113.0/24']);
  expect([six?.originIp, six?.originNetwork]).toEqual(['2001:db8:1:2::3', '2001:db8:1::/48']);
});

test('a message that was cut says so', async () => {
  const [result] = await classifyHere(context, options)([{ bytes: bounce, cutFromBytes: 99_000_000 }]);
  expect(result).toMatchObject({ kind: 'bounce', error: expect.stringContaining('99000000 bytes') });
});

describe('what goes wrong with a message stays with it', () => {
  const parked = parseDomainName('parked.example');
  test('a fault', async () => {
    const broken: CaseContext = {
      ...context,
      resolver: {
        resolve: (name, type) => {
          if (name === parked) throw new Error('a bug');
          return context.resolver.resolve(name, type);
        },
      },
    };
    const other = Buffer.from(bounceTo('a@other.example', '203.0.113.9'));
    const results = await classifyHere(
      broken,
      options,
    )([
      { bytes: bounce, cutFromBytes: null },
      { bytes: other, cutFromBytes: null },
    ]);
    expect(results.map(({ error }) => error)).toEqual([expect.stringContaining('a bug'), null]);
  });

  test('DNS that never answers', async () => {
    const silent: CaseContext = { ...context, resolver: { resolve: () => new Promise(() => {}) } };
    const [result] = await classifyHere(silent, { ...options, timeLimitMs: 50 })([
      { bytes: bounce, cutFromBytes: null },
    ]);
    expect(result).toMatchObject({
      kind: 'ordinary',
      backscatter: 'unknown',
      error: expect.stringContaining('0.05 s'),
    });
  });
});

test('recipients and the returned message are left out where nobody wants them', async () => {
  const [result] = await classifyHere(context, { ...options, withDetails: false })([
    { bytes: bounce, cutFromBytes: null },
  ]);
  expect(result).toMatchObject({ kind: 'bounce', recipients: [], original: null, originIp: '203.0.113.9' });
});
