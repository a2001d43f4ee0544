const DEFAULT_MAX_LENGTH = 400;

/**
 * What a terminal must never receive from a stranger: controls (C0, DEL, C1), format characters (bidi controls reorder
 * what stands beside them, zero-width ones hide), line and paragraph separators, halves of surrogate pairs, and what is
 * drawn as nothing. U+FE0F alone is let through: it makes an emoji of many an honest subject.
 */
const unsafe = (): RegExp =>
  /(?!\ufe0f)(?:\p{Cc}|\p{Cf}|\p{Zl}|\p{Zp}|\p{Cs}|\p{Default_Ignorable_Code_Point}|\p{Noncharacter_Code_Point})/gu;
/** Kept from its first use on: V8 takes longer for it than for the rest of the start of many a command. */
let keptUnsafe: RegExp | null = null;

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
  keptUnsafe ??= unsafe();
  const escaped = head.replace(keptUnsafe, escapeCharacter);
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
