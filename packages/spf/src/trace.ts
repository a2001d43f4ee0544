import type { Answer, DomainName, RrType } from '@unsent/dns';
import type { Span } from './ast.ts';
import type { Budget } from './budget.ts';
import type { Match } from './match.ts';
import type { TraceNode, TraceQuery, TraceStep, TraceTerm } from './outcome.ts';

/** The tree while it grows. Evaluation is one thing after the other, so one place in it is enough. */
export type Tracer = {
  root: NodeDraft | null;
  term: TermDraft | null;
  /** Where the next question is written down. */
  queries: TraceQuery[];
  readonly budget: Budget;
};

export type NodeDraft = {
  -readonly [K in keyof TraceNode]: K extends 'terms' ? TermDraft[] : K extends 'queries' ? TraceQuery[] : TraceNode[K];
};

type TermDraft = {
  -readonly [K in keyof TraceTerm]: K extends 'queries'
    ? TraceQuery[]
    : K extends 'inner'
      ? NodeDraft | null
      : TraceTerm[K];
};

export function newTracer(budget: Budget): Tracer {
  return { root: null, term: null, queries: [], budget };
}

/** Begins the node of one domain, below the term that leads to it. */
export function openNode(tracer: Tracer, domain: DomainName): NodeDraft {
  const node: NodeDraft = { domain, record: null, result: 'none', queries: [], terms: [] };
  if (tracer.term === null) tracer.root = node;
  else tracer.term.inner = node;
  tracer.queries = node.queries;
  return node;
}

/** Begins a term; the returned function ends it. */
export function openTerm(tracer: Tracer, node: NodeDraft, text: string, span: Span): (match: Match) => void {
  const { budget, term: outerTerm, queries: outerQueries } = tracer;
  const { lookups, voids } = budget;
  const term: TermDraft = {
    term: text.slice(span.start, span.end),
    span,
    expandedTo: null,
    outcome: 'no-match',
    note: '',
    lookups: 0,
    voidLookups: 0,
    queries: [],
    inner: null,
  };
  node.terms.push(term);
  tracer.term = term;
  tracer.queries = term.queries;
  return (match) => {
    tracer.term = outerTerm;
    tracer.queries = outerQueries;
    term.lookups = budget.lookups - lookups;
    term.voidLookups = budget.voids - voids;
    term.outcome = match === true ? 'match' : match === false ? 'no-match' : 'error';
    term.note = noteOf(term, match);
  };
}

export function noteTarget(tracer: Tracer, name: DomainName | null): void {
  if (tracer.term !== null) tracer.term.expandedTo = name;
}

export function noteQuery<T extends RrType>(tracer: Tracer, name: DomainName, type: T, answer: Answer<T>): void {
  tracer.queries.push({ name, type, answer: answerText(answer) });
}

function answerText(answer: Answer<RrType>): string {
  switch (answer.kind) {
    case 'records':
      return answer.data.length === 1 ? '1 record' : `${answer.data.length} records`;
    case 'failure':
      return answer.cause;
    default:
      return answer.kind;
  }
}

function noteOf(term: TermDraft, match: Match): string {
  if (typeof match === 'object') return match.result === 'permerror' ? match.problem.message : match.detail;
  if (term.inner !== null) return `${term.inner.domain} says ${term.inner.result}`;
  const answers = term.queries.map(({ name, type, answer }) => `${name} ${type}: ${answer}`);
  return answers.length === 0 ? (match ? 'the client matches' : 'the client does not match') : answers.join('; ');
}

/** The tree as a list in the order of evaluation: a term, then what it led to. */
export function traceSteps(root: TraceNode): readonly TraceStep[] {
  const steps: TraceStep[] = [];
  collect(root, 0, 0, steps);
  return steps;
}

function collect(node: TraceNode, depth: number, lookupsBefore: number, steps: TraceStep[]): void {
  let lookups = lookupsBefore;
  for (const term of node.terms) {
    const { expandedTo, outcome, note } = term;
    const lookupsSoFar = lookups + term.lookups;
    steps.push({ depth, domain: node.domain, term: term.term, expandedTo, lookupsSoFar, outcome, note });
    // What stands below an include was asked after the include itself was spent.
    if (term.inner !== null) collect(term.inner, depth + 1, lookups + 1, steps);
    lookups = lookupsSoFar;
  }
}
