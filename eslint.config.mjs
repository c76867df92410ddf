import js from '@eslint/js';
import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

/** Import direction: std ← core ← contracts ← kits ← apps. Kept by Nx tags; tools/tidy proves the rule is on. */
export const depConstraints = [
  {
    sourceTag: 'type:core',
    onlyDependOnLibsWithTags: ['type:core'],
    bannedExternalImports: [
      '@nestjs/*',
      '@prisma/*',
      'bullmq',
      'ioredis',
      '@nats-io/*',
      'pino*',
      'rxjs',
      'reflect-metadata',
      'zod',
    ],
  },
  {
    sourceTag: 'type:contract',
    onlyDependOnLibsWithTags: ['type:core', 'type:contract'],
    allowedExternalImports: ['zod', 'vitest', 'fast-check'],
  },
  { sourceTag: 'type:test-kit', onlyDependOnLibsWithTags: ['type:core', 'type:contract'] },
  {
    sourceTag: 'type:kit',
    onlyDependOnLibsWithTags: ['type:core', 'type:contract', 'type:kit', 'type:test-kit'],
  },
  {
    sourceTag: 'type:app',
    onlyDependOnLibsWithTags: ['type:core', 'type:contract', 'type:kit', 'type:test-kit'],
  },
  {
    sourceTag: 'type:e2e',
    onlyDependOnLibsWithTags: ['type:core', 'type:contract', 'type:test-kit'],
  },
  { sourceTag: 'platform:any', onlyDependOnLibsWithTags: ['platform:any'] },
  { sourceTag: 'platform:browser', onlyDependOnLibsWithTags: ['platform:any', 'platform:browser'] },
  { sourceTag: 'platform:node', onlyDependOnLibsWithTags: ['platform:any', 'platform:node'] },
];

const TESTS = ['**/*.test.ts', '**/*.test.tsx', '**/*.conformance.ts', 'e2e/**', 'libs/testing/**'];
const PURE = [
  'libs/{std,stone,recipe,solver,identity,contracts}/src/**/*.ts',
  'apps/*/src/**/domain/**/*.ts',
];

const testingImport = {
  name: '@cairn/testing',
  message: 'Only tests may start servers with @cairn/testing.',
};
const impureImport = {
  group: ['node:*', 'fs', 'path', 'crypto', 'child_process', 'os', 'zlib'],
  message: 'Pure code decides; a shell acts. Take the value as an argument.',
};

export default tseslint.config(
  {
    ignores: [
      '**/dist',
      '**/out-tsc',
      '**/generated',
      '.nx',
      '.cairn',
      '**/fixtures',
      'samples',
      '**/vite.config.*.timestamp*',
    ],
  },
  js.configs.recommended,
  ...nx.configs['flat/base'],
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        { depConstraints, enforceBuildableLibDependency: false, banTransitiveDependencies: false },
      ],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_' },
      ],
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/no-meaningless-void-operator': 'off',
      '@typescript-eslint/prefer-optional-chain': 'off',
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      'no-control-regex': 'off', // Control characters in input are what these patterns are for.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      'no-restricted-imports': ['error', { paths: [testingImport] }],
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Read the environment once, in config.ts.' },
      ],
      'no-console': 'error',
      curly: ['error', 'multi-line'],
      eqeqeq: 'error',
    },
  },
  {
    files: PURE,
    ignores: TESTS,
    rules: {
      'no-restricted-imports': ['error', { paths: [testingImport], patterns: [impureImport] }],
    },
  },
  {
    files: ['**/config.ts', '**/main.ts', 'prisma/**'],
    rules: { 'no-restricted-properties': 'off' },
  },
  { files: ['apps/cli/**'], rules: { 'no-console': 'off' } },
  {
    files: TESTS,
    rules: {
      'no-restricted-imports': 'off',
      'no-restricted-properties': 'off',
      'no-console': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
    },
  },
  {
    files: [
      '**/*.mjs',
      '**/*.js',
      'tools/**',
      'vitest.config.ts',
      '**/vite.config.ts',
      'prisma/**',
    ],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        Buffer: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
        fetch: 'readonly',
        performance: 'readonly',
        WebAssembly: 'readonly',
        crypto: 'readonly',
        AbortSignal: 'readonly',
        AbortController: 'readonly',
        TextDecoder: 'readonly',
        TextEncoder: 'readonly',
      },
    },
  },
  prettier,
);
