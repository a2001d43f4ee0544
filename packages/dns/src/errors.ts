/**
 * The one exception that is meant for people: what happened, what to do, and a stable code.
 *
 * Expected outcomes (a permerror, a refusal, a malformed message) are values, never this. `code` is stable and
 * documented in docs/errors.md; `exitCode` is what the CLI ends with when nothing else decided it.
 */
export class UnsentError extends Error {
  readonly code: string;
  /** What the person can do about it; one sentence, or null when the message says it all. */
  readonly hint: string | null;
  readonly exitCode: ExitCode;

  constructor(code: string, options: UnsentErrorOptions) {
    super(options.message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'UnsentError';
    this.code = code;
    this.hint = options.hint ?? null;
    this.exitCode = options.exitCode ?? 1;
  }
}

export type UnsentErrorOptions = {
  /** States the fact and the offending text. */
  readonly message: string;
  readonly hint?: string;
  /** Default 1. */
  readonly exitCode?: ExitCode;
  readonly cause?: unknown;
};

/** 0 done; 1 failed; 2 bad usage or config; 3 refused; 4 applied, not verified; 5 finding; 6 another run holds the lock. */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 5 | 6;

/** Closes a `switch` over a union: reaching it is a bug. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`);
}
