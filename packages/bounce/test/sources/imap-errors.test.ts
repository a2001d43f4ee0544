import { expect, test } from 'vitest';
import { isConnectionError } from '../../src/sources/imap-errors.ts';

test.each([
  [{ code: 'ECONNRESET' }, true],
  [{ code: 'NoConnection' }, true],
  // The library says so of a connection that was cut while a folder was opened in it.
  [{ code: 'NoMailboxSelected' }, true],
  [{ responseStatus: 'NO' }, false],
  [{ code: 'ECONNRESET', authenticationFailed: true }, false],
])('%j: is another connection worth a try? %s', (fields, expected) => {
  expect(isConnectionError(Object.assign(new Error('x'), fields))).toBe(expected);
});
