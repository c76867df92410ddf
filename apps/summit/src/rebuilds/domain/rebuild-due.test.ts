import { type PlanStep } from '@cairn/solver';
import { describe, expect, it } from 'vitest';
import { type ChangeSetMember } from '../../tasks/change-set.store.js';
import { type TaskId } from '../../tasks/domain/task.js';
import { dueOf } from './rebuild-due.js';

function step(source: string, stage: number, after: readonly string[] = []): PlanStep {
  return { id: `${source}@${stage}`, source, stage, after, published: [], without: [] };
}

/** A cycle of two, whose first is built a second time. */
const STEPS = [step('gcc', 0), step('glibc', 0, ['gcc@0']), step('gcc', 1, ['glibc@0'])];

function built(id: number, source: string): ChangeSetMember {
  return { id: id as TaskId, source, stage: 0, state: 'publishing', isStaged: true };
}

const GCC = built(1, 'gcc');
const GLIBC = built(2, 'glibc');
const AGAIN = { ...built(3, 'gcc'), stage: 1, state: 'new', isStaged: false };

describe('a rebuild that is published by stage', () => {
  const byStage = { steps: STEPS, byStage: true };

  it('publishes a stage when all of it is built, and keeps the later ones', () => {
    expect(dueOf(byStage, [GCC, GLIBC, AGAIN])).toEqual({ kind: 'stage', stage: 0, later: [3] });
  });

  it.each(['new', 'building', 'failed'])('waits for a %s task of the stage', (state) => {
    const open = { ...GLIBC, state, isStaged: false };
    expect(dueOf(byStage, [GCC, open, AGAIN])).toEqual({ kind: 'nothing' });
  });

  it('ends with its last stage', () => {
    const last = { ...AGAIN, state: 'publishing', isStaged: true };
    expect(dueOf(byStage, [last])).toEqual({ kind: 'end' });
  });

  it('publishes a later task that was built before it was barred with the stage', () => {
    const early = { ...AGAIN, state: 'publishing', isStaged: true };
    expect(dueOf(byStage, [GCC, GLIBC, early])).toEqual({ kind: 'end' });
  });

  it('has nothing to do once everything was called off', () => {
    expect(dueOf(byStage, [{ ...AGAIN, state: 'cancelled' }])).toEqual({ kind: 'nothing' });
  });
});

describe('a rebuild that is published as one', () => {
  const atOnce = { steps: STEPS, byStage: false };

  it('waits for every stage', () => {
    expect(dueOf(atOnce, [GCC, GLIBC, AGAIN])).toEqual({ kind: 'nothing' });
  });

  it('ends when all is built', () => {
    const last = { ...AGAIN, state: 'publishing', isStaged: true };
    expect(dueOf(atOnce, [GCC, GLIBC, last])).toEqual({ kind: 'end' });
  });
});
