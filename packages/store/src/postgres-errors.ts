import { UnsentError } from '@unsent/dns';
import { type StoreErrorCode, storeError } from './errors.ts';

/** What became of a statement that failed. */
export type Failure =
  /** The server took it back and asks to try again: a deadlock, or two that changed the same. */
  | 'conflict'
  /** The server has gone, or cannot be used yet. What was sent last may have been done. */
  | 'lost'
  /** Trying again would not help. */
  | 'final';

/** Tells what kind of failure the driver reported. SQLSTATE: PostgreSQL manual, appendix A. */
export function failureOf(error: unknown): Failure {
  if (error instanceof UnsentError || !(error instanceof Error)) return 'final';
  const code = codeOf(error);
  if (/^(40001|40P01|55P03)$/.test(code)) return 'conflict';
  if (/^(08\w{3}|57P0[1-5]|53300|25P03)$/.test(code)) return 'lost';
  if (/^E(CONNRESET|CONNREFUSED|CONNABORTED|PIPE|TIMEDOUT|HOSTUNREACH|NETUNREACH|AI_AGAIN)$/.test(code)) return 'lost';
  // The driver gives these no code.
  return /^(Connection terminated|timeout exceeded when trying|Query read timeout|Client has encountered)/.test(
    error.message,
  )
    ? 'lost'
    : 'final';
}

/** True where no answer came: the driver gives this no code. */
export function isSilence(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('Query read timeout');
}

/** What the driver or the server complained about, as an error for people; anything unknown stays what it is. */
export function explainPostgresError(error: unknown, place: string): unknown {
  if (error instanceof UnsentError || !(error instanceof Error)) return error;
  const code = codeOf(error);
  // The driver's own words, and no code: the server asked for a password, and there is none.
  if (/password must be a (non-empty )?string/.test(error.message)) {
    return storeError('store-refused', place, 'it asks for a password', error);
  }
  const found = CODES.find(([pattern]) => pattern.test(code))?.[1];
  const known = found ?? (failureOf(error) === 'lost' || isAboutTls(error) ? 'store-unreachable' : null);
  return known === null ? error : storeError(known, place, oneLine(error), error);
}

const CODES: readonly (readonly [RegExp, StoreErrorCode])[] = [
  [/^(40001|40P01|55P03|53300)$/, 'store-busy'],
  [/^(28\w{3}|3D000)$/, 'store-refused'],
  [/^(42501|25006)$/, 'store-forbidden'],
  [/^(53100|53200)$/, 'store-full'],
  [/^XX00[12]$/, 'store-corrupt'],
  [/^E(NOENT|NOTFOUND|ACCES)$/, 'store-unreachable'],
];

function isAboutTls(error: Error): boolean {
  return (
    /^(ERR_(TLS|SSL)|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/.test(codeOf(error)) || /\bSSL\b/.test(error.message)
  );
}

function codeOf(error: Error): string {
  if ('code' in error && typeof error.code === 'string') return error.code;
  // All addresses of a host name failed: each has its own error.
  return error instanceof AggregateError && error.errors[0] instanceof Error ? codeOf(error.errors[0]) : '';
}

function oneLine(error: Error): string {
  const inner = error instanceof AggregateError && error.errors[0] instanceof Error ? error.errors[0] : error;
  return inner.message.replace(/\s+/g, ' ').replace(/\.$/, '');
}
