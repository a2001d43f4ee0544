import { parseIp, parsePrefix } from '@unsent/dns';
import type { SpfOutcome } from '@unsent/spf';
import { describe, expect, test } from 'vitest';
import { name } from '../../../test/support/names.ts';
import { type Answers, type Decision, NOTHING_ASKED, type Question } from '../src/decision.ts';
import type { OwnDomains } from '../src/own-domains.ts';
import { type Policy, presetPolicy } from '../src/policy.ts';
import type { PolicyRequest } from '../src/request.ts';
import { nextStep } from '../src/rules.ts';

const NOW = new Date('2026-01-01T00:00:00Z');
const SPENT = { lookups: 0, voidLookups: 0, queries: 0, trace: null };
const NONE: SpfOutcome = { result: 'none', why: 'no-record', ...SPENT };
const SOFTFAIL: SpfOutcome = { result: 'softfail', matched: null, ...SPENT };
const PASS: SpfOutcome = { result: 'pass', matched: null, ...SPENT };
const TEMPERROR: SpfOutcome = { result: 'temperror', name: null, detail: 'timeout', ...SPENT };
const STANDARD = presetPolicy('standard', 'mx.example.com');
const own: OwnDomains = {
  neverSends: (name) => (name === 'parked.example' || name.endsWith('.parked.example') ? 'unused' : null),
};

describe('domains of ours that never send', () => {
  test.each([
    ['a bounce to one is refused', { sender: '', recipient: 'x@parked.example' }, 'bounce-to-never-sender', 'reject'],
    ['a bounce below one too', { sender: '', recipient: 'x@www.Parked.Example' }, 'bounce-to-never-sender', 'reject'],
    ['its postmaster gets bounces', { sender: '', recipient: 'Postmaster@parked.example' }, 'spf-helo', 'prepend'],
    ['its abuse address too', { sender: '', recipient: 'abuse@parked.example' }, 'spf-helo', 'prepend'],
    ['an SRS address too', { sender: '', recipient: 'SRS0=ab=cd=example.net=u@parked.example' }, 'spf-helo', 'prepend'],
    ['a report address of its gets bounces', { sender: '', recipient: 'Rua@Parked.Example.' }, 'spf-helo', 'prepend'],
    ['mail from one is refused', { sender: 'ceo@parked.example' }, 'own-never-sender', 'reject'],
    ['mail to one is not our business', { recipient: 'x@parked.example' }, 'spf-mailfrom', 'prepend'],
    [
      'the empty sender at HELO is not the null sender',
      { sender: '', recipient: '', protocolState: 'HELO' },
      'spf-helo',
      'dunno',
    ],
    [
      'an authenticated session is not judged',
      { sender: 'ceo@parked.example', saslUsername: 'me' },
      'authenticated',
      'dunno',
    ],
  ])('%s', (_, fields, rule, action) => {
    const policy = { ...STANDARD, reportAddresses: new Set(['rua@parked.example']) };
    const decision = decide({ ...request(), ...fields }, policy, { helo: NONE, mailFrom: NONE });
    expect([decision.rule, decision.action.kind]).toEqual([rule, action]);
  });

  test('the reply says what is refused', () => {
    const decision = decide(request({ sender: '', recipient: 'x@parked.example' }), STANDARD, {});
    expect(decision.action).toEqual({
      kind: 'reject',
      replyCode: null,
      status: '5.7.1',
      text: 'parked.example sends no mail; this bounce answers a forgery',
    });
  });
});

