import type { Directive, DomainSpec, MacroString, Span, SpfRecord } from './ast.ts';
import { addition, finding, type RuleFinding, removal } from './lint-finding.ts';
import { modifierRules } from './lint-rules-modifier.ts';
import { networkRules } from './lint-rules-network.ts';
import { indexOfAll, lookupTerms, termText } from './lookup-terms.ts';
import { printMechanism } from './print.ts';

/** Looks at one well-formed record. */
export type Rule = (record: SpfRecord) => readonly RuleFinding[];

/** All rules, in no order that matters. */
export const RULES: readonly Rule[] = [
  passAll,
  neutralAll,
  noAll,
  afterAll,
  duplicateTerms,
  ptrMechanism,
  macroP,
  oddNames,
  trailingDots,
  upperCase,
  recordSize,
  tooManyLookups,
  networkRules,
  modifierRules,
];

/** RFC 7208 §3.4 asks that the whole answer fit 512 octets; about 60 of them are not the record's. */
const GOOD_OCTETS = 450;
const MAX_LOOKUPS = 10;
const VERSION: Span = { start: 0, end: 'v=spf1'.length };

function firstAll(record: SpfRecord): Directive | null {
  return record.directives[indexOfAll(record)] ?? null;
}

function passAll(record: SpfRecord): readonly RuleFinding[] {
  const all = firstAll(record);
  if (all?.qualifier !== '+') return [];
  const message = `"${termText(record, all.span)}" lets every host of the Internet send mail as this domain`;
  return [finding('error', 'pass-all', all.span, '5.1', message, { span: all.span, text: '~all' })];
}

function neutralAll(record: SpfRecord): readonly RuleFinding[] {
  const all = firstAll(record);
  if (all?.qualifier !== '?') return [];
  const message = '"?all" says nothing about hosts that are not listed; "~all" or "-all" protects the domain';
  return [finding('advice', 'neutral-all', all.span, '5.1', message)];
}

function noAll(record: SpfRecord): readonly RuleFinding[] {
  if (indexOfAll(record) !== -1 || record.redirect !== null) return [];
  const message = 'nothing is said about hosts that are not listed: end the record in "-all" or "~all"';
  return [finding('advice', 'no-all', null, '4.7', message, addition(record.text, '~all'))];
}

function afterAll(record: SpfRecord): readonly RuleFinding[] {
  const all = indexOfAll(record);
  if (all === -1) return [];
  return record.directives.slice(all + 1).map(({ span }) => {
    const message = `"${termText(record, span)}" is never looked at, because it stands after "all"`;
    return finding('advice', 'after-all', span, '5.1', message, removal(span));
  });
}

function duplicateTerms(record: SpfRecord): readonly RuleFinding[] {
  const seen = new Map<string, string>();
  const findings: RuleFinding[] = [];
  for (const { mechanism, span } of record.directives) {
    if (mechanism.name === 'all') continue;
    const key = printMechanism(mechanism).toLowerCase();
    const first = seen.get(key);
    const term = termText(record, span);
    if (first === undefined) seen.set(key, term);
    else
      findings.push(finding('advice', 'duplicate-term', span, '4.6.2', duplicateMessage(term, first), removal(span)));
  }
  return findings;
}

function duplicateMessage(term: string, first: string): string {
  return term === first ? `"${term}" stands in the record twice` : `"${term}" can decide nothing after "${first}"`;
}

function ptrMechanism(record: SpfRecord): readonly RuleFinding[] {
  return record.directives
    .filter(({ mechanism }) => mechanism.name === 'ptr')
    .map(({ span }) =>
      finding(
        'advice',
        'ptr',
        span,
        '5.5',
        `"${termText(record, span)}" should not be used: it is slow, unreliable, and burdens the .arpa name servers`,
      ),
    );
}

type Target = { readonly domain: DomainSpec; readonly span: Span };

/** Every domain-spec of the record with the term it stands in. */
function targetsOf(record: SpfRecord): readonly Target[] {
  const targets: Target[] = [];
  for (const { mechanism, span } of record.directives) {
    if ('domain' in mechanism && mechanism.domain !== null) targets.push({ domain: mechanism.domain, span });
  }
  for (const modifier of [record.redirect, record.exp]) if (modifier !== null) targets.push(modifier);
  return targets;
}

function macroP(record: SpfRecord): readonly RuleFinding[] {
  const usesP = (parts: MacroString): boolean => parts.some((part) => part.kind === 'macro' && part.letter === 'p');
  return targetsOf(record)
    .filter(({ domain }) => usesP(domain.parts))
    .map(({ span }) =>
      finding(
        'advice',
        'macro-p',
        span,
        '7.2',
        '"%{p}" should not be used: it needs reverse DNS, which costs time and often fails',
      ),
    );
}

function oddNames(record: SpfRecord): readonly RuleFinding[] {
  const isOdd = (text: string): boolean => /[^a-z0-9._-]/i.test(text);
  return targetsOf(record)
    .filter(({ domain }) => domain.parts.some((part) => part.kind === 'text' && isOdd(part.text)))
    .map(({ span }) =>
      finding('error', 'odd-name', span, '4.8', `"${termText(record, span)}" asks for a name that no host can have`),
    );
}

function trailingDots(record: SpfRecord): readonly RuleFinding[] {
  return targetsOf(record).flatMap(({ span }) => {
    const term = termText(record, span);
    const better = term.replace(/\.(?=$|\/)/, '');
    if (better === term) return [];
    const message = `the dot that closes the name in "${term}" is allowed, but some receivers trip over it`;
    return [finding('advice', 'trailing-dot', span, '7.1', message, { span, text: better })];
  });
}

function upperCase(record: SpfRecord): readonly RuleFinding[] {
  // A text that is no record at all has no version to find fault with.
  const version = /^v=spf1(?= |$)/i.test(record.text) ? VERSION : undefined;
  const places = [version, ...record.directives.map(({ span }) => span), record.redirect?.span, record.exp?.span];
  return places.flatMap((span) => {
    if (span === undefined) return [];
    const term = termText(record, span);
    const name = /^[-+~?]?[a-z0-9]+(?:=spf1$)?/i.exec(term)?.[0] ?? '';
    if (name === name.toLowerCase()) return [];
    const message = `"${name}" is usually written "${name.toLowerCase()}"; some old programs know no capitals`;
    return [
      finding('advice', 'upper-case', span, '4.6.1', message, {
        span,
        text: name.toLowerCase() + term.slice(name.length),
      }),
    ];
  });
}

function recordSize(record: SpfRecord): readonly RuleFinding[] {
  const octets = record.text.length;
  if (octets <= GOOD_OCTETS) return [];
  const tail =
    octets > 512
      ? 'an answer over 512 octets needs EDNS or TCP, which some firewalls drop'
      : 'with the rest of the answer it hardly fits 512 octets';
  return [finding('advice', 'record-size', null, '3.4', `${octets} octets are many: ${tail}`)];
}

function tooManyLookups(record: SpfRecord): readonly RuleFinding[] {
  const lookups = lookupTerms(record);
  const eleventh = lookups[MAX_LOOKUPS];
  if (eleventh === undefined) return [];
  const message = `the terms of this record need ${lookups.length} DNS lookups; with more than ${MAX_LOOKUPS} receivers give up (permerror)`;
  return [finding('error', 'too-many-lookups', eleventh, '4.6.4', message)];
}
