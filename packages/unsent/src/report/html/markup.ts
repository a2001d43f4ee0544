import { escapeForTerminal } from '../../output/escape.ts';

/** Text that is HTML already. Made by `html` alone, but for the drawings of the plotting library. */
export type Html = { readonly markup: string };

type Value = string | number | Html | readonly Html[] | null;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const MAX_TEXT = 300;

/** A template whose values are text unless they are `Html`: escaped for HTML, in elements and in quoted attributes. */
export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Html {
  const parts = strings.flatMap((text, i) => [text, i < values.length ? markupOf(values[i] ?? null) : '']);
  return { markup: parts.join('') };
}

/**
 * Text from strangers as HTML: what reorders, hides or controls becomes a visible escape (`\u202e`), as on a terminal;
 * what is longer than 300 characters is cut.
 */
function escapeHtml(text: string): string {
  return visible(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

/** The same text before it is HTML, for whoever escapes himself. */
export function visible(text: string): string {
  return escapeForTerminal(text, { maxLength: MAX_TEXT });
}

function markupOf(value: Value): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return escapeHtml(value);
  return 'markup' in value ? value.markup : value.map(({ markup }) => markup).join('');
}
