import { assertNever } from '@unsent/dns';
import { type DomainFinding, finding, type LintCode, type RuleFinding, type Severity } from './lint-finding.ts';
import type { LookupTerm, LookupTree } from './lookup-tree.ts';
import { parseSpf } from './parse.ts';

const MAX_LOOKUPS = 10;
const MANY_LOOKUPS = 9;
const MAX_VOIDS = 2;

/** What the lookups of a record say about it: limits, dead targets, loops, broken includes. */
export function treeFindings(tree: LookupTree): readonly DomainFinding[] {
  return [...limitFindings(tree).map((one) => attach(tree, one)), ...termFindings(tree, [])];
}

function limitFindings({ lookups, voids }: LookupTree): readonly RuleFinding[] {
  const findings: RuleFinding[] = [];
  if (lookups > MAX_LOOKUPS) {
    const message = `${lookups} DNS lookups are needed and ${MAX_LOOKUPS} are allowed: receivers give up (permerror)`;
    findings.push(finding('error', 'too-many-lookups', null, '4.6.4', message));
  } else if (lookups >= MANY_LOOKUPS) {
    const message = `${lookups} of ${MAX_LOOKUPS} DNS lookups are used: one change by a provider may break the record`;
    findings.push(finding('advice', 'many-lookups', null, '4.6.4', message));
  }
  const tooManyVoids = voidFinding(voids);
  return tooManyVoids === null ? findings : [...findings, tooManyVoids];
}

/** RFC 7208 §4.6.4. An IPv6 client asks for AAAA, and names without one are common: there it is advice. */
function voidFinding({ ipv4, ipv6 }: LookupTree['voids']): RuleFinding | null {
  if (ipv4 <= MAX_VOIDS && ipv6 <= MAX_VOIDS) return null;
  const isBoth = ipv4 > MAX_VOIDS && ipv6 > MAX_VOIDS;
  const client = isBoth ? '' : ` for ${ipv4 > MAX_VOIDS ? 'IPv4' : 'IPv6'} clients`;
  const message = `${Math.max(ipv4, ipv6)} lookups come back empty${client} and ${MAX_VOIDS} are allowed: receivers give up (permerror)`;
  return finding(ipv4 > MAX_VOIDS ? 'error' : 'advice', 'too-many-voids', null, '4.6.4', message);
}

/** Findings of the terms of a tree and of all below; `path` are the terms that led here. */
function termFindings(tree: LookupTree, path: readonly string[]): readonly DomainFinding[] {
  return tree.terms.flatMap((term) => {
    const here = answerFinding(term) ?? recordFinding(term);
    const own = here === null ? [] : [attach(tree, inContext(here, path))];
    const below = term.inner === null ? [] : termFindings(term.inner, [...path, term.term]);
    return [...own, ...below];
  });
}

function answerFinding({ answer, term, span, target }: LookupTerm): RuleFinding | null {
  if (answer === null) return null;
  const say = (severity: Severity, code: LintCode, section: string, message: string): RuleFinding =>
    finding(severity, code, span, section, `"${term}" ${message}`);
  switch (answer.kind) {
    case 'found':
      return null;
    case 'empty':
    case 'no-such-name':
      return say(
        'advice',
        'void-lookup',
        '4.6.4',
        `matches nobody: ${target} has ${answer.text === 'no such name' ? 'no records at all' : answer.text}; it costs a lookup and a void lookup`,
      );
    case 'no-host':
      return say('advice', 'bad-target', '5.4', `matches nobody: ${answer.text}`);
    case 'too-many-mx':
      return say('error', 'too-many-mx', '4.6.4', `breaks the record: ${answer.text}`);
    case 'failure':
      return say('error', 'dns-failure', '4.4', `cannot be looked up now: ${answer.text}`);
    default:
      return assertNever(answer.kind);
  }
}

/** RFC 7208 §5.2, §6.1: an include or a redirect needs a record at its target. */
function recordFinding({ inner, name, term, span }: LookupTerm): RuleFinding | null {
  if (inner === null) return null;
  const section = name === 'redirect' ? '6.1' : '5.2';
  const say = (severity: Severity, code: LintCode, message: string): RuleFinding =>
    finding(severity, code, span, section, `"${term}" ${message}`);
  switch (inner.state) {
    case 'ok':
      return passesAll(inner) ? say('error', 'target-passes-all', 'lets every host of the Internet pass') : null;
    case 'no-record':
    case 'no-domain':
      return say(
        'error',
        'target-has-no-record',
        `breaks the record: ${inner.domain} ${inner.state === 'no-domain' ? 'does not exist' : 'has no SPF record'}`,
      );
    case 'multiple-records':
    case 'broken':
      return say('error', 'target-is-broken', `breaks the record: ${inner.detail}`);
    case 'loop':
      return say('error', 'loop', `leads in a circle: ${inner.detail}`);
    case 'dns-failure':
      return say('error', 'dns-failure', `cannot be looked up now: ${inner.detail}`);
    case 'cut':
      return say('error', 'tree-cut', 'leads to more records than any check will read');
    default:
      return assertNever(inner.state);
  }
}

function passesAll(tree: LookupTree): boolean {
  const { directives } = parseSpf(tree.record ?? '').record;
  return directives.some(({ qualifier, mechanism }) => qualifier === '+' && mechanism.name === 'all');
}

function inContext(one: RuleFinding, path: readonly string[]): RuleFinding {
  return path.length === 0 ? one : { ...one, span: null, message: `${one.message} (below ${path.join(' > ')})` };
}

function attach(tree: LookupTree, { edits: _edits, ...rest }: RuleFinding): DomainFinding {
  return { ...rest, domain: tree.domain };
}
