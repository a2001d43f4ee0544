import { type DomainName, type IpPrefix, parseDomainName, parsePrefix } from '@unsent/dns';
import * as v from 'valibot';
import { closestOf } from './closest.ts';
import { describeValue, oneOf, quote } from './words.ts';

/** A mapping whose every key is known; `whenOther` is said when the value is no mapping. */
export function section<const E extends v.ObjectEntries>(
  entries: E,
  whenOther?: string,
): v.StrictObjectSchema<E, v.ErrorMessage<v.StrictObjectIssue>> {
  const known = Object.keys(entries);
  return v.strictObject(entries, (issue) => {
    if (issue.expected === 'Object') return whenOther ?? `expected a mapping, got ${describeValue(issue.input)}`;
    if (issue.expected !== 'never') return `the key ${issue.expected} is missing`;
    const meant = closestOf(String(issue.input), known);
    return meant === null
      ? `unknown key; known here: ${known.join(', ')}`
      : `unknown key; did you mean ${quote(meant)}?`;
  });
}

/** A list; where one thing stands instead of a list, the message shows how to write it. */
export function list<const S extends v.GenericSchema>(
  item: S,
  what: string,
): v.ArraySchema<S, v.ErrorMessage<v.ArrayIssue>> {
  return v.array(
    item,
    (issue) => `expected a list of ${what}, got ${describeValue(issue.input)}; begin each with "- "`,
  );
}

export function text(what: string): v.StringSchema<v.ErrorMessage<v.StringIssue>> {
  return v.string((issue) => `expected ${what}, got ${describeValue(issue.input)}`);
}

export function choice<const C extends readonly string[]>(
  choices: C,
): v.PicklistSchema<C, v.ErrorMessage<v.PicklistIssue>> {
  return v.picklist(choices, ({ input }) => {
    const got = typeof input === 'string' ? quote(input) : describeValue(input);
    return `expected ${oneOf(choices)}, got ${got}`;
  });
}

export function yesOrNo(): v.BooleanSchema<v.ErrorMessage<v.BooleanIssue>> {
  return v.boolean((issue) => {
    const got = typeof issue.input === 'string' ? quote(issue.input) : describeValue(issue.input);
    return `expected true or false, got ${got}`;
  });
}

/** A whole number between two bounds, both allowed. */
export function wholeNumber(unit: string, min: number, max: number): v.GenericSchema<number, number> {
  const what = `a whole number of ${unit} from ${min} to ${max}`;
  return v.pipe(
    v.number((issue) => `expected ${what}, got ${describeValue(issue.input)}`),
    v.integer((issue) => `expected ${what}, got ${issue.input}`),
    v.minValue(min, (issue) => `expected ${what}, got ${issue.input}`),
    v.maxValue(max, (issue) => `expected ${what}, got ${issue.input}`),
  );
}

/** Text turned into something typed by `parse`; null from it means that the text is none. */
export function parsed<T>(what: string, parse: (text: string) => T | null): v.GenericSchema<string, T> {
  return v.pipe(
    text(what),
    v.description(what), // the JSON Schema sees nothing behind a transformation
    v.rawTransform(({ dataset, addIssue, NEVER }) => {
      const value = parse(dataset.value);
      if (value !== null) return value;
      addIssue({ message: `${quote(dataset.value)} is not ${what}` });
      return NEVER;
    }),
  );
}

/** A domain that mail can have: no wildcard, no address, at least two labels. */
export function domainName(): v.GenericSchema<string, DomainName> {
  return parsed('a domain name', parseMailDomain);
}

/** A host or network that sends: an address, a prefix or a host name. */
export function networkOrHost(): v.GenericSchema<string, IpPrefix | DomainName> {
  return parsed(
    'an address, a prefix such as 192.0.2.0/24, or a host name',
    (value) => parsePrefix(value) ?? parseMailDomain(value),
  );
}

/** An address or a prefix. */
export function network(): v.GenericSchema<string, IpPrefix> {
  return parsed('an address or a prefix such as 192.0.2.0/24', parsePrefix);
}

/** A day or a moment, ISO 8601; a day begins at midnight UTC. */
export function date(): v.GenericSchema<string, Date> {
  return parsed('a date such as 2026-11-23', (value) => {
    if (!/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/.test(value)) return null;
    const moment = new Date(value);
    // 2026-02-30 is rolled over by Date, and is refused here.
    return Number.isNaN(moment.getTime()) || !isRealDay(value.slice(0, 10)) ? null : moment;
  });
}

function isRealDay(day: string): boolean {
  const moment = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(moment.getTime()) && moment.toISOString().startsWith(day);
}

function parseMailDomain(value: string): DomainName | null {
  const name = parseDomainName(value);
  if (name === null || !name.includes('.')) return null;
  // The last label of a name is never all digits (RFC 3696 §2): 192.0.2.300 is a mistyped address, not a name.
  if (/\.\d+$/.test(name)) return null;
  return /^[a-z0-9_-]+(\.[a-z0-9_-]+)+$/.test(name) ? name : null;
}

type Described<S extends v.GenericSchema> = v.SchemaWithPipe<
  readonly [S, v.DescriptionAction<v.InferOutput<S>, string>]
>;

/** A key that may be left out, or left empty as when all below it is commented out: both are null. */
export function key<const S extends v.GenericSchema>(
  description: string,
  schema: S,
): Described<v.NullishSchema<S, null>> {
  return v.pipe(v.nullish(schema, null), v.description(description));
}

/** A key that takes `fallback` when it is left out or left empty. */
export function keyOr<const S extends v.GenericSchema, const D extends v.InferInput<S>>(
  fallback: D,
  description: string,
  schema: S,
): Described<v.NullishSchema<S, D>> {
  return v.pipe(v.nullish(schema, fallback), v.description(description));
}

/** A key that must be there. */
export function must<const S extends v.GenericSchema>(description: string, schema: S): Described<S> {
  return v.pipe(schema, v.description(description));
}
