import { beforeEach, inject } from 'vitest';

beforeEach((context) => {
  if (inject('postgresUrl') === null) context.skip('PostgreSQL is not installed');
});
