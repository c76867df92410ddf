import { type Readiness, type TaskExplanation } from '@cairn/solver';
import { type TaskId } from '../../tasks/domain/task.js';
import { type MissingVerdict } from './missing-providers.js';

/** A task that another one has to do with. */
export interface TaskLink {
  readonly taskId: TaskId;
  readonly source: string;
}

/** Where an open task stands in the order of building, and why. */
export interface Standing {
  readonly readiness: Readiness | 'stranded';
  readonly code: string;
  readonly sentence: string;
  readonly depth: number;
  readonly waitsFor: readonly TaskLink[];
  readonly blockedBy: readonly TaskLink[];
  /** How it would be built now: as the stage of a cycle, or whole. */
  readonly stage: BuildStage;
}

/** What a build within a cycle goes without. */
export interface BuildStage {
  /** Sources whose published version serves although a new one is to come. */
  readonly rebuildAfter: readonly string[];
  /** Capabilities that a bootstrap hint leaves out. */
  readonly without: readonly string[];
}

/** The solver's word. */
export function standingOf(explanation: TaskExplanation<TaskId>): Standing {
  const links = (list: readonly TaskLink[]) =>
    list.map(({ taskId, source }) => ({ taskId, source }));
  return {
    readiness: explanation.readiness,
    code: explanation.reason.code,
    sentence: explanation.sentence,
    depth: explanation.depth,
    waitsFor: links(explanation.waitsFor),
    blockedBy: links(explanation.blockedBy),
    stage: {
      rebuildAfter: explanation.rebuildAfter,
      without: [...new Set(explanation.without.map((use) => use.capability))],
    },
  };
}

/** A task of a commit lets an unfinished rebuild of its source go first, whose packages would else be older than what is published. */
export function heldByRebuild(standing: Standing, step: TaskLink): Standing {
  return {
    ...standing,
    readiness: 'waiting',
    code: 'waits-for-rebuild',
    sentence: `Waits until the rebuild that holds ${step.source} (task ${step.taskId}) is published or cancelled.`,
    waitsFor: [step],
    blockedBy: [],
  };
}

/** A task of a rebuild that is published by stage begins when the stages before its own are published. */
export function heldByStage(standing: Standing): Standing {
  if (standing.readiness !== 'ready') return standing;
  return {
    ...standing,
    readiness: 'waiting',
    code: 'waits-for-stage',
    sentence: 'Waits until the stages of its rebuild before its own are published.',
  };
}

/** A ready task is not ready after all when its last build lacked something that still nobody provides. */
export function withMissing(standing: Standing, verdict: MissingVerdict): Standing {
  if (standing.readiness !== 'ready') return standing;
  switch (verdict.kind) {
    case 'provided':
      return standing;
    case 'waits':
    case 'blocked': {
      const links = verdict.candidates.map(({ taskId, source }) => ({
        taskId: taskId as TaskId,
        source,
      }));
      const isBlocked = verdict.kind === 'blocked';
      return {
        ...standing,
        readiness: isBlocked ? 'blocked' : 'waiting',
        code: isBlocked ? 'blocked-by-missing-provider' : 'waits-for-provider',
        sentence: verdict.sentence,
        waitsFor: isBlocked ? [] : links,
        blockedBy: isBlocked ? links : [],
      };
    }
    case 'stranded':
      return {
        ...standing,
        readiness: 'stranded',
        code: 'missing-dependency',
        sentence: 'Nobody provides what it needs.',
      };
  }
}
