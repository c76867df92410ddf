import { expect, it } from 'vitest';
import { countsOf } from './vitest-report.mjs';

const clean = {
  numPassedTests: 3,
  numFailedTests: 0,
  numPendingTests: 2,
  numTodoTests: 1,
  testResults: [{ status: 'passed', assertionResults: [{ status: 'passed' }] }],
};

it('sums a clean run', () => {
  expect(countsOf(clean, 0)).toEqual({ passed: 3, failed: 0, skipped: 3 });
});

it('counts a failed test once, though its file is failed too', () => {
  const failed = { status: 'failed', assertionResults: [{ status: 'failed' }] };
  const report = { ...clean, numFailedTests: 1, testResults: [failed] };
  expect(countsOf(report, 1).failed).toBe(1);
});

it('counts a file that could not be loaded', () => {
  const unloaded = { status: 'failed', assertionResults: [] };
  expect(countsOf({ ...clean, testResults: [unloaded] }, 1).failed).toBe(1);
});

it('never calls a run without a report, or one that broke off, a success', () => {
  expect(countsOf(undefined, 0).failed).toBe(1);
  expect(countsOf(clean, 137).failed).toBe(1);
});
