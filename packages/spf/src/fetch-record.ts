import type { Answer, DomainName, Rdata } from '@unsent/dns';
import { ask, temperror } from './ask.ts';
import type { SpfRecord } from './ast.ts';
import type { Check, Ruling } from './check.ts';
import { isSpfRecord, parseSpf } from './parse.ts';
import { andThen, type Step } from './step.ts';

/**
 * Finds and reads the SPF record of `domain` (RFC 7208 §4.4–4.6): TXT only, type 99 is never asked for.
 *
 * Returns the ruling when there is no record that can be evaluated.
 */
export function fetchRecord(check: Check, domain: DomainName): Step<SpfRecord | Ruling> {
  const override = check.options.override?.(domain) ?? null;
  if (override !== null) return read(check, domain, override);
  return andThen(ask(check, domain, 'TXT'), (answer) => select(check, domain, answer));
}

function select(check: Check, domain: DomainName, answer: Answer<'TXT'>): SpfRecord | Ruling {
  if (answer.kind === 'failure') return temperror(check, domain, answer);
  const cache = check.options.recordCache;
  let found: string | null = null;
  for (const strings of answer.kind === 'records' ? answer.data : []) {
    const text = cache === undefined ? joined(strings) : cache.textOf(strings);
    if (!isSpfRecord(text)) continue;
    if (found !== null) return multipleRecords(domain, found);
    found = text;
  }
  found ??= check.options.fallback?.(domain) ?? null;
  if (found !== null) return read(check, domain, found);
  const why = answer.kind === 'nxdomain' ? 'nxdomain' : 'no-record';
  return { result: 'none', why, isVoid: answer.kind !== 'records' };
}

/** RFC 7208 §3.3: the character-strings of a TXT record are joined without a space. */
function joined(strings: Rdata['TXT']): string {
  return strings.length === 1 ? (strings[0] ?? '') : strings.join('');
}

/** RFC 7208 §4.5: more than one record remaining is a permerror. */
function multipleRecords(domain: DomainName, text: string): Ruling {
  const message = `${domain} has more than one SPF record`;
  const problem = { code: 'multiple-records', message, span: null, text, domain, rfc: 'RFC 7208 §4.5' } as const;
  return { result: 'permerror', problem };
}

/** RFC 7208 §4.6: a syntax error anywhere in the record, and none of it is evaluated. */
function read(check: Check, domain: DomainName, text: string): SpfRecord | Ruling {
  const cache = check.options.recordCache;
  let parsed = cache?.get(text);
  if (parsed === undefined) {
    parsed = parseSpf(text, 1);
    cache?.set(text, parsed);
  }
  const problem = parsed.problems[0];
  return problem === undefined ? parsed.record : { result: 'permerror', problem: { ...problem, domain } };
}