describe('SPF results', () => {
  test.each<[string, Partial<Answers>, Partial<Policy>, string, string]>([
    ['pass', { mailFrom: PASS }, {}, 'spf-mailfrom', 'prepend'],
    ['softfail passes with a header', { mailFrom: SOFTFAIL }, {}, 'spf-mailfrom', 'prepend'],
    ['fail is refused', { mailFrom: fail('v=spf1 ip4:192.0.2.1 -all') }, {}, 'spf-mailfrom', 'reject'],
    ['a HELO fail is refused', { helo: fail('v=spf1 -all') }, {}, 'spf-helo', 'reject'],
    ['observing refuses nothing', { mailFrom: fail('v=spf1 -all') }, { isObserving: true }, 'spf-mailfrom', 'prepend'],
    ['temperror passes in standard', { mailFrom: TEMPERROR }, {}, 'spf-mailfrom', 'prepend'],
    ['temperror is deferred in strict', { mailFrom: TEMPERROR }, presetPolicy('strict', 'mx'), 'spf-mailfrom', 'defer'],
    [
      'no-mail records only: -all alone',
      { mailFrom: fail('V=SPF1  -ALL ') },
      { onlyNoMailRecords: true },
      'spf-mailfrom',
      'reject',
    ],
    [
      'no-mail records only: another',
      { mailFrom: fail('v=spf1 a -all') },
      { onlyNoMailRecords: true },
      'spf-mailfrom',
      'prepend',
    ],
    [
      'softfail of a strict domain',
      { mailFrom: SOFTFAIL },
      { strictDomains: [name('example.net')] },
      'spf-mailfrom',
      'reject',
    ],
    ['softfail of a namesake', { mailFrom: SOFTFAIL }, { strictDomains: [name('le.net')] }, 'spf-mailfrom', 'prepend'],
    [
      'a trusted host passes',
      { mailFrom: fail('v=spf1 -all'), trust: { entry: 'x' } },
      trusting(),
      'trusted',
      'prepend',
    ],
    ['another does not', { mailFrom: fail('v=spf1 -all'), trust: 'no' }, trusting(), 'spf-mailfrom', 'reject'],
    ['null MX is noted', { deadMx: 'null-mx' }, {}, 'spf-mailfrom', 'prepend'],
    ['null MX is refused when told so', { deadMx: 'null-mx' }, { deadMx: 'reject' }, 'dead-mx', 'reject'],
  ])('%s', (_, answers, changes, rule, action) => {
    const decision = decide(request(), { ...STANDARD, ...changes }, { helo: NONE, mailFrom: NONE, ...answers });
    expect([decision.rule, decision.action.kind]).toEqual([rule, action]);
  });

  // docs/configuration.md: "A refusal counts for the null sender alone." Before MAIL nobody knows whether it is that.
  test.each([
    ['CONNECT', '', 'dunno'],
    ['HELO', '', 'dunno'],
    ['EHLO', '', 'dunno'],
    ['MAIL', '', 'reject'],
    ['RCPT', '', 'reject'],
    ['', '', 'reject'],
    ['RCPT', 'a@example.net', 'prepend'],
  ])('a HELO fail that counts for the null sender alone: at %s with the sender %j', (protocolState, sender, action) => {
    const policy = { ...STANDARD, helo: { ...STANDARD.helo, onlyNullSender: true } };
    const decision = decide(request({ protocolState, sender }), policy, { helo: fail('v=spf1 -all'), mailFrom: NONE });
    expect(decision.action.kind).toBe(action);
  });

  test.each(['a@bücher.example', 'a@xn--bcher-kva.example', 'a@www.xn--bcher-kva.example', 'a@XN--BCHER-KVA.example.'])(
    'softfail of a strict domain however the sender %s writes it',
    (sender) => {
      const policy = { ...STANDARD, strictDomains: [name('xn--bcher-kva.example')] };
      expect(decide(request({ sender }), policy, { helo: NONE, mailFrom: SOFTFAIL }).action.kind).toBe('reject');
    },
  );

  test.each(['10.1.2.3', '172.17.0.1', '192.168.1.1', '100.64.0.1', '::1', 'fd00::1', 'fe80::1'])(
    'a private client (%s) is never refused for SPF',
    (client) => {
      const asked = { ...request(), client: parseIp(client) };
      expect(decide(asked, STANDARD, { helo: NONE, mailFrom: fail('v=spf1 -all') }).rule).toBe('private-client');
      const policy = { ...STANDARD, refusesPrivateClients: true };
      expect(decide(asked, policy, { helo: NONE, mailFrom: fail('v=spf1 -all') }).action.kind).toBe('reject');
    },
  );

  test('a fail carries the code of RFC 7372 and the words of the domain as such', () => {
    const outcome: SpfOutcome = { ...fail('v=spf1 -all'), explanation: 'See example.net' };
    expect(decide(request(), STANDARD, { helo: NONE, mailFrom: outcome }).action).toEqual({
      kind: 'reject',
      replyCode: 550,
      status: '5.7.23',
      text: 'SPF fail: example.net explains: See example.net',
    });
  });
});

