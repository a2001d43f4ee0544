import { parseDomainName, parseIp } from '@unsent/dns';
import { addressTerm, mendAddress } from './lint-address.ts';
import { isKnownName, MODIFIERS, meantName } from './lint-names.ts';
import type { RepairCode } from './repair.ts';

/** A guess at what was meant: the terms, and one clause that says what is wrong. */
type Attempt = { readonly terms: readonly string[]; readonly message: string };

/** Patterns, not a parser: what is read here follows no grammar. Each is linear and sees one term of at most 512 characters. */
export type TermRepair = {
  readonly code: RepairCode;
  /** Also tried on a term that is well-formed but cannot have been meant: `include:example.com-all`. */
  readonly alsoIfWellFormed: boolean;
  readonly attempts: (term: string) => readonly Attempt[];
};

type Parts = { readonly qualifier: string; readonly name: string; readonly separator: string; readonly value: string };

/** The order matters: the likelier mistake first. */
export const TERM_REPAIRS: readonly TermRepair[] = [
  { code: 'version', alsoIfWellFormed: true, attempts: repeatedVersion },
  { code: 'separator', alsoIfWellFormed: true, attempts: otherSeparators },
  { code: 'not-a-name', alsoIfWellFormed: true, attempts: urlForName },
  { code: 'stray-character', alsoIfWellFormed: false, attempts: strayCharacters },
  { code: 'misspelt', alsoIfWellFormed: true, attempts: misspeltName },
  { code: 'missing-space', alsoIfWellFormed: true, attempts: missingSpace },
  { code: 'wrong-family', alsoIfWellFormed: false, attempts: wrongFamily },
  { code: 'address-for-name', alsoIfWellFormed: false, attempts: addressForName },
  { code: 'bad-address', alsoIfWellFormed: false, attempts: badAddress },
  { code: 'name-for-address', alsoIfWellFormed: false, attempts: nameForAddress },
  { code: 'misspelt', alsoIfWellFormed: false, attempts: bareValue },
  { code: 'not-a-name', alsoIfWellFormed: false, attempts: internationalName },
  { code: 'stray-character', alsoIfWellFormed: false, attempts: emptyArgument },
];

const NO_ATTEMPT: readonly Attempt[] = [];
/** `-ip4:192.0.2.1` → `-`, `ip4`, `:`, `192.0.2.1`; the name in lower case. */
function partsOf(term: string): Parts | null {
  const found = /^([-+~?]?)([a-z][a-z0-9]*)(?:([:=])(.*)|(?=\/)(.*))?$/i.exec(term);
  if (found === null) return null;
  const [, qualifier = '', name = '', separator = '', value = '', prefix = ''] = found;
  return { qualifier, name: name.toLowerCase(), separator, value: separator === '' ? prefix : value };
}

function repeatedVersion(term: string): readonly Attempt[] {
  return /^v=spf1[.,;]?$/i.test(term) ? [{ terms: [], message: '"v=spf1" stands in the record twice' }] : NO_ATTEMPT;
}

/** `a,mx`, `a;`, `ip4:192.0.2.1,192.0.2.2`: what follows without a name takes the name before it. */
function otherSeparators(term: string): readonly Attempt[] {
  const pieces = splitOutsideMacros(term, ',;|');
  // A comma is a good character of a name, if a strange one; beside macros it may be meant.
  const isNameWithMacros =
    term.includes('%{') && pieces.slice(1).some((piece) => !/^[-+~?]?[a-z0-9]+[:=]|^$/i.test(piece));
  if (pieces.length === 1 || isNameWithMacros) return NO_ATTEMPT;
  const named: string[] = [];
  let name = '';
  for (const piece of pieces.filter((one) => one !== '')) {
    const parts = partsOf(piece);
    const isNamed = parts !== null && (isKnownName(parts.name) || parts.separator !== '') && parseIp(piece) === null;
    if (isNamed && parts.separator !== '') name = piece.slice(0, piece.length - parts.value.length);
    named.push(isNamed || /^[-+~?]/.test(piece) ? piece : name + piece);
  }
  const separator = term.charAt(pieces[0]?.length ?? 0);
  return named.length === 0
    ? NO_ATTEMPT
    : [{ terms: named, message: `terms are separated by spaces, not by "${separator}"` }];
}

