import type { DomainName, IpText } from '@unsent/dns';
import { describe, expect, test } from 'vitest';
import { writeAuthenticationResults } from '../src/authres.ts';
import { writeReceivedSpf } from '../src/headers.ts';
import { authenticationResultOf, type CheckedIdentity, receivedSpfOf } from '../src/headers-outcome.ts';
import type { SpfOutcome } from '../src/outcome.ts';

const IP = { family: 4, w0: 0xc0000201, w1: 0, w2: 0, w3: 0, text: '192.0.2.1' as IpText } as const;
const QUERY = {
  ip: IP,
  domain: 'example.com',
  sender: 'alice@example.com',
  helo: 'host.example.org',
  receiver: 'mx.example.net',
  now: new Date(0),
};
const SPENT = { lookups: 0, voidLookups: 0, queries: 1, trace: null };
const RECORD = { text: 'v=spf1 ~all', directives: [], redirect: null, exp: null, unknownModifiers: [] };
const MATCHED = {
  directive: { qualifier: '~', mechanism: { name: 'all' }, span: { start: 7, end: 11 } },
  record: RECORD,
  domain: 'example.com' as DomainName,
} as const;
const PROBLEM = {
  code: 'invalid-ip4',
  message: 'ip4: needs an address',
  span: null,
  text: null,
  domain: null,
  rfc: 'RFC 7208 §5.6',
} as const;

const checked = (outcome: SpfOutcome, identity: 'mailfrom' | 'helo' = 'mailfrom'): CheckedIdentity => ({
  identity,
  query: QUERY,
  outcome,
});

describe('the header of a finished check', () => {
  test.each<[SpfOutcome, object]>([
    [
      { ...SPENT, result: 'pass', matched: MATCHED },
      {
        comment: 'mx.example.net: domain of alice@example.com designates 192.0.2.1 as permitted sender',
        mechanism: '~all',
      },
    ],
    [
      { ...SPENT, result: 'fail', matched: MATCHED, explanation: null },
      {
        comment: 'mx.example.net: domain of alice@example.com does not designate 192.0.2.1 as permitted sender',
        mechanism: '~all',
      },
    ],
    [
      { ...SPENT, result: 'softfail', matched: MATCHED },
      {
        comment:
          'mx.example.net: domain of alice@example.com most likely does not designate 192.0.2.1 as permitted sender',
        mechanism: '~all',
        problem: null,
      },
    ],
    [
      { ...SPENT, result: 'neutral', matched: null },
      {
        comment: 'mx.example.net: 192.0.2.1 is neither permitted nor denied by domain of alice@example.com',
        mechanism: 'default',
      },
    ],
    [
      { ...SPENT, result: 'none', why: 'no-record' },
      { comment: 'mx.example.net: domain of alice@example.com publishes no SPF record', mechanism: null },
    ],
    [
      { ...SPENT, result: 'none', why: 'nxdomain' },
      { comment: 'mx.example.net: domain of alice@example.com does not exist in DNS' },
    ],
    [
      { ...SPENT, result: 'none', why: 'invalid-domain' },
      { comment: 'mx.example.net: domain of alice@example.com cannot have an SPF record' },
    ],
    [
      { ...SPENT, result: 'permerror', problem: PROBLEM },
      {
        comment: 'mx.example.net: SPF record of domain of alice@example.com cannot be used: ip4: needs an address',
        problem: 'ip4: needs an address',
      },
    ],
    [
      { ...SPENT, result: 'temperror', name: null, detail: 'timeout' },
      {
        comment: 'mx.example.net: SPF check of domain of alice@example.com could not be finished: timeout',
        problem: 'timeout',
      },
    ],
  ])('$result', (outcome, expected) => {
    expect(receivedSpfOf(checked(outcome), 'alice@example.com')).toMatchObject({ ...expected, result: outcome.result });
  });

  test('without a name of the receiver neither the comment nor a pair makes one up', () => {
    const { query, ...rest } = checked({ ...SPENT, result: 'none', why: 'no-record' });
    const fields = receivedSpfOf({ ...rest, query: { ...query, receiver: '' } }, 'alice@example.com');
    expect(fields).toMatchObject({ comment: 'domain of alice@example.com publishes no SPF record', receiver: null });
  });

  test('a HELO check of a bounce names helo and the null sender', () => {
    const fields = receivedSpfOf(checked({ ...SPENT, result: 'none', why: 'no-record' }, 'helo'), '');
    expect(writeReceivedSpf(fields)).toBe(
      'Received-SPF: none (mx.example.net: host name host.example.org publishes no SPF record) identity=helo; ' +
        'client-ip=192.0.2.1; envelope-from=""; helo=host.example.org; receiver=mx.example.net;',
    );
  });

  test('Authentication-Results names the property of the identity', () => {
    const pass: SpfOutcome = { ...SPENT, result: 'pass', matched: MATCHED };
    const results = [authenticationResultOf(checked(pass, 'helo')), authenticationResultOf(checked(pass))];
    expect(writeAuthenticationResults({ authservId: 'mx.example.net', results })).toBe(
      'Authentication-Results: mx.example.net; ' +
        'spf=pass (host name host.example.org designates 192.0.2.1 as permitted sender) smtp.helo=host.example.org; ' +
        'spf=pass (domain of alice@example.com designates 192.0.2.1 as permitted sender) smtp.mailfrom=alice@example.com',
    );
  });
});
