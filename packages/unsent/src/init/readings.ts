import { resolve } from 'node:path';
import type { DomainName, IpPrefix } from '@unsent/dns';
import { parseDomainName } from '@unsent/dns';
import * as v from 'valibot';
import { type MailboxConfig, mailboxList } from '../config/schema-mailbox.ts';
import { domainName, networkOrHost } from '../config/schema-parts.ts';
import { type ProviderConfig, providerSection } from '../config/schema-provider.ts';
import type { Reading } from './talk.ts';

/** `a.example b.example`, with spaces or commas between them. */
export function readDomains(answer: string): Reading<readonly DomainName[]> {
  return readWords(answer, domainName());
}

/** Addresses, prefixes and host names. */
export function readHosts(answer: string): Reading<readonly (IpPrefix | DomainName)[]> {
  return readWords(answer, networkOrHost());
}

/** Paths and addresses of mailboxes, without what it takes to log in. */
export function readMailboxes(answer: string): Reading<readonly MailboxConfig[]> {
  const parsed = v.safeParse(mailboxList(), wordsOf(answer));
  return parsed.success ? { value: parsed.output } : { problem: parsed.issues[0].message };
}

/** One of `choices`, or its beginning. */
export function readChoice<const C extends string>(choices: readonly C[]): (answer: string) => Reading<C> {
  return (answer) => {
    const found = choices.filter((choice) => answer !== '' && choice.startsWith(answer.toLowerCase()));
    const [only] = found;
    if (only !== undefined && found.length === 1) return { value: only };
    return { problem: `Please answer one of: ${choices.join(', ')}.` };
  };
}

/** Any text; a path is made absolute by `cwd`. */
export function readPath(cwd: string): (answer: string) => Reading<string | null> {
  return (answer) => ({ value: answer === '' ? null : answer.startsWith('~/') ? answer : resolve(cwd, answer) });
}

/** A setting of a provider, judged by the configuration's own schema: `make` puts the answer into the whole. */
export function readProvider(make: (answer: string) => unknown): (answer: string) => Reading<ProviderConfig> {
  return (answer) => {
    const parsed = v.safeParse(providerSection(), make(answer));
    return parsed.success ? { value: parsed.output } : { problem: parsed.issues[0].message };
  };
}

/** The name of a TSIG key. */
export function readKeyName(answer: string): Reading<string> {
  return parseDomainName(answer) === null ? { problem: 'expected the name of a TSIG key' } : { value: answer };
}

function readWords<T>(answer: string, schema: v.GenericSchema<string, T>): Reading<readonly T[]> {
  const values: T[] = [];
  for (const word of wordsOf(answer)) {
    const parsed = v.safeParse(schema, word);
    if (!parsed.success) return { problem: parsed.issues[0].message };
    values.push(parsed.output);
  }
  return { value: values };
}

function wordsOf(answer: string): readonly string[] {
  return answer.split(/[\s,]+/).filter((word) => word !== '');
}
