import { expect, it } from 'vitest';
import { after, elapsedMs, instantOf } from './time.js';

it('measures from the earlier instant to the later one', () => {
  const from = instantOf(new Date(1_000));
  expect(elapsedMs({ from, to: after(from, 250) })).toBe(250);
});
