import { decodeHeaderValue, unfold } from './mime-words.ts';

/** A Content-Type or Content-Disposition value: the word in front and its parameters by lower-case name. */
export type ValueWithParameters = { readonly value: string; readonly parameters: ReadonlyMap<string, string> };

// token or quoted-string, RFC 2045 §5.1; lengths are bounded and no two alternatives can match the same text.
const PARAMETER = /;[\s;]{0,50}([^\s=;"]{1,60})\s{0,20}=\s{0,20}(?:"((?:[^"\\]|\\.){0,2000})"?|([^;]{0,2000}))/g;
const MAX_LENGTH = 4000;

/** Reads `value; name=text; name="text"` (RFC 2045 §5.1), joining RFC 2231 continuations. Never throws. */
export function readParameters(raw: string): ValueWithParameters {
  const text = unfold(raw.slice(0, MAX_LENGTH));
  const semicolon = text.indexOf(';');
  if (semicolon === -1) return { value: text.toLowerCase(), parameters: NO_PARAMETERS };
  const parameters = new Map<string, string>();
  PARAMETER.lastIndex = semicolon;
  for (let match = PARAMETER.exec(text); match !== null; match = PARAMETER.exec(text)) {
    const [, name = '', quoted, bare = ''] = match;
    addParameter(parameters, name.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? withoutComment(bare));
  }
  return { value: text.slice(0, semicolon).trim().toLowerCase(), parameters };
}

const NO_PARAMETERS: ReadonlyMap<string, string> = new Map();

function withoutComment(bare: string): string {
  const comment = bare.indexOf(' (');
  return (comment === -1 ? bare : bare.slice(0, comment)).trim();
}

// RFC 2231 §3 and §4: name*0=, name*1*=, and a charset in front of the first extended piece.
function addParameter(parameters: Map<string, string>, name: string, value: string): void {
  const star = name.indexOf('*');
  if (star === -1) {
    if (!parameters.has(name)) parameters.set(name, value.includes('=?') ? decodeHeaderValue(value) : value);
    return;
  }
  const base = name.slice(0, star);
  const text = name.endsWith('*') ? percentDecoded(value.replace(/^[\w-]{0,40}'[\w-]{0,20}'/, '')) : value;
  parameters.set(base, (parameters.get(base) ?? '') + text);
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
