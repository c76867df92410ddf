import type { Instant } from '@cairn/std';
import { Heap } from '../graph/heap.js';
import { compareText } from '../graph/source-node.js';
import type { TaskKey } from '../tasks/task-facts.js';
import {
  compareUrgency,
  compareWithinProject,
  type ProjectShare,
  type ReadyTask,
} from './ready-task.js';

/**
 * Hands out ready tasks one by one in the order in which they should get builders. Among equally urgent tasks the project with the
 * least running builds per weight comes first; tell it with `started` what was really placed.
 */
export class TaskOrder<Id extends TaskKey> {
  readonly #queues: ProjectQueue<Id>[];
  readonly #now: Instant;

  constructor(facts: {
    readonly readyTasks: readonly ReadyTask<Id>[];
    readonly shares: readonly ProjectShare[];
    readonly now: Instant;
  }) {
    this.#now = facts.now;
    const shares = new Map(facts.shares.map((share) => [share.project, share]));
    const byProject = new Map<string, ReadyTask<Id>[]>();
    for (const task of facts.readyTasks) {
      const known = byProject.get(task.project);
      if (known === undefined) byProject.set(task.project, [task]);
      else known.push(task);
    }
    this.#queues = [...byProject].map(([project, tasks]) => ({
      project,
      tasks: new Heap(
        (left, right) =>
          compareUrgency(left, right, facts.now) || compareWithinProject(left, right),
        tasks,
      ),
      running: shares.get(project)?.runningBuilds ?? 0,
      weight: Math.max(shares.get(project)?.weight ?? 1, WEIGHT_MIN),
    }));
  }

  /** The next task, or nothing when all were handed out. */
  next(): ReadyTask<Id> | undefined {
    let best: ProjectQueue<Id> | undefined;
    for (const queue of this.#queues) {
      if (queue.tasks.size === 0) continue;
      if (best === undefined || this.#compareQueues(queue, best) < 0) best = queue;
    }
    return best?.tasks.pop();
  }

  /** Counts a placed build against its project. */
  started(project: string): void {
    for (const queue of this.#queues) if (queue.project === project) queue.running += 1;
  }

  #compareQueues(left: ProjectQueue<Id>, right: ProjectQueue<Id>): number {
    const leftHead = left.tasks.peek();
    const rightHead = right.tasks.peek();
    if (leftHead === undefined || rightHead === undefined) return 0;
    return (
      compareUrgency(leftHead, rightHead, this.#now) ||
      left.running / left.weight - right.running / right.weight ||
      compareWithinProject(leftHead, rightHead) ||
      compareText(left.project, right.project)
    );
  }
}

/** A weight of zero would divide by it; this is "almost nothing". */
const WEIGHT_MIN = 0.001;

interface ProjectQueue<Id extends TaskKey> {
  readonly project: string;
  readonly tasks: Heap<ReadyTask<Id>>;
  readonly weight: number;
  running: number;
}
