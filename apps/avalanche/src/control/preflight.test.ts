import { type Executor, type PreflightReport } from '@cairn/executor';
import { expect, it } from 'vitest';
import { preflight } from './preflight.js';

function found(report: PreflightReport): Executor {
  return {
    name: 'sandbox',
    preflight: () => Promise.resolve(report),
    build: () => Promise.reject(new Error('nothing is built here')),
  };
}

const problem = { code: 'sandbox.tool-missing', message: 'bwrap is missing. Install it.' };
const warning = { code: 'sandbox.toolchain-incomplete', message: 'gcc is missing.' };

it('says what to do and fails when builds cannot run', async () => {
  const executor = found({ ready: false, problems: [problem], warnings: [warning] });
  const { text, exitCode } = await preflight(executor, { json: false });
  expect(exitCode).toBe(1);
  expect(text).toContain(problem.message);
  expect(text).toContain(warning.message);
});

it('succeeds in spite of warnings, as JSON too', async () => {
  const executor = found({ ready: true, problems: [], warnings: [warning] });
  const { text, exitCode } = await preflight(executor, { json: true });
  expect(exitCode).toBe(0);
  expect(JSON.parse(text)).toEqual({
    executor: 'sandbox',
    ready: true,
    problems: [],
    warnings: [warning],
  });
});