describe('what is asked', () => {
  test('nothing of DNS when the domain is ours and never sends', () => {
    expect(questions(request({ sender: 'x@parked.example' }), STANDARD)).toEqual([]);
  });

  test('the HELO identity alone of a null sender (RFC 7208 §2.4)', () => {
    expect(questions(request({ sender: '' }), STANDARD)).toEqual(['spf helo']);
  });

  test('the sender’s MX, HELO, then MAIL FROM; trust only before a refusal', () => {
    expect(questions(request(), { ...STANDARD, ...trusting() })).toEqual(['dead-mx', 'spf helo', 'spf mailfrom']);
    const outcome = fail('v=spf1 -all');
    expect(questions(request(), { ...STANDARD, ...trusting() }, outcome)).toEqual(['dead-mx', 'spf helo', 'trust']);
  });

  test('nothing for a client on the skip list', () => {
    expect(questions(request(), { ...STANDARD, skip: [parsePrefix('192.0.2.0/24')].flatMap((p) => p ?? []) })).toEqual(
      [],
    );
  });
});

describe('a client that is not judged', () => {
  const client = [parsePrefix('192.0.2.0/24')].flatMap((prefix) => prefix ?? []);
  const noHeader = { ...STANDARD.header, kind: 'none' } as const;

  test.each<[string, Partial<Policy>, Partial<PolicyRequest>, string | null]>([
    ['skipped', { skip: client }, {}, 'X-Comment: SPF not checked: client 192.0.2.7 is on the skip list'],
    ['a forwarder', { forwarders: client }, {}, 'X-Comment: SPF not checked: client 192.0.2.7 is a listed forwarder'],
    ['without headers', { skip: client, header: noHeader }, {}, null],
    ['at the end of the message', { skip: client }, { protocolState: 'END-OF-MESSAGE' }, null],
    ['logged in', { skip: client }, { saslUsername: 'me' }, null],
  ])('%s', (_, changes, fields, header) => {
    const { action } = decide({ ...request(), ...fields }, { ...STANDARD, ...changes }, {});
    expect(action.kind === 'prepend' ? action.header : null).toBe(header);
  });
});

test('the header is added once a message', () => {
  const step = nextStep(request(), context(STANDARD, false), {
    helo: PASS,
    mailFrom: PASS,
    deadMx: 'alive',
    trust: null,
  });
  expect(step.kind === 'decided' && step.decision.action.kind).toBe('dunno');
});

function context(policy: Policy, isFirstRecipient = true): Parameters<typeof nextStep>[1] {
  return { policy, own, now: NOW, isFirstRecipient };
}

function decide(asked: PolicyRequest, policy: Policy, answers: Partial<Answers>): Decision {
  const step = nextStep(asked, context(policy), { ...NOTHING_ASKED, deadMx: 'alive', ...answers });
  if (step.kind === 'ask') throw new Error(`asks for ${step.question.kind}`);
  return step.decision;
}

function questions(asked: PolicyRequest, policy: Policy, outcome: SpfOutcome = NONE): string[] {
  let answers: Answers = NOTHING_ASKED;
  const log: string[] = [];
  for (
    let step = nextStep(asked, context(policy), answers);
    step.kind === 'ask';
    step = nextStep(asked, context(policy), answers)
  ) {
    log.push(step.question.kind === 'spf' ? `spf ${step.question.identity}` : step.question.kind);
    answers = { ...answers, ...answer(step.question, outcome) };
  }
  return log;
}

function answer(question: Question, outcome: SpfOutcome): Partial<Answers> {
  if (question.kind === 'trust') return { trust: 'no' };
  if (question.kind === 'dead-mx') return { deadMx: 'alive' };
  return question.identity === 'helo' ? { helo: outcome } : { mailFrom: outcome };
}

function request(fields: Partial<PolicyRequest> = {}): PolicyRequest {
  return {
    protocolState: 'RCPT',
    client: parseIp('192.0.2.7'),
    helo: 'mx.example.net',
    sender: 'a@example.net',
    recipient: 'u@example.com',
    instance: 'i1',
    queueId: '',
    saslUsername: '',
    text: '',
    ...fields,
  };
}

function trusting(): Partial<Policy> {
  return { trusted: { ...STANDARD.trusted, heloNames: [name('relay.example')] } };
}

/** A fail of a record with this text. */
function fail(text: string): SpfOutcome & { result: 'fail' } {
  const span = { start: text.length - 4, end: text.length };
  const directive = { qualifier: '-', mechanism: { name: 'all' }, span } as const;
  const record = { text, directives: [directive], redirect: null, exp: null, unknownModifiers: [] };
  return { result: 'fail', matched: { directive, record, domain: name('example.net') }, explanation: null, ...SPENT };
}
