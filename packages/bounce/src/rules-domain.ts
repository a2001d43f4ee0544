import type { CaseFacts } from './case.ts';
import { type Rule, type Sighting, timeText } from './rule.ts';
import { LONGEST_WAIT_MS } from './sent-facts.ts';

const CONFIGURATION = 'the configuration';

/** What is known about the domain, whatever the message says. */
export const DOMAIN_RULES: readonly Rule[] = [
  {
    id: 'domain-unused',
    sentence: 'The domain is declared unused: it neither sends nor receives, so nobody sent what is returned.',
    strength: 'decisive',
    points: 'backscatter',
    test: (facts) => (silentBy(facts, 'unused') === 'surely' ? declared(facts, 'unused') : null),
  },
  {
    id: 'domain-receiving',
    sentence: 'The domain is declared as receiving only: it never sends, so nobody sent what is returned.',
    strength: 'decisive',
    points: 'backscatter',
    test: (facts) => (silentBy(facts, 'receiving') === 'surely' ? declared(facts, 'receiving only') : null),
  },
  {
    id: 'domain-locked',
    sentence:
      'The domain was locked by `unsent lockdown` before the message was handed over: since then it never sends.',
    strength: 'decisive',
    points: 'backscatter',
    test: ({ subject, sent }) => {
      const lockedAt = subject.own?.lockedAt ?? null;
      if (lockedAt === null || silence(lockedAt, sent) !== 'surely') return null;
      return { fact: `${subject.own?.name} is locked since ${timeText(lockedAt)}`, seenIn: 'our own journal' };
    },
  },
  {
    id: 'domain-idle-lately',
    sentence:
      'The domain stopped sending, but what is returned may be older: bounces come up to five days late, and nothing says when this one was handed over.',
    strength: 'strong',
    points: 'backscatter',
    test: ({ subject, sent }) => {
      const { own } = subject;
      if (own === null) return null;
      const since = own.use === 'sending' ? own.lockedAt : (own.since ?? own.lockedAt);
      if (since === null || silence(since, sent) !== 'perhaps') return null;
      return { fact: `${own.name} does not send since ${timeText(since)}`, seenIn: CONFIGURATION };
    },
  },
  {
    id: 'dns-never-sends',
    sentence:
      'Nobody declared the domain, but its SPF record is nothing but `-all`: no host may send for it. Not decisive, because the record may be younger than the message.',
    strength: 'strong',
    points: 'backscatter',
    test: ({ subject, dnsNeverSends }) =>
      dnsNeverSends ? { fact: `${subject.domain} publishes v=spf1 -all and nothing else`, seenIn: 'DNS' } : null,
  },
  {
    id: 'address-unknown',
    sentence:
      'The addresses of the domain are listed, and the one that seems to have sent is not among them. Not decisive, because lists grow old.',
    strength: 'strong',
    points: 'backscatter',
    test: ({ subject }) => {
      const { own, localPart } = subject;
      const known = own?.localParts ?? null;
      if (known === null || localPart === null || known.includes(localPart)) return null;
      // What follows a plus is the user's own (RFC 5233 §4); "=" is the mark of VERP and SRS, which software makes.
      if (known.includes(localPart.split('+')[0] ?? '') || localPart.includes('=')) return null;
      if (localPart === 'postmaster') return null; // RFC 5321 §4.5.1: always exists
      return { fact: `${subject.address} is no address of ${own?.name}`, seenIn: CONFIGURATION };
    },
  },
];

type Silence = 'surely' | 'perhaps' | 'no';

/** Had the domain stopped sending when the message was sent? */
function silence(since: Date, sent: CaseFacts['sent']): Silence {
  const after = sent.at.getTime() - since.getTime();
  if (after < 0) return 'no';
  return sent.isObserved || after >= LONGEST_WAIT_MS ? 'surely' : 'perhaps';
}

function silentBy({ subject, sent }: CaseFacts, use: 'unused' | 'receiving'): Silence {
  if (subject.own?.use !== use) return 'no';
  return subject.own.since === null ? 'surely' : silence(subject.own.since, sent);
}

function declared({ subject }: CaseFacts, use: string): Sighting {
  const { own } = subject;
  const since = own?.since == null ? '' : ` since ${timeText(own.since)}`;
  return { fact: `${own?.name} is declared ${use}${since}`, seenIn: CONFIGURATION };
}
