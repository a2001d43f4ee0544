import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Packages resolve to their sources, so that unit tests need no build.
  ssr: { resolve: { conditions: ['@unsent/source', 'module', 'node', 'development|production'] } },
  test: {
    projects: [
      // Property tests run hundreds of cases each: on a loaded machine they take longer than the five seconds of vitest.
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['packages/*/test/**/*.test.ts'],
          exclude: ['packages/store/test/postgres*.test.ts'],
          testTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'store on PostgreSQL',
          include: ['packages/store/test/**/*.test.ts'],
          exclude: ['packages/store/test/sqlite*.test.ts'],
          env: { UNSENT_TEST_ENGINE: 'postgres' },
          globalSetup: 'packages/store/test/support/engine-postgres.ts',
          setupFiles: 'packages/store/test/support/skip-without-engine.ts',
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/**/*.test.ts'],
          testTimeout: 60_000,
          globalSetup: 'test/support/fresh-bundle.ts',
        },
      },
    ],
    coverage: { provider: 'v8', include: ['packages/*/src/**/*.ts'] },
  },
});
