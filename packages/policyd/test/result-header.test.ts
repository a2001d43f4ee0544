import { type IpAddress, parseIp } from '@unsent/dns';
import type { SpfIdentity } from '@unsent/spf';
import { describe, expect, test } from 'vitest';
import {
  readAuthenticationResultsStrictly,
  readReceivedSpfStrictly,
  type TraceField,
} from '../../../test/support/trace-grammar.ts';
import type { Checked } from '../src/decision.ts';
import type { HeaderPolicy } from '../src/policy.ts';
import { formatAction } from '../src/protocol.ts';
import { headerOf } from '../src/result-header.ts';

const HEADER: HeaderPolicy = {
  kind: 'received-spf',
  receiver: 'mx.example.net',
  isReceiverHidden: false,
  authservId: 'mx.example.net',
};

const SPENT = { lookups: 0, voidLookups: 0, queries: 0, trace: null };

/** Where each kind of field names what was checked. */
const KINDS = [
  { kind: 'received-spf', mailFrom: 'envelope-from', helo: 'helo', read: readReceivedSpfStrictly },
  {
    kind: 'authentication-results',
    mailFrom: 'smtp.mailfrom',
    helo: 'smtp.helo',
    read: readAuthenticationResultsStrictly,
  },
] as const;

/** The longest that a domain can be: 253 characters. */
const LONGEST = `bank.example.${`${'d'.repeat(59)}.`.repeat(3)}${'d'.repeat(47)}.evil.example`;

describe.each(KINDS)('a $kind field', ({ kind, mailFrom, helo, read }) => {
  const sent = (checked: Checked, envelopeFrom: string): TraceField | null => {
    const reply = formatAction(headerOf(checked, envelopeFrom, { ...HEADER, kind }, 'null-mx'));
    expect(reply).toMatch(/^action=PREPEND [\x20-\x7e]{1,998}\n\n$/);
    return read(reply.slice('action=PREPEND '.length, -2));
  };

  // Among them every length at which a cut could fall inside the domain.
  test.each([['bank.example.evil.example'], [LONGEST]])(
    'names the domain that was checked, however long the local part before %s is',
    (domain) => {
      for (let length = 1; length <= 1000; length++) {
        for (const letter of ['a', '"', 'é', '.']) {
          const sender = `${letter.repeat(length)}@${domain}`;
          const field = sent(checkedFor('mailfrom', sender), sender);
          expect(field?.values.get(mailFrom)?.split('@').at(-1), `${length} ${letter}`).toBe(domain);
        }
      }
    },
  );

  test('shows a local part whole, or that it was cut', () => {
    const written = (length: number): string | undefined => {
      const sender = `${'a'.repeat(length)}@bank.example`;
      return sent(checkedFor('mailfrom', sender), sender)?.values.get(mailFrom);
    };
    // RFC 5321 §4.5.3.1.1: a local part has 64 octets; five times that is still nothing to lose.
    for (let length = 1; length <= 320; length++) expect(written(length)).toBe(`${'a'.repeat(length)}@bank.example`);
    expect(written(1000)).toMatch(/^a{200,}\.{3}@bank\.example$/);
  });

  test('names what the client called itself whole, or not at all', () => {
    for (let length = 1; length <= 1000; length++) {
      const name = 'bank.example.'.repeat(80).slice(0, length);
      const field = sent(checkedFor('helo', name), '');
      expect(field).not.toBeNull();
      // No name of DNS is longer (RFC 1035 §2.3.4).
      if (length <= 253) expect(field?.values.get(helo)).toBe(name);
      else expect([name, undefined]).toContain(field?.values.get(helo));
    }
  });

  test('names a domain whole, or not at all', () => {
    for (let length = 1; length <= 1000; length++) {
      const sender = `a@${'bank.example.'.repeat(80).slice(0, length)}`;
      const field = sent(checkedFor('mailfrom', sender), sender);
      expect(field).not.toBeNull();
      expect([sender, undefined]).toContain(field?.values.get(mailFrom));
    }
  });
});

function checkedFor(identity: SpfIdentity, name: string): Checked {
  const domain = name.slice(name.lastIndexOf('@') + 1);
  const helo = identity === 'helo' ? name : 'h.example';
  const query = {
    ip: address('203.0.113.10'),
    domain,
    sender: name,
    helo,
    receiver: 'mx.example.net',
    now: new Date(0),
  };
  return { identity, query, outcome: { result: 'none', why: 'no-record', ...SPENT } };
}

function address(text: string): IpAddress {
  const ip = parseIp(text);
  if (ip === null) throw new Error(text);
  return ip;
}
