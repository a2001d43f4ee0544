import type { Answer, Resolver, RrType } from '../../src/index.ts';

/** An answer without its TTL and in a fixed order: what two resolvers must agree on. */
export function gist(answer: Answer<RrType>): string {
  switch (answer.kind) {
    case 'records':
      return JSON.stringify(answer.data.map((data) => JSON.stringify(data)).sort());
    case 'failure':
      return answer.cause;
    default:
      return answer.kind;
  }
}

/** An answer that must be there without waiting. */
export function atOnce<T extends RrType>(answer: Answer<T> | Promise<Answer<T>>): Answer<T> {
  if (answer instanceof Promise) throw new Error('the answer is a promise');
  return answer;
}

/** A resolver whose answers the test gives when it likes. */
export function manualResolver(): Resolver & { readonly asked: Asked[] } {
  const asked: Asked[] = [];
  return {
    asked,
    resolve: (name, type, signal) =>
      new Promise((resolve, reject) => {
        asked.push({ question: `${name} ${type}`, signal, answer: resolve, reject });
        signal?.addEventListener('abort', () => reject(signal.reason));
      }),
  };
}

type Asked = {
  readonly question: string;
  readonly signal: AbortSignal | undefined;
  readonly answer: (answer: Answer<never>) => void;
  readonly reject: (reason: unknown) => void;
};