function strayCharacters(term: string): readonly Attempt[] {
  const attempts: Attempt[] = [];
  for (const stripped of [
    term.replace(/^['"`(<[\\]+/, '').replace(/['"`)>\]\\.,;]+$/, ''),
    term.replace(/[.,;:'"`)\]>\\]+$/, ''),
    term.replace(/^([-+~?])\1+/, '$1'),
    term.replace(/([:=])[[<(]+(.*?)[\])>]+/, '$1$2'),
    term.replace(/([:=])\1+/, '$1'),
    term.replace(/\\/g, '/'),
    term.replace(/\/+$/, ''),
    term.replace(/^([-+~?])[-_.]/, '$1'),
  ]) {
    if (stripped === term || stripped === '') continue;
    attempts.push({ terms: [stripped], message: `"${term}" has characters too many; "${stripped}" is meant` });
  }
  return attempts;
}

function misspeltName(term: string): readonly Attempt[] {
  const parts = partsOf(term);
  if (parts === null) return NO_ATTEMPT;
  const { qualifier, name, separator, value } = parts;
  const meant = isKnownName(name) ? name : meantName(name);
  if (meant === null) return NO_ATTEMPT;
  const isModifier = MODIFIERS.includes(meant);
  const right = separator === '' ? '' : isModifier ? '=' : ':';
  if (meant === name && right === separator) return NO_ATTEMPT;
  const named = name === 'ip' && value.includes(':') ? 'ip6' : meant;
  const better = `${isModifier ? '' : qualifier}${named}${right}${value}`;
  return [{ terms: [better], message: `"${name}${separator}" is written "${named}${right}"` }];
}

function urlForName(term: string): readonly Attempt[] {
  const found =
    /^([-+~?]?(?:include|a|mx|exists|ptr):|redirect=|exp=)([a-z][a-z0-9+.-]*:\/\/)([^/:]+)(?::\d+)?\/?$/i.exec(term);
  if (found === null) return NO_ATTEMPT;
  const [, head = '', scheme = '', host = ''] = found;
  return [{ terms: [head + host], message: `a name stands here, not a URL: without "${scheme}"` }];
}

const TERM_START =
  /[-+~?]?(?:(?:include|exists|ip4|ip6|ipv4|ipv6|ptr|mx|a):|redirect=|exp=)|(?<=\d)all$|[-+~?](?:mx|a|ptr|all)(?=$|[-+~?/])/gi;

/** `ip4:192.0.2.0/25-all`: tries each place where a new term may begin. */
function missingSpace(term: string): readonly Attempt[] {
  const attempts: Attempt[] = [];
  const name = partsOf(term);
  // The value of a modifier that we do not know may be anything.
  if (name?.separator === '=' && !isKnownName(name.name)) return attempts;
  for (const found of term.matchAll(TERM_START)) {
    const head = term.slice(0, found.index);
    const rest = term.slice(found.index);
    // `_spf-a:x` may end in a letter by chance: a name that goes on must not be cut there.
    const isInsideWord = /[a-z0-9]$/i.test(head) && /^(?:a|mx|ptr):/i.test(rest);
    if (head === '' || isInsideWord || isOpenMacro(head)) continue;
    attempts.push({ terms: [head, rest], message: `a space is missing before "${rest}"` });
  }
  return attempts;
}

function wrongFamily(term: string): readonly Attempt[] {
  const parts = partsOf(term);
  if (parts === null || (parts.name !== 'ip4' && parts.name !== 'ip6')) return NO_ATTEMPT;
  const other = parts.name === 'ip4' ? 'ip6' : 'ip4';
  const isOther = other === 'ip6' ? parts.value.includes(':') : /^[^a-z:]+$/i.test(parts.value);
  const message = `an IPv${other === 'ip6' ? '6' : '4'} address needs "${other}:"`;
  return isOther ? [{ terms: [`${parts.qualifier}${other}:${parts.value}`], message }] : NO_ATTEMPT;
}

function addressForName(term: string): readonly Attempt[] {
  const parts = partsOf(term);
  if (parts === null || !['a', 'mx', 'ptr', 'include', 'exists', 'redirect'].includes(parts.name)) return NO_ATTEMPT;
  const address = addressTerm(parts.value);
  if (address === null) return NO_ATTEMPT;
  const message = `"${parts.name}${parts.separator}" takes a name; an address needs "${address.slice(0, 4)}"`;
  return [{ terms: [parts.qualifier + address], message }];
}

function badAddress(term: string): readonly Attempt[] {
  const parts = partsOf(term);
  if (parts === null || (parts.name !== 'ip4' && parts.name !== 'ip6')) return NO_ATTEMPT;
  const mended = mendAddress(parts.value);
  if (mended === null) return NO_ATTEMPT;
  const better = mended.map((address) => `${parts.qualifier}${address.includes(':') ? 'ip6' : 'ip4'}:${address}`);
  return [{ terms: better, message: `"${parts.value}" is written "${mended.join(' ')}"` }];
}

function nameForAddress(term: string): readonly Attempt[] {
  const parts = partsOf(term);
  if (parts === null || (parts.name !== 'ip4' && parts.name !== 'ip6')) return NO_ATTEMPT;
  if (!/[a-z]/i.test(parts.value) || parts.value.includes(':')) return NO_ATTEMPT;
  const message = `"${parts.name}:" takes an address; a host name needs "a:"`;
  return [{ terms: [`${parts.qualifier}a:${parts.value}`], message }];
}

/** `192.0.2.1` alone. A bare name stays: it may be meant for `a:` as well as for `include:`. */
function bareValue(term: string): readonly Attempt[] {
  const [, qualifier = '', value = ''] = /^([-+~?]?)(.*)$/.exec(term) ?? [];
  const address = addressTerm(value);
  return address === null
    ? NO_ATTEMPT
    : [{ terms: [qualifier + address], message: `an address needs "${address.slice(0, 4)}" before it` }];
}

/** RFC 8616 §4: names of other scripts stand in DNS as A-labels. */
function internationalName(term: string): readonly Attempt[] {
  const [, head = '', name = '', tail = ''] = /^([-+~?]?[a-z]+[:=])([^/]*)(\/.*)?$/i.exec(term) ?? [];
  const ascii = /[^\0-\x7f]/.test(name) ? parseDomainName(name) : null;
  if (ascii === null) return NO_ATTEMPT;
  return [{ terms: [head + ascii + tail], message: `"${name}" is written "${ascii}" in DNS` }];
}

/** An `include:` of nothing means nothing. (`a:` is `a` with a character too many.) */
function emptyArgument(term: string): readonly Attempt[] {
  const parts = partsOf(term);
  if (parts === null || parts.separator === '' || parts.value !== '') return NO_ATTEMPT;
  return [{ terms: [], message: `nothing stands after "${parts.name}${parts.separator}"` }];
}

function splitOutsideMacros(term: string, separators: string): readonly string[] {
  const pieces = [''];
  for (let at = 0, isMacro = false; at < term.length; at++) {
    const character = term.charAt(at);
    if (character === '{' && term[at - 1] === '%') isMacro = true;
    if (character === '}') isMacro = false;
    if (!isMacro && separators.includes(character)) pieces.push('');
    else pieces[pieces.length - 1] += character;
  }
  return pieces;
}

function isOpenMacro(head: string): boolean {
  return head.lastIndexOf('%{') > head.lastIndexOf('}');
}
