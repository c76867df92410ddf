import { expect, it } from 'vitest';
import { forecastPlan } from './plan-forecast.js';

const HOUR_MS = 3_600_000;
const predict = () => ({
  expectedMs: HOUR_MS,
  lowMs: HOUR_MS / 2,
  highMs: 2 * HOUR_MS,
  samples: 3,
  basis: 'source' as const,
});
const step = (id: string, ...after: string[]) => ({ id, source: id, after });

it('adds up builder hours and follows the longest way', () => {
  const steps = [step('a'), step('b', 'a'), step('c', 'a'), step('d', 'a')];
  const found = forecastPlan({ steps, predict, builderCount: 3 });
  expect(found).toMatchObject({ builderHours: 4, remainingMs: 2 * HOUR_MS });
  expect(found.remainingLowMs).toBeLessThan(found.remainingMs);
  expect(found.remainingHighMs).toBeGreaterThan(found.remainingMs);
});

it('counts only what is left', () => {
  const found = forecastPlan({ steps: [step('b', 'a')], predict, builderCount: 1 });
  expect(found).toMatchObject({ builderHours: 1, remainingMs: HOUR_MS });
  expect(forecastPlan({ steps: [], predict, builderCount: 1 })).toMatchObject({
    builderHours: 0,
    remainingMs: 0,
  });
});
