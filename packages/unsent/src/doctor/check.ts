import { type ExitCode, UnsentError } from '@unsent/dns';

/** What one check found. A `warning` works, but not as well as it could; a `failure` does not work. */
export type Check = {
  /** Stable, for scripts: `policy-order`. */
  readonly id: string;
  readonly state: CheckState;
  /** The fact, one sentence. */
  readonly what: string;
  /** What to do about it; null when there is nothing to do. */
  readonly todo: string | null;
};

export type CheckState = 'ok' | 'warning' | 'failure';

/** A check of this id that found nothing wrong. */
export function good(id: string, what: string): Check {
  return { id, state: 'ok', what, todo: null };
}

/** A check of this id that found something to mend. */
export function bad(id: string, state: Exclude<CheckState, 'ok'>, what: string, todo: string): Check {
  return { id, state, what, todo };
}

/** 1 when something does not work; warnings leave it at 0. */
export function exitCodeOf(checks: readonly Check[]): ExitCode {
  return checks.some(({ state }) => state === 'failure') ? 1 : 0;
}

/** What `work` found; an error that has a name becomes a failure, with its hint as what to do. */
export async function checked(id: string, work: () => Promise<readonly Check[]>): Promise<readonly Check[]> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof UnsentError)) throw error;
    return [failed(id, error)];
  }
}

/** A failure that says what the error says. */
export function failed(id: string, { message, hint, code }: UnsentError): Check {
  return bad(id, 'failure', message, hint ?? `See ${code} in docs/errors.md.`);
}
