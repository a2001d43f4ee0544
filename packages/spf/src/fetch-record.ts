import type { Answer, DomainName } from '@unsent/dns';
import { ask, temperror } from './ask.ts';
import type { Check, Ruling } from './check.ts';
import { type ReadRecord, readRecord } from './record-cache.ts';
import { selectRecord } from './select-record.ts';
import type { Step } from './step.ts';

/**
 * Finds and reads the SPF record of `domain` (RFC 7208 §4.4–4.6): TXT only, type 99 is never asked for.
 *
 * Goes on with the ruling when there is no record that can be evaluated.
 */
export function fetchRecord(
  check: Check,
  domain: DomainName,
  use: (fetched: ReadRecord | Ruling) => Step<Ruling>,
): Step<Ruling> {
  const override = check.options.override?.(domain) ?? null;
  if (override !== null) return use(readText(check, domain, override));
  return ask(check, domain, 'TXT', (answer) => use(select(check, domain, answer)));
}

function select(check: Check, domain: DomainName, answer: Answer<'TXT'>): ReadRecord | Ruling {
  if (answer.kind === 'failure') return temperror(check, domain, answer);
  if (answer.kind === 'records') {
    const { recordCache } = check.options;
    const { text, isOnly } =
      recordCache === undefined ? selectRecord(answer.data) : recordCache.selectionIn(answer.data);
    if (text !== null) return isOnly ? readText(check, domain, text) : multipleRecords(domain, text);
  }
  const fallback = check.options.fallback?.(domain) ?? null;
  if (fallback !== null) return readText(check, domain, fallback);
  const why = answer.kind === 'nxdomain' ? 'nxdomain' : 'no-record';
  return { result: 'none', why, isVoid: answer.kind !== 'records' };
}

/** RFC 7208 §4.5: more than one record remaining is a permerror. */
function multipleRecords(domain: DomainName, text: string): Ruling {
  const message = `${domain} has more than one SPF record`;
  const problem = { code: 'multiple-records', message, span: null, text, domain, rfc: 'RFC 7208 §4.5' } as const;
  return { result: 'permerror', problem };
}

/** RFC 7208 §4.6: a syntax error anywhere in the record, and none of it is evaluated. */
function readText(check: Check, domain: DomainName, text: string): ReadRecord | Ruling {
  const cache = check.options.recordCache;
  const read = cache === undefined ? readRecord(text) : cache.read(text);
  const problem = read.problems[0];
  return problem === undefined ? read : { result: 'permerror', problem: { ...problem, domain } };
}
