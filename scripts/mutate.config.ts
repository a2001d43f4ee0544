import { defineConfig } from 'vitest/config';

/** For scripts/mutate: only the tests that it names, in one project. */
export default defineConfig({
  ssr: { resolve: { conditions: ['@unsent/source', 'module', 'node', 'development|production'] } },
  test: { include: (process.env['UNSENT_MUTATE_TESTS'] ?? '').split(','), testTimeout: 30_000 },
});
