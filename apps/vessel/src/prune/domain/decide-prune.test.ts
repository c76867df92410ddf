import { DAY_MS, HOUR_MS, type Instant } from '@cairn/std';
import { expect, it } from 'vitest';
import { decidePrune, type PrunableVersion } from './decide-prune.js';

const NOW = (100 * DAY_MS) as Instant;
const POLICY = { retentionDays: 14, graceHours: 48 };
const ago = (ms: number) => (NOW - ms) as Instant;

function version(history: number, more: Partial<PrunableVersion> = {}): PrunableVersion {
  return {
    id: history,
    history,
    kind: 'published',
    lastUsedAt: ago(15 * DAY_MS),
    retiredAt: null,
    isNamed: false,
    isLeased: false,
    isAwaited: false,
    ...more,
  };
}

const histories = (versions: readonly PrunableVersion[]) => versions.map(({ history }) => history);

it('C72, C73: keeps what is named, leased, awaited or young, and retires the rest newest first', () => {
  const decision = decidePrune(
    [
      version(1),
      version(2, { isNamed: true }),
      version(3, { isLeased: true }),
      version(4, { isAwaited: true }),
      version(5, { lastUsedAt: ago(13 * DAY_MS) }),
      version(6),
    ],
    POLICY,
    NOW,
  );
  expect(histories(decision.retire)).toEqual([6, 1]);
  expect(decision.remove).toEqual([]);
});

it('removes after the grace window, and restores what is needed again', () => {
  const decision = decidePrune(
    [
      version(1, { retiredAt: ago(48 * HOUR_MS) }),
      version(2, { retiredAt: ago(48 * HOUR_MS - 1) }),
      version(3, { retiredAt: ago(72 * HOUR_MS), isLeased: true }),
    ],
    POLICY,
    NOW,
  );
  expect(histories(decision.remove)).toEqual([1]);
  expect(histories(decision.restore)).toEqual([3]);
});

it('keeps published versions for ever where that is wanted, but not the lines of old change sets', () => {
  const decision = decidePrune(
    [version(1), version(2, { kind: 'staging' })],
    { ...POLICY, retentionDays: null },
    NOW,
  );
  expect(histories(decision.retire)).toEqual([2]);
});
