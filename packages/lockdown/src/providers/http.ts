import { UnsentError } from '@unsent/dns';

/** How to speak to one HTTP API. */
export type HttpApi = {
  /** For messages: `PowerDNS`. */
  readonly title: string;
  /** Without a slash at its end. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
};

/** A reply that came; what it means is for the caller. `body` is null when it is empty or no JSON. */
export type HttpReply = { readonly status: number; readonly body: unknown };

/** One request, never repeated. Rejects with `provider-unreachable` when no reply came. */
export async function requestJson(
  api: HttpApi,
  method: 'GET' | 'PATCH',
  path: string,
  body?: unknown,
): Promise<HttpReply> {
  try {
    const response = await fetch(`${api.url}${path}`, {
      method,
      headers: { ...api.headers, accept: 'application/json', ...(body === undefined ? {} : JSON_TYPE) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      redirect: 'error', // a redirect would carry the key elsewhere
      signal: AbortSignal.timeout(api.timeoutMs),
    });
    return { status: response.status, body: parseJson(withoutSecrets(await response.text(), api)) };
  } catch (cause) {
    throw new UnsentError('provider-unreachable', {
      message: `${api.title} did not answer at ${new URL(api.url).host}: ${reason(cause)}.`,
      hint: 'Check that it runs and can be reached from here.',
      cause,
    });
  }
}

/** What a reply says may be shown and kept; a server that repeats the key in it is not repeated. */
function withoutSecrets(text: string, { headers }: HttpApi): string {
  return Object.values(headers).reduce((kept, secret) => kept.replaceAll(secret, '…'), text);
}

const JSON_TYPE = { 'content-type': 'application/json' };

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** `fetch failed` says nothing; its cause does. */
function reason(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  if (cause.name === 'TimeoutError') return 'it took too long';
  return cause.cause instanceof Error ? cause.cause.message || cause.cause.name : cause.message;
}
