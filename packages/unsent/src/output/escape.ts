const DEFAULT_MAX_LENGTH = 400;

/**
 * What a terminal must never receive from a stranger: C0 and C1 controls, DEL, line and paragraph separators, bidi
 * controls (they reorder what stands beside them), invisible characters, tags, and halves of surrogate pairs.
 */
const UNSAFE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb]|\u034f|[\u{e0000}-\u{e0fff}]|\p{Surrogate}|\p{Noncharacter_Code_Point}/gu;

const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\x1b': '\\e' };

/**
 * Makes text that came from mail or DNS safe to print on one line.
 *
 * Unsafe characters become visible escapes (`\e`, `\x07`, `\u202e`); what is longer than `maxLength` characters
 * (default 400) is cut and ends in `…`. Everything else, of any script, stays as it is.
 */
export function escapeForTerminal(text: string, options: { readonly maxLength?: number } = {}): string {
  const maxLength = options.maxLength ?? DEFAULT_MAX_LENGTH;
  // Cut first: a line of 50 MB must not be escaped whole only to be thrown away.
  const head = text.length > maxLength ? text.slice(0, maxLength * 2) : text;
  const escaped = head.replace(UNSAFE, escapeCharacter);
  return truncate(escaped, maxLength, head.length < text.length);
}

function escapeCharacter(character: string): string {
  const named = NAMED[character];
  if (named !== undefined) return named;
  const code = character.codePointAt(0) ?? 0;
  if (code <= 0xff) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code <= 0xffff ? `\\u${code.toString(16).padStart(4, '0')}` : `\\u{${code.toString(16)}}`;
}

function truncate(text: string, maxLength: number, isCutAlready: boolean): string {
  if (text.length <= maxLength && !isCutAlready) return text;
  const characters = [...text];
  if (characters.length <= maxLength && !isCutAlready) return text;
  return `${characters.slice(0, Math.max(0, maxLength - 1)).join('')}…`;
}
