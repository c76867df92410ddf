import type { Instant } from '@cairn/std';
import { expect, it } from 'vitest';
import { isDiskFault, isGivenUp, tryDelayMs } from './patience.js';

const at = (ms: number) => ms as Instant;

it('waits longer and longer, but never more than five seconds', () => {
  expect([0, 1, 2, 3, 4, 5, 50, 5_000].map(tryDelayMs)).toEqual([
    250, 500, 1_000, 2_000, 4_000, 5_000, 5_000, 5_000,
  ]);
});

it('gives up when nothing came for the set time', () => {
  const facts = { lastProgressAt: at(1_000), stagnationMs: 600_000, saysAbsent: false };
  expect(isGivenUp({ ...facts, now: at(600_999) })).toBe(false);
  expect(isGivenUp({ ...facts, now: at(601_000) })).toBe(true);
});

it('gives up sooner when the builder says that it has no such artefact', () => {
  const facts = { lastProgressAt: at(0), stagnationMs: 600_000, saysAbsent: true };
  expect(isGivenUp({ ...facts, now: at(29_999) })).toBe(false);
  expect(isGivenUp({ ...facts, now: at(30_000) })).toBe(true);
  expect(isGivenUp({ ...facts, stagnationMs: 1_000, now: at(1_000) })).toBe(true);
});

it('knows when our own disk is to blame', () => {
  const fault = (code: string) => Object.assign(new Error(code), { code });
  expect(['ENOSPC', 'EDQUOT', 'EIO'].map(fault).every(isDiskFault)).toBe(true);
  expect([fault('artefact.not-found'), new Error('ENOSPC'), 'ENOSPC'].some(isDiskFault)).toBe(
    false,
  );
});
