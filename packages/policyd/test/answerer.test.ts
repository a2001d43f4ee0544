import {
  cachedResolver,
  type DomainName,
  parseIp,
  parsePrefix,
  parseZoneText,
  type Resolver,
  zoneResolver,
} from '@unsent/dns';
import { createRecordCache } from '@unsent/spf';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { name } from '../../../test/support/names.ts';
import { type Answerer, createAnswerer, type Investigator } from '../src/answerer.ts';
import type { Decision } from '../src/decision.ts';
import { createInvestigator } from '../src/investigator.ts';
import { type Policy, presetPolicy } from '../src/policy.ts';
import type { PolicyRequest } from '../src/request.ts';

const ZONE = `
plain.example.        300 IN TXT "v=spf1 ip4:192.0.2.0/24 -all"
soft.example.          60 IN TXT "v=spf1 include:plain.example ~all"
sender.example.       300 IN TXT "v=spf1 exists:%{l}.ok.example -all"
good.ok.example.      300 IN A 127.0.0.2
helo.example.         300 IN TXT "v=spf1 exists:%{h}.ok.example -all"
time.example.         300 IN TXT "v=spf1 -all exp=why.example"
why.example.          300 IN TXT "refused at %{t}"
broken.example.       300 IN TXT "v=spf1 include:dead.example -all"
zero.example.           0 IN TXT "v=spf1 ip4:192.0.2.0/24 -all"
null.example.          60 IN MX 0 .
null.example.         300 IN TXT "v=spf1 ip4:192.0.2.0/24 -all"
own.example.          300 IN TXT "v=spf1 ip4:192.0.2.0/24 -all"
`;
const zone = zoneResolver(parseZoneText(ZONE, { origin: name('example') }).records, {
  failing: [{ name: name('dead.example'), cause: 'servfail' }],
  negativeTtlSeconds: 30,
});
const DAY_MS = 86_400_000;
/** Five seconds before the grace period of a domain of ours ends. */
const START_MS = 20_000 * DAY_MS - 5_000;

describe('a remembered judgement', () => {
  test('asks nothing, whoever of the domain writes, and each gets a header of its own', () => {
    const world = worldOf();
    world.ask(request({ instance: '0', sender: 'one@plain.example' }));
    const before = world.questions();
    const again = world.ask(request({ instance: '1', sender: 'one@plain.example' }));
    const other = world.ask(request({ instance: '2', sender: 'two@plain.example' }));
    expect(again.action).toMatchObject({ kind: 'prepend', header: expect.stringContaining('one@plain.example') });
    expect(other.action).toMatchObject({ kind: 'prepend', header: expect.stringContaining('two@plain.example') });
    expect(world.questions()).toBe(before);
  });

  test.each<[string, Partial<PolicyRequest>]>([
    ['another client', { client: parseIp('192.0.2.2') }],
    ['another HELO name', { helo: 'other.example' }],
    ['a recipient with settings of its own', { recipient: 'strict@example.com' }],
  ])('is none for %s', (_, changed) => {
    const world = worldOf();
    world.ask(request({ instance: '0' }));
    world.ask(request({ instance: '1' }));
    const before = world.questions();
    world.ask(request({ instance: '2', ...changed }));
    expect(world.questions()).toBeGreaterThan(before);
  });

  test('without a header serves all senders of the domain', () => {
    const world = worldOf();
    const client = parseIp('198.51.100.1');
    world.ask(request({ client }));
    const before = world.questions();
    world.ask(request({ client, sender: 'other@plain.example' }));
    expect(world.questions()).toBe(before);
  });

  test('is the same decision for the same sender, but for one whose address is long', () => {
    const world = worldOf();
    const ask = (sender: string, instance: string): Decision => world.ask(request({ sender, instance }));
    ask('one@plain.example', '0');
    expect(ask('one@plain.example', '1')).toBe(ask('one@plain.example', '2'));
    const long = `${'x'.repeat(601)}@plain.example`;
    const [first, second] = [ask(long, '3'), ask(long, '4')];
    expect(second).toEqual(first);
    expect(second).not.toBe(first);
  });

  test('of a sender without an at sign is none for the domain of that name', () => {
    const world = worldOf();
    const asked = { protocolState: 'END-OF-MESSAGE', recipient: 'strict@example.com' };
    expect(world.ask(request({ ...asked, sender: 'null.example' })).rule).toBe('spf-mailfrom');
    expect(world.ask(request({ ...asked, sender: 'x@null.example' })).rule).toBe('dead-mx');
  });

  test('before MAIL is none of the null sender, and the other way round', () => {
    const asked = {
      client: parseIp('198.51.100.1'),
      helo: 'plain.example',
      sender: '',
      recipient: 'careful@example.com',
    };
    const kinds = (states: readonly string[]): readonly string[] => {
      const world = worldOf();
      return states.map((protocolState) => world.ask(request({ ...asked, protocolState })).action.kind);
    };
    expect(kinds(['HELO', 'END-OF-MESSAGE', 'HELO', 'RCPT', 'HELO', 'END-OF-MESSAGE'])).toEqual([
      'dunno',
      'reject',
      'dunno',
      'reject',
      'dunno',
      'reject',
    ]);
    expect(kinds(['END-OF-MESSAGE', 'EHLO', 'CONNECT', 'MAIL'])).toEqual(['reject', 'dunno', 'dunno', 'reject']);
  });

  test('cannot be had by moving the border between two values', () => {
    const world = worldOf();
    world.ask(request({ instance: '0', helo: 'a b', sender: 'c@plain.example' }));
    const one = world.ask(request({ instance: '1', helo: 'a b', sender: 'c@plain.example' }));
    const other = world.ask(request({ instance: '2', helo: 'a', sender: 'b c@plain.example' }));
    expect(one.action).not.toEqual(other.action);
  });

  test('ends with the first of the answers that it rests on', () => {
    const world = worldOf();
    const asked = request({ sender: 'good@soft.example', helo: 'plain.example', instance: '' });
    world.ask(asked);
    world.ask(asked);
    const before = world.questions();
    // No MX is known for 30 s here.
    world.passMs(28_000);
    world.ask(asked);
    expect(world.questions()).toBe(before);
    world.passMs(2_000);
    world.ask(asked);
    expect(world.questions()).toBeGreaterThan(before);
  });

  test('ends with a reload', () => {
    const world = worldOf();
    const fail = request({ client: parseIp('198.51.100.1') });
    expect(world.ask(fail).action.kind).toBe('reject');
    world.reload('observe');
    expect(world.ask(fail).action.kind).toBe('prepend');
  });
});

