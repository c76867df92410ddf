import { expect, it } from 'vitest';
import { isComplete } from './change-set-progress.js';

const staged = { state: 'publishing', isStaged: true };

it('waits for every member', () => {
  expect(isComplete([staged])).toBe(true);
  expect(isComplete([staged, { state: 'publishing', isStaged: false }])).toBe(false);
  expect(isComplete([staged, { state: 'building', isStaged: false }])).toBe(false);
  expect(isComplete([staged, { state: 'failed', isStaged: false }])).toBe(false);
});

it('does not wait for those that were given up, and publishes nothing of nothing', () => {
  expect(isComplete([staged, { state: 'superseded', isStaged: false }])).toBe(true);
  expect(isComplete([{ state: 'cancelled', isStaged: false }])).toBe(false);
  expect(isComplete([])).toBe(false);
});
