import { readFile } from 'node:fs/promises';
import type { Policy } from '@unsent/policyd';
import { bad, type Check, good } from '../check.ts';
import type { PostfixConfiguration } from './configuration.ts';
import type { Smtpd } from './smtpd.ts';
import { splitWords } from './words.ts';

/**
 * RFC 8601 §5: whoever writes Authentication-Results must remove those that came from outside in its own name. A policy
 * service cannot; header_checks sees our field as well as the forged one, and a milter can tell them apart.
 */
export async function checkForgedResults(
  askers: readonly Smtpd[],
  { parameters }: PostfixConfiguration,
  { header }: Policy,
): Promise<readonly Check[]> {
  if (header.kind !== 'authentication-results') return [];
  const id = 'forged-results';
  const table = await tableThatStrips(parameters.get('header_checks') ?? '');
  if (table !== null) {
    const what = `${table} of header_checks removes Authentication-Results: forged ones, and those of unsent too.`;
    return [bad(id, 'failure', what, 'Use policy.header.kind: received-spf, or let a milter remove forged ones.')];
  }
  const milter = askers.find((smtpd) => smtpd.parameter('smtpd_milters').value !== '');
  if (milter !== undefined) {
    const what = `${milter.name} has a milter (${milter.parameter('smtpd_milters').value}).`;
    return [good(id, `${what} See that it removes forged Authentication-Results in the name of ${header.authservId}.`)];
  }
  const what = `nothing removes forged Authentication-Results in the name of ${header.authservId}: readers cannot trust ours.`;
  return [bad(id, 'warning', what, 'Use policy.header.kind: received-spf, or a milter that removes them.')];
}

async function tableThatStrips(headerChecks: string): Promise<string | null> {
  for (const table of splitWords(headerChecks)) {
    const path = /^(?:regexp|pcre):(\/.*)$/.exec(table)?.[1];
    const text = path === undefined ? table : await readFile(path, 'utf8').catch(() => '');
    const rules = text.split('\n').filter((line) => !line.trimStart().startsWith('#'));
    if (rules.some((line) => /authentication-results/i.test(line) && /\b(IGNORE|STRIP)\b/i.test(line))) return table;
  }
  return null;
}
