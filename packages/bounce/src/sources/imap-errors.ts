import { UnsentError } from '@unsent/dns';
import type { ImapFlowError } from 'imapflow';
import { type SourceErrorCode, sourceError } from './errors.ts';

/** Codes of Node and of the library that speak of the connection, not of what was asked. */
const CONNECTION_CODES = new Set([
  'NoConnection',
  // We ask only in a folder that we have opened: what had it open is gone.
  'NoMailboxSelected',
  'EConnectionClosed',
  'StateLogout',
  'ClosedAfterConnectText',
  'ClosedAfterConnectTLS',
  'CONNECT_TIMEOUT',
  'GREETING_TIMEOUT',
  'UPGRADE_TIMEOUT',
  'ETIMEOUT',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
]);

/** Did the connection break, so that another one may do better? */
export function isConnectionError(error: unknown): boolean {
  return isImapError(error) && error.authenticationFailed !== true && CONNECTION_CODES.has(error.code ?? '');
}

/** Did the server say no to the command itself? */
export function isRefusal(error: unknown): boolean {
  return isImapError(error) && (error.responseStatus === 'NO' || error.responseStatus === 'BAD');
}

/** What an error of the library means for `label`; anything else stays what it is. */
export function explainImapError(error: unknown, label: string): unknown {
  if (!isImapError(error) || error instanceof UnsentError) return error;
  const code = codeOf(error);
  // Only words of the server are passed on, never the error: what it holds of the dialogue may hold the password.
  return code === null ? error : sourceError(code, label, new Error(reasonOf(error)));
}

/** The same error, without the secret that the server may have repeated in it. */
export function withoutSecret(error: unknown, secret: string): unknown {
  if (!isImapError(error)) return error;
  const hide = (text: string): string => text.replaceAll(secret, '…');
  error.message = hide(error.message);
  if (typeof error.responseText === 'string') error.responseText = hide(error.responseText);
  if (typeof error.response === 'string') error.response = hide(error.response);
  return error;
}

function codeOf(error: ImapFlowError): SourceErrorCode | null {
  if (error.authenticationFailed === true) return 'source-login';
  if (error.mailboxMissing === true || error.serverResponseCode === 'NONEXISTENT') return 'source-folder-missing';
  if (error.tlsFailed === true || isTlsCode(error.code)) {
    return isTlsCode(error.code) || isTlsCode(codeInside(error)) ? 'source-certificate' : 'source-no-tls';
  }
  if (isConnectionError(error)) return 'source-unreachable';
  return isRefusal(error) || error.code !== undefined ? 'source-imap' : null;
}

function codeInside(error: ImapFlowError): string | undefined {
  const inner: unknown = error._err ?? error.cause;
  return inner instanceof Error && 'code' in inner && typeof inner.code === 'string' ? inner.code : undefined;
}

/** Codes of OpenSSL and of Node's own check of the name. */
function isTlsCode(code: string | undefined): boolean {
  return code !== undefined && /CERT|^UNABLE_TO_|^ERR_TLS|^ERR_SSL|^EPROTO$|SELF_SIGNED/.test(code);
}

/** In the words of the server. Those of Node 24 about a certificate end in an option for Node, not for us. */
function reasonOf(error: ImapFlowError): string {
  const said = error.responseText ?? (typeof error.response === 'string' ? error.response : null);
  return (said ?? error.message)
    .replace(/^[A-Z0-9]+ (?:NO|BAD) (?:\[[^\]]*\] ?)?/, '')
    .replace(/; if the root CA is installed locally.*$/, '');
}

function isImapError(error: unknown): error is ImapFlowError {
  return error instanceof Error;
}
