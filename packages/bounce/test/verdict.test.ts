import { expect, test } from 'vitest';
import { type BackscatterVerdict, backscatterWord, type Evidence, evidenceIds, isDecisive } from '../src/verdict.ts';

const DECISIVE: Evidence = { rule: 'domain-unused', points: 'backscatter', strength: 'decisive', fact: '', seenIn: '' };
const STRONG: Evidence = { ...DECISIVE, rule: 'spf-fail', strength: 'strong' };

test.each<[BackscatterVerdict, string, readonly string[], boolean]>([
  [{ kind: 'backscatter', evidence: [DECISIVE, STRONG] }, 'yes', ['domain-unused', 'spf-fail'], true],
  [{ kind: 'backscatter', evidence: [STRONG] }, 'yes', ['spf-fail'], false],
  [{ kind: 'genuine', evidence: [DECISIVE] }, 'no', ['domain-unused'], false], // decisive, but for the other side
  [{ kind: 'unknown', evidence: [] }, 'unknown', [], false],
  [{ kind: 'not-a-bounce', why: 'a letter' }, 'unknown', [], false],
])('%j → %s', (verdict, word, ids, decisive) => {
  expect([backscatterWord(verdict), evidenceIds(verdict), isDecisive(verdict)]).toEqual([word, ids, decisive]);
});