test.each([
  [100, 'dunno'],
  [101, 'prepend'],
])('a message with an instance of %i characters is answered at its second recipient with %s', (length, kind) => {
  const world = worldOf();
  const asked = request({ instance: 'x'.repeat(length) });
  expect(world.ask(asked).action.kind).toBe('prepend');
  expect(world.ask(asked).action.kind).toBe(kind);
});

test('every answer is what it is without a memory, whatever was asked, reloaded and locked before', () => {
  const local = fc.constantFrom('good', 'bad');
  const names = ['plain', 'soft', 'sender', 'helo', 'time', 'broken', 'zero', 'null', 'own', 'missing'];
  const domain = fc.constantFrom(...names.map((one) => `${one}.example`));
  const asked = fc.record({
    protocolState: fc.constantFrom('RCPT', 'RCPT', 'RCPT', 'HELO', 'DATA', 'END-OF-MESSAGE'),
    client: fc.constantFrom('192.0.2.1', '198.51.100.1', '10.0.0.1', '203.0.113.1').map((text) => parseIp(text)),
    helo: fc.constantFrom('good', 'plain.example', 'null.example'),
    sender: fc.oneof(
      { weight: 1, arbitrary: fc.constantFrom('', '', 'null.example', '@null.example', 'good@') },
      { weight: 5, arbitrary: addressOf(local, domain) },
    ),
    recipient: fc.constantFrom(
      'user@example.com',
      'strict@example.com',
      'careful@example.com',
      'user@own.example',
      'abuse@own.example',
    ),
    instance: fc.constantFrom('', '1', '2', '3', '4', '5', '6', '7', '8'),
    saslUsername: fc.constantFrom('', '', '', '', 'me'),
  });
  const event = fc.oneof(
    { weight: 12, arbitrary: asked.map((fields) => ({ kind: 'ask', fields }) as const) },
    { weight: 3, arbitrary: fc.constantFrom(500, 31_000, 61_000).map((ms) => ({ kind: 'pass', ms }) as const) },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom('standard', 'strict', 'observe')
        .map((preset) => ({ kind: 'reload', preset }) as const),
    },
    { weight: 1, arbitrary: fc.boolean().map((isLocked) => ({ kind: 'lock', isLocked }) as const) },
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 40 }), (events) => {
      const world = worldOf();
      for (const one of events) {
        if (one.kind === 'pass') world.passMs(one.ms);
        else if (one.kind === 'reload') world.reload(one.preset);
        else if (one.kind === 'lock') world.lock(one.isLocked);
        else expect(world.ask(request(one.fields))).toEqual(world.askPlainly(request(one.fields)));
      }
    }),
    { numRuns: 300 },
  );
}, 60_000);

