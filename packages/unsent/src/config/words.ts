import { escapeForTerminal } from '../output/escape.ts';

/** What a value of the configuration is, in a reader's words; never the text itself, which may be a secret. */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  if (typeof value === 'string') return 'text';
  return typeof value === 'number' ? `the number ${value}` : String(value);
}

/** Text of the configuration inside a message. */
export function quote(text: string): string {
  return `"${escapeForTerminal(text, { maxLength: 80 })}"`;
}

/** `a`, `a or b`, `a, b or c`. */
export function oneOf(choices: readonly string[]): string {
  const last = choices.at(-1) ?? '';
  return choices.length < 2 ? last : `${choices.slice(0, -1).join(', ')} or ${last}`;
}
