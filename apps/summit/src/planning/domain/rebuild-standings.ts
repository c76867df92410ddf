import { type TaskExplanation } from '@cairn/solver';
import { type TaskId } from '../../tasks/domain/task.js';
import { heldByStage, standingOf, type Standing } from './standing.js';

/**
 * Where the tasks of a rebuild stand. One whose last build lacked something waits while others are under way, since the recipes need not say
 * all that they provide; when nothing else is left that could help, it is stranded.
 */
export function rebuildStandings(
  explanations: readonly TaskExplanation<TaskId>[],
  held: {
    /** What the last builds of tasks lacked. */
    readonly missing: ReadonlyMap<TaskId, readonly string[]>;
    /** Tasks that wait for the publication of an earlier stage. */
    readonly barred: ReadonlySet<TaskId>;
  },
): Map<TaskId, Standing> {
  const { missing, barred } = held;
  const isUnderWay = explanations.some(
    ({ taskId, readiness, reason }) =>
      !missing.has(taskId) &&
      (readiness === 'ready' || reason.code === 'building' || reason.code === 'publishing'),
  );
  return new Map(
    explanations.map((explanation) => {
      const standing = standingOf(explanation);
      if (barred.has(explanation.taskId)) return [explanation.taskId, heldByStage(standing)];
      const lacks = missing.get(explanation.taskId);
      if (lacks === undefined || standing.readiness !== 'ready')
        return [explanation.taskId, standing];
      return [explanation.taskId, lacking(standing, lacks, isUnderWay)];
    }),
  );
}

function lacking(standing: Standing, lacks: readonly string[], isUnderWay: boolean): Standing {
  const what = lacks.slice(0, NAMES_SHOWN_MAX).join(', ');
  return isUnderWay
    ? {
        ...standing,
        readiness: 'waiting',
        code: 'waits-for-provider',
        sentence: `Waits for a build of its rebuild that provides ${what}.`,
      }
    : {
        ...standing,
        readiness: 'stranded',
        code: 'missing-dependency',
        sentence: `Nothing of its rebuild provides ${what}.`,
      };
}

const NAMES_SHOWN_MAX = 4;
