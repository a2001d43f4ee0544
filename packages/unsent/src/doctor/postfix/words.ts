/** The characters that separate words in main.cf and master.cf. */
const SEPARATORS = new Set([' ', '\t', '\n', '\r', ',']);

/**
 * The words of a value of main.cf: separated by spaces or commas, `{ … }` one word with its braces (postconf(5)).
 *
 * A brace that is never closed takes the rest of the text.
 */
export function splitWords(text: string, separators: ReadonlySet<string> = SEPARATORS): readonly string[] {
  const words: string[] = [];
  let word = '';
  let depth = 0;
  for (const character of text) {
    if (character === '{') depth++;
    if (character === '}') depth--;
    if (depth <= 0 && separators.has(character)) {
      if (word !== '') words.push(word);
      word = '';
    } else {
      word += character;
    }
  }
  return word === '' ? words : [...words, word];
}

/** `{ a = b }` without its braces; anything else as it is. */
export function withoutBraces(word: string): string {
  return word.startsWith('{') && word.endsWith('}') ? word.slice(1, -1).trim() : word;
}

/** `name = value`; null when there is no `=`. */
export function nameAndValue(text: string): readonly [name: string, value: string] | null {
  const equals = text.indexOf('=');
  return equals === -1 ? null : [text.slice(0, equals).trim(), text.slice(equals + 1).trim()];
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** Seconds of a time value such as `100s` or `5m`; null when it is none. */
export function secondsOf(text: string): number | null {
  const match = /^(\d+)([smhdw]?)$/.exec(text.trim());
  return match === null ? null : Number(match[1]) * (UNIT_SECONDS[match[2] || 's'] ?? 1);
}
