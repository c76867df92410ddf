import { defineConfig } from 'vitest/config';

// Vitest hands these to Node as well, where 'import' would make require() load ES modules.
const conditions = ['@cairn/source', 'node'];
const common = {
  resolve: { conditions },
  ssr: { resolve: { conditions } },
} as const;
/** `npm run test:full` does the long cases at full size. */
// eslint-disable-next-line no-restricted-properties -- this is the configuration itself
const patience = process.env['CAIRN_FULL'] === '1' ? 30 : 1;
/** Real servers on a machine that does other things too: in CI only a second failure counts. */
// eslint-disable-next-line no-restricted-properties -- this is the configuration itself
const serverRetries = process.env['CI'] === 'true' ? 1 : 0;
const setup = 'libs/testing/src/vitest';
const properties = `${setup}/property-tests.setup.ts`;
const leftovers = `${setup}/leftover-servers.setup.ts`;

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
          setupFiles: [properties],
          testTimeout: 20_000 * patience,
        },
      },
      {
        ...common,
        test: {
          name: 'integration',
          retry: serverRetries,
          include: ['libs/*/src/**/*.int.test.ts', 'apps/*/src/**/*.int.test.ts'],
          exclude: ['**/node_modules/**', '**/dist/**'],
          globalSetup: [`${setup}/shared-postgres.setup.ts`],
          setupFiles: [properties, leftovers],
          testTimeout: 60_000 * patience,
          hookTimeout: 120_000,
        },
      },
      {
        ...common,
        test: {
          name: 'e2e',
          retry: serverRetries,
          include: ['e2e/src/**/*.e2e.test.ts'],
          setupFiles: [properties, leftovers],
          testTimeout: 300_000 * patience,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
