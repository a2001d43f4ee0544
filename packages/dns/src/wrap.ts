import type { DomainName } from './name.ts';
import type { RrType } from './record.ts';
import type { Answer, Resolver } from './resolver.ts';

/**
 * Gives up on a question after `timeoutMs` with the failure 'timeout', and aborts it in `resolver`. Answers that come
 * at once pass through.
 */
export function withTimeout(resolver: Resolver, timeoutMs: number): Resolver {
  return {
    resolve<T extends RrType>(name: DomainName, type: T, signal?: AbortSignal): Answer<T> | Promise<Answer<T>> {
      const controller = new AbortController();
      const asked = resolver.resolve(name, type, controller.signal);
      return asked instanceof Promise ? limited(asked, controller, timeoutMs, signal) : asked;
    },
  };
}

function limited<T extends RrType>(
  asked: Promise<Answer<T>>,
  controller: AbortController,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<Answer<T>> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
      controller.abort(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve({ kind: 'failure', cause: 'timeout', detail: `no answer within ${timeoutMs} ms` });
      controller.abort();
    }, timeoutMs);
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };
    asked.finally(done).then(resolve, reject);
    if (signal?.aborted === true) onAbort();
    else signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** A question and what came back. */
export type Observation = { readonly name: DomainName; readonly type: RrType; readonly answer: Answer<RrType> };

/** Tells `observe` of every answer, for counting and for logs; what is aborted has none. */
export function observed(resolver: Resolver, observe: (observation: Observation) => void): Resolver {
  return {
    resolve<T extends RrType>(name: DomainName, type: T, signal?: AbortSignal): Answer<T> | Promise<Answer<T>> {
      const tell = (answer: Answer<T>): Answer<T> => {
        observe({ name, type, answer });
        return answer;
      };
      const answer = resolver.resolve(name, type, signal);
      return answer instanceof Promise ? answer.then(tell) : tell(answer);
    },
  };
}
