import { expect, test } from 'vitest';
import { isOfDatabase } from '../../src/policyd/store-keeper.ts';

test.each([
  ['unsent.db', true],
  ['unsent.db-wal', true],
  ['unsent.db-shm', true],
  // Some file systems do not tell which file it was.
  [null, true],
  ['policyd.log', false],
  ['other.db', false],
])('a change of %j is a reason to look into the database: %j', (file, isReason) => {
  expect(isOfDatabase(file, '/var/lib/unsent/unsent.db')).toBe(isReason);
});
