import { describe, expect, it } from 'vitest';
import { decideSecondBuild, STAGES_MAX, type AwaitedSource } from './second-build.js';

const BUILT: AwaitedSource = {
  source: 'glibc',
  isOpen: false,
  completed: [
    { endedAt: 20, exported: 'new' },
    { endedAt: 5, exported: 'old' },
  ],
};

function decide(awaited: readonly AwaitedSource[], stage = 0) {
  return decideSecondBuild({ usedAt: 10, stage, awaited });
}

describe('a build that used a published version', () => {
  it('is done once more when the new one exports something else', () => {
    expect(decide([BUILT])).toEqual({ kind: 'build', changed: ['glibc'] });
  });

  it('waits while the new one may still come', () => {
    expect(decide([BUILT, { source: 'gcc', isOpen: true, completed: [] }])).toEqual({
      kind: 'wait',
    });
  });

  it('is spared when the new one exports the same', () => {
    const same = BUILT.completed.map((each) => ({ ...each, exported: 'same' }));
    expect(decide([{ ...BUILT, completed: same }])).toEqual({ kind: 'spare' });
  });

  it('is spared when nothing new came', () => {
    expect(decide([{ ...BUILT, completed: BUILT.completed.slice(1) }])).toEqual({ kind: 'spare' });
  });

  it('counts what was never built here as another', () => {
    expect(decide([{ ...BUILT, completed: BUILT.completed.slice(0, 1) }]).kind).toBe('build');
  });

  it('is not done for ever', () => {
    expect(decide([BUILT], STAGES_MAX)).toEqual({ kind: 'spare' });
  });
});
