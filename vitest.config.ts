import { defineConfig } from 'vitest/config';

// Vitest hands these to Node as well, where 'import' would make require() load ES modules.
const conditions = ['@cairn/source', 'node'];
const common = {
  resolve: { conditions },
  ssr: { resolve: { conditions } },
} as const;

export default defineConfig({
  ...common,
  test: {
    passWithNoTests: true,
    projects: [
      {
        ...common,
        test: {
          name: 'unit',
          include: [
            'libs/*/src/**/*.test.ts',
            'apps/*/src/**/*.test.{ts,tsx}',
            'tools/**/*.test.ts',
          ],
          exclude: ['**/*.int.test.ts', '**/node_modules/**', '**/dist/**'],
          testTimeout: 20_000,
        },
      },
      {
        ...common,
        test: {
          name: 'integration',
          include: ['libs/*/src/**/*.int.test.ts', 'apps/*/src/**/*.int.test.ts'],
          exclude: ['**/node_modules/**', '**/dist/**'],
          globalSetup: ['libs/testing/src/vitest/shared-postgres.setup.ts'],
          setupFiles: ['libs/testing/src/vitest/leftover-servers.setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        ...common,
        test: {
          name: 'e2e',
          include: ['e2e/src/**/*.e2e.test.ts'],
          setupFiles: ['libs/testing/src/vitest/leftover-servers.setup.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
