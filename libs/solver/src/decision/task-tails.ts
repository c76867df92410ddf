import type { TaskKey } from '../tasks/task-facts.js';

/**
 * For each open task the predicted time of the longest chain of builds that begins with it, its own duration included. Tasks on a cycle that
 * cannot be cut count for themselves only.
 */
export function taskTailsMs<Id extends TaskKey>(
  explanations: readonly {
    readonly taskId: Id;
    readonly waitsFor: readonly { readonly taskId: Id }[];
  }[],
  durationMsOf: (taskId: Id) => number,
): Map<Id, number> {
  const dependencies = new Map(
    explanations.map((each) => [each.taskId, new Set(each.waitsFor.map((link) => link.taskId))]),
  );
  const dependantsLeft = new Map<Id, number>();
  for (const id of dependencies.keys()) dependantsLeft.set(id, 0);
  for (const targets of dependencies.values()) {
    for (const id of targets) dependantsLeft.set(id, (dependantsLeft.get(id) ?? 0) + 1);
  }
  const tails = new Map<Id, number>();
  for (const id of dependencies.keys()) tails.set(id, durationMsOf(id));
  const order = [...dependencies.keys()].filter((id) => dependantsLeft.get(id) === 0);
  for (const id of order) {
    for (const before of dependencies.get(id) ?? []) {
      const tail = durationMsOf(before) + (tails.get(id) ?? 0);
      tails.set(before, Math.max(tails.get(before) ?? 0, tail));
      const left = (dependantsLeft.get(before) ?? 1) - 1;
      dependantsLeft.set(before, left);
      if (left === 0) order.push(before);
    }
  }
  return tails;
}
