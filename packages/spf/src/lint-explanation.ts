import { type DomainName, joinTxt, type Resolver } from '@unsent/dns';
import type { SpfRecord } from './ast.ts';
import { finding, type RuleFinding } from './lint-finding.ts';
import { parseExplanation } from './parse.ts';
import { expandDomainOnly } from './tree-macro.ts';

/** RFC 7208 §6.2: what `exp=` names must be exactly one TXT record of plain text; else receivers say nothing. */
export async function explanationFindings(
  record: SpfRecord,
  domain: DomainName,
  resolver: Resolver,
  signal: AbortSignal | undefined,
): Promise<readonly RuleFinding[]> {
  const { exp } = record;
  const target = exp === null ? null : (exp.domain.fixed ?? expandDomainOnly(exp.domain, domain));
  if (exp === null || target === null) return [];
  const advice = (message: string): readonly RuleFinding[] => [
    finding('advice', 'exp-target', exp.span, '6.2', `the explanation is not used: ${message}`),
  ];
  const answer = await resolver.resolve(target, 'TXT', signal);
  if (answer.kind === 'failure') return advice(`${target} cannot be looked up now: ${answer.detail}`);
  if (answer.kind !== 'records') return advice(`${target} has no TXT record`);
  if (answer.data.length > 1) return advice(`${target} has ${answer.data.length} TXT records, and one is allowed`);
  const text = answer.data.map(joinTxt).join('');
  const isAscii = [...text].every((character) => character >= ' ' && character <= '~');
  if (!isAscii) return advice(`the text at ${target} is not plain ASCII`);
  return parseExplanation(text) === null ? advice(`the text at ${target} has a macro that cannot be read`) : [];
}
