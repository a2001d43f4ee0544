import {
  type Answer,
  cachedResolver,
  type DomainName,
  parseIp,
  parseZoneText,
  type Resolver,
  type RrType,
  zoneResolver,
} from '@unsent/dns';
import { checkHost, type SpfQuery } from '@unsent/spf';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { name } from '../../../test/support/names.ts';
import { newBasis } from '../src/basis.ts';
import { createOutcomeMemory } from '../src/outcome-memory.ts';

const ZONE = `
plain.example.        300 IN TXT "v=spf1 ip4:192.0.2.0/24 -all"
mixed.example.        300 IN TXT "v=spf1 include:short.example -all"
short.example.         60 IN TXT "v=spf1 ip4:192.0.2.0/24 -all"
sender.example.       300 IN TXT "v=spf1 exists:%{l}.ok.example -all"
good.ok.example.      300 IN A 127.0.0.2
client.example.       300 IN TXT "v=spf1 exists:%{ir}.%{v}.ok.example -all"
1.2.0.192.in-addr.ok.example. 300 IN A 127.0.0.2
helo.example.         300 IN TXT "v=spf1 exists:%{h}.ok.example -all"
time.example.         300 IN TXT "v=spf1 -all exp=why.example"
why.example.          300 IN TXT "refused at %{t}"
broken.example.       300 IN TXT "v=spf1 include:dead.example -all"
zero.example.           0 IN TXT "v=spf1 ip4:192.0.2.0/24 -all"
`;
const zone = zoneResolver(parseZoneText(ZONE, { origin: name('example') }).records, {
  failing: [{ name: name('dead.example'), cause: 'servfail' }],
  negativeTtlSeconds: 30,
});

describe('an outcome', () => {
  test('is kept as long as the answer that lives shortest, and no longer', () => {
    const world = worldOf();
    expect(world.check('mixed.example', 'a').result).toBe('pass');
    expect(world.questions()).toBe(2);
    world.passMs(58_000);
    expect(world.check('mixed.example', 'another').result).toBe('pass');
    expect(world.questions()).toBe(2);
    world.passMs(2_000);
    world.check('mixed.example', 'a');
    expect(world.questions()).toBe(4);
  });

  test('of a record whose macros stand for the client alone is kept for other senders', () => {
    const world = worldOf();
    expect(world.check('client.example', 'a').result).toBe('pass');
    const before = world.questions();
    expect(world.check('client.example', 'another', { helo: 'other.example' }).result).toBe('pass');
    expect(world.questions()).toBe(before);
  });

  test.each<[string, string, Changed & { readonly local?: string }]>([
    ['of another client', 'plain.example', { ip: '198.51.100.1' }],
    ['under other limits', 'plain.example', { kind: '5' }],
    ['of a record that reads the sender', 'sender.example', { local: 'other' }],
    ['of a record that reads the HELO name', 'helo.example', { helo: 'other.example' }],
    ['of an explanation that tells the time', 'time.example', {}],
    ['that rests on a failed lookup', 'broken.example', {}],
    ['that rests on a TTL of 0', 'zero.example', {}],
  ])('%s is found out anew', (_, domain, changed) => {
    const world = worldOf();
    world.check(domain, 'a');
    const before = world.questions();
    world.check(domain, changed.local ?? 'a', changed);
    expect(world.questions()).toBeGreaterThan(before);
  });

  test('is what a check without the memory finds, whoever asks and whenever', () => {
    const domains = ['plain', 'mixed', 'sender', 'client', 'helo', 'broken', 'zero', 'missing'].map(
      (one) => `${one}.example`,
    );
    const asked = fc.record({
      domain: fc.constantFrom(...domains),
      local: fc.constantFrom('good', 'bad'),
      ip: fc.constantFrom('192.0.2.1', '198.51.100.1', '2001:db8::1'),
      helo: fc.constantFrom('good', 'mx.example.net'),
      passedMs: fc.constantFrom(0, 500, 31_000, 61_000),
    });
    fc.assert(
      fc.property(fc.array(asked, { maxLength: 12 }), (all) => {
        const world = worldOf();
        for (const { domain, local, passedMs, ...rest } of all) {
          world.passMs(passedMs);
          expect(world.check(domain, local, rest)).toEqual(world.plainly(domain, local, rest));
        }
      }),
      { numRuns: 40 },
    );
  });
});

type Changed = { readonly ip?: string; readonly helo?: string; readonly kind?: string };

/** A memory over a cache over the zone, with a clock that is moved by hand. */
function worldOf() {
  let nowMs = 1_000_000;
  let questions = 0;
  const counting = (resolver: Resolver): Resolver => ({
    resolve<T extends RrType>(asked: DomainName, type: T): Answer<T> | Promise<Answer<T>> {
      questions++;
      return resolver.resolve(asked, type);
    },
  });
  const resolver = counting(cachedResolver(zone, { now: () => nowMs }));
  const memory = createOutcomeMemory({ nowMs: () => nowMs, maxEntries: 100 });
  const queryOf = (domain: string, local: string, { ip = '192.0.2.1', helo = 'mx.example.net' }: Changed): SpfQuery => {
    const client = parseIp(ip);
    if (client === null) throw new Error(ip);
    return { ip: client, domain, sender: `${local}@${domain}`, helo, receiver: 'mx.example.com', now: new Date(nowMs) };
  };
  const atOnce = <T>(value: T | Promise<T>): T => {
    if (value instanceof Promise) throw new Error('a zone answers at once');
    return value;
  };
  return {
    questions: () => questions,
    passMs: (ms: number) => {
      nowMs += ms;
    },
    check: (domain: string, local: string, changed: Changed = {}) =>
      atOnce(
        memory.check(queryOf(domain, local, changed), changed.kind ?? '2', newBasis(), (query, onAnswer) =>
          checkHost(query, resolver, { onAnswer }),
        ),
      ),
    plainly: (domain: string, local: string, changed: Changed = {}) =>
      atOnce(checkHost(queryOf(domain, local, changed), zone)),
  };
}
