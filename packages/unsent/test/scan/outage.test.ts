import { type Answer, type DomainName, parseDomainName, type Resolver, type RrType } from '@unsent/dns';
import { describe, expect, test } from 'vitest';
import { MAX_UNANSWERED, PROBE_EVERY_MS, withoutWaitingForTheDead } from '../../src/scan/outage.ts';

const NOTHING: Answer<RrType> = { kind: 'failure', cause: 'timeout', detail: 'no answer' };
const UNREACHABLE: Answer<RrType> = { kind: 'failure', cause: 'unreachable', detail: 'refused' };
const SERVFAIL: Answer<RrType> = { kind: 'failure', cause: 'servfail', detail: 'SERVFAIL' };
const NODATA: Answer<RrType> = { kind: 'nodata', ttlSeconds: 60 };

function setUp(first: Answer<RrType>) {
  const world = { answer: first, atMs: 0, asked: 0, outages: 0 };
  const inner: Resolver = {
    resolve<T extends RrType>() {
      world.asked++;
      return Promise.resolve(world.answer as Answer<T>);
    },
  };
  const resolver = withoutWaitingForTheDead(inner, { clock: () => world.atMs, onOutage: () => world.outages++ });
  const ask = async (times: number): Promise<void> => {
    for (let n = 0; n < times; n++) await resolver.resolve(name, 'TXT');
  };
  return { world, resolver, ask };
}

const name = nameOf('example.org');

function nameOf(text: string): DomainName {
  const parsed = parseDomainName(text);
  if (parsed === null) throw new Error(text);
  return parsed;
}

describe('a resolver that may be dead', () => {
  test.each([
    ['that never answers', NOTHING, MAX_UNANSWERED, 1],
    ['that cannot be reached', UNREACHABLE, MAX_UNANSWERED, 1],
    ['that answers with failures is alive', SERVFAIL, 100, 0],
    ['that answers is alive', NODATA, 100, 0],
  ])('one %s', async (_, answer, asked, outages) => {
    const { world, ask } = setUp(answer);
    await ask(100);
    expect(world).toMatchObject({ asked, outages });
  });

  test('once given up it fails at once, without a promise', async () => {
    const { resolver, ask } = setUp(NOTHING);
    await ask(MAX_UNANSWERED);
    expect(resolver.resolve(name, 'A')).toMatchObject({ kind: 'failure', cause: 'timeout' });
  });

  test('one question every ten seconds tries it, and an answer ends the outage', async () => {
    const { world, ask } = setUp(NOTHING);
    await ask(50);
    world.atMs += PROBE_EVERY_MS;
    await ask(50);
    expect(world.asked).toBe(MAX_UNANSWERED + 1);
    world.answer = NODATA;
    await ask(50);
    expect(world.asked).toBe(MAX_UNANSWERED + 1);
    world.atMs += PROBE_EVERY_MS;
    await ask(50);
    expect(world).toMatchObject({ asked: MAX_UNANSWERED + 51, outages: 1 });
  });

  test('single questions that time out between answers are no outage', async () => {
    const { world, ask } = setUp(NOTHING);
    for (let n = 0; n < 5; n++) {
      world.answer = NOTHING;
      await ask(MAX_UNANSWERED - 1);
      world.answer = NODATA;
      await ask(1);
    }
    expect(world).toMatchObject({ asked: 5 * MAX_UNANSWERED, outages: 0 });
  });
});
