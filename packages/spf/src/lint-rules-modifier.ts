import type { SpfRecord, TargetModifier } from './ast.ts';
import { addition, finding, type RuleFinding, removal } from './lint-finding.ts';
import { indexOfAll, termText } from './lookup-terms.ts';

/** RFC 6652 §3. */
const REPORT_MODIFIERS = ['ra', 'rp', 'rr'];
/** Everything about `redirect`, `exp` and modifiers that nobody knows. */
export function modifierRules(record: SpfRecord): readonly RuleFinding[] {
  return [redirectIgnored, unknownModifiers, modifierOrder, unusedExplanation].flatMap((rule) => rule(record));
}

function redirectIgnored(record: SpfRecord): readonly RuleFinding[] {
  const { redirect } = record;
  if (redirect === null || indexOfAll(record) === -1) return [];
  const message = `"${termText(record, redirect.span)}" is ignored, because the record has "all"`;
  return [finding('advice', 'redirect-ignored', redirect.span, '6.1', message, removal(redirect.span))];
}

function unknownModifiers(record: SpfRecord): readonly RuleFinding[] {
  return record.unknownModifiers
    .filter(({ name }) => !REPORT_MODIFIERS.includes(name.toLowerCase()))
    .map(({ name, span }) =>
      finding('advice', 'unknown-modifier', span, '6', `"${name}=" means nothing to receivers; they skip it`),
    );
}

function modifierOrder(record: SpfRecord): readonly RuleFinding[] {
  const last = record.directives.at(-1)?.span.start ?? 0;
  const early = (modifier: TargetModifier | null): modifier is TargetModifier =>
    modifier !== null && modifier.span.start < last;
  return [record.redirect, record.exp].filter(early).map(({ span }) => {
    const term = termText(record, span);
    const message = `"${term}" should stand after all mechanisms`;
    return finding('advice', 'modifier-order', span, '6', message, removal(span), addition(record.text, term));
  });
}

function unusedExplanation(record: SpfRecord): readonly RuleFinding[] {
  const { exp } = record;
  if (exp === null || record.directives.some(({ qualifier }) => qualifier === '-')) return [];
  const message = `"${termText(record, exp.span)}" explains a fail, but no term of this record fails anybody`;
  return [finding('advice', 'exp-unused', exp.span, '6.2', message)];
}
