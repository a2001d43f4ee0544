import { UnsentError } from '@unsent/dns';
import { APIConnectionError, APIConnectionTimeoutError, APIError } from 'cloudflare/core/error';

/** Codes that say: the zone is not what the plan was made for. */
const CONFLICTS: ReadonlySet<number> = new Set([
  81044, // record does not exist
  81053, // an A, AAAA or CNAME of that name exists
  81054, // a CNAME of that name exists
  81056,
  81057, // the record exists
  81058, // an identical record exists
]);

/** No token, a malformed one, one that is unknown. */
const BAD_TOKEN: ReadonlySet<number> = new Set([1000, 6003, 6111, 9109]);

const DEFAULT_RETRY_SECONDS = 300;

/** The error for people: one sentence that says what is missing, and what to do about it. */
export function cloudflareError(cause: unknown, doing: string): unknown {
  if (!(cause instanceof APIError)) return cause;
  if (cause instanceof APIConnectionError) return unreachable(cause, doing);
  const codes = cause.errors.map(({ code }) => code ?? 0);
  const status = cause.status ?? 0;
  if (status === 429) return rateLimited(cause);
  if (codes.some((code) => CONFLICTS.has(code))) {
    return new UnsentError('zone-changed', {
      message: `The zone was changed by somebody else since it was read (${said(cause)}).`,
      hint: 'Run the command again to see the plan for the zone as it is now.',
      exitCode: 3,
      cause,
    });
  }
  if (codes.some((code) => BAD_TOKEN.has(code)) || status === 401) {
    return new UnsentError('provider-token-refused', {
      message: `Cloudflare does not accept the API token (${said(cause)}).`,
      hint: 'Make one at dash.cloudflare.com/profile/api-tokens and put it into CLOUDFLARE_API_TOKEN.',
      cause,
    });
  }
  if (status === 403) {
    return new UnsentError('provider-forbidden', {
      message: `The Cloudflare API token may not ${doing} (${said(cause)}).`,
      hint: 'It needs Zone: Read and DNS: Edit for this zone. See docs/providers/cloudflare.md.',
      cause,
    });
  }
  const isTheirs = status >= 500;
  return new UnsentError(isTheirs ? 'provider-failed' : 'provider-refused', {
    message: `Cloudflare ${isTheirs ? 'failed' : 'refused'} to ${doing} (${said(cause)}).`,
    ...(isTheirs ? { hint: 'See cloudflarestatus.com, and try again later.' } : {}),
    cause,
  });
}

/** How long a 429 asks to wait. */
export function retryAfterSeconds(headers: Headers): number {
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : DEFAULT_RETRY_SECONDS;
}

function unreachable(cause: APIConnectionError, doing: string): UnsentError {
  const reason = cause instanceof APIConnectionTimeoutError ? 'it took too long' : (innermost(cause) ?? cause.message);
  return new UnsentError('provider-unreachable', {
    message: `Cloudflare did not answer when asked to ${doing}: ${reason}.`,
    hint: 'Check the network, then run the command again: it looks first at what is there.',
    cause,
  });
}

function rateLimited(cause: APIError): UnsentError {
  const seconds = cause.headers === undefined ? DEFAULT_RETRY_SECONDS : retryAfterSeconds(cause.headers);
  return new UnsentError('provider-rate-limited', {
    message: `Cloudflare's limit of calls is used up; it says to wait ${seconds} s.`,
    hint: 'The limit (1,200 calls in 5 minutes) is shared by all tokens of a user and the dashboard.',
    cause,
  });
}

/** Cloudflare's own words: `81044: Record does not exist.` */
function said({ errors, status }: APIError): string {
  const texts = errors.map(({ code, message }) => `${code ?? '?'}: ${message ?? ''}`.trim());
  return texts.length === 0 ? `HTTP status ${status ?? '?'}` : texts.join('; ');
}

function innermost(error: Error): string | null {
  let found: string | null = null;
  for (let at: unknown = error.cause; at instanceof Error; at = at.cause)
    found = at.message === '' ? found : at.message;
  return found;
}