function addressOf(local: fc.Arbitrary<string>, domain: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.tuple(local, domain).map(([before, after]) => `${before}@${after}`);
}

/** An answerer that remembers and one that finds out everything anew, in one world whose clock is moved by hand. */
function worldOf() {
  let nowMs = START_MS;
  let questions = 0;
  let policies = policiesOf('standard');
  let isLocked = false;
  const now = (): Date => new Date(nowMs);
  const neverSends = (domain: DomainName, at: Date) =>
    domain === 'own.example' && (isLocked || at.getTime() >= START_MS + 5_000) ? ('unused' as const) : null;
  const clock = { now: () => nowMs, after: () => () => {} };
  const investigate = (resolver: Resolver): Investigator =>
    createInvestigator({ resolver, recordCache: createRecordCache(10), clock, now });
  const answererOf = (investigator: Investigator): Answerer =>
    createAnswerer({
      investigator,
      policy: ({ recipient }) =>
        recipient === 'strict@example.com'
          ? policies.strict
          : recipient === 'careful@example.com'
            ? policies.careful
            : policies.everybodys,
      own: () => ({ neverSends }),
      now,
    });
  const real = investigate(cachedResolver(zone, { now: () => nowMs }));
  const counting: Investigator = {
    spf: (...question) => counted(real.spf(...question)),
    deadMx: (...question) => counted(real.deadMx(...question)),
    trust: (...question) => counted(real.trust(...question)),
  };
  const counted = <T>(found: T): T => {
    questions++;
    return found;
  };
  const remembering = answererOf(counting);
  // Nothing that it finds holds longer than now, and each question gets an investigator of its own.
  const plain = answererOf({
    spf: (query, policy, basis) => investigate(zone).spf(query, policy, forgetting(basis)),
    deadMx: (domain, policy, basis) => investigate(zone).deadMx(domain, policy, forgetting(basis)),
    trust: (asked, policy, basis) => investigate(zone).trust(asked, policy, forgetting(basis)),
  });
  return {
    questions: () => questions,
    passMs: (ms: number) => {
      nowMs += ms;
    },
    reload: (preset: Policy['preset']) => {
      policies = policiesOf(preset);
    },
    lock: (locked: boolean) => {
      isLocked = locked;
    },
    ask: (asked: PolicyRequest) => atOnce(remembering(asked)),
    askPlainly: (asked: PolicyRequest) => atOnce(plain(asked)),
  };
}

function forgetting(basis: { untilMs: number }): { untilMs: number } {
  basis.untilMs = Number.NEGATIVE_INFINITY;
  return basis;
}

function policiesOf(preset: Policy['preset']): { readonly [whose in 'everybodys' | 'strict' | 'careful']: Policy } {
  const skip = ['203.0.113.0/24'].flatMap((text) => parsePrefix(text) ?? []);
  const everybodys = { ...presetPolicy(preset, 'mx.example.org'), skip };
  const careful = { ...everybodys, helo: { ...everybodys.helo, onlyNullSender: true } };
  return { everybodys, careful, strict: { ...presetPolicy('strict', 'mx.example.org'), deadMx: 'reject', skip } };
}

function atOnce(decision: Decision | Promise<Decision>): Decision {
  if (decision instanceof Promise) throw new Error('a zone answers at once');
  return decision;
}

function request(fields: Partial<PolicyRequest>): PolicyRequest {
  return {
    protocolState: 'RCPT',
    client: parseIp('192.0.2.1'),
    helo: 'mx.example.net',
    sender: 'good@plain.example',
    recipient: 'user@example.com',
    instance: '',
    queueId: '',
    saslUsername: '',
    text: '',
    ...fields,
  };
}
