import type { Instant } from '@cairn/std';
import type { AllocationFacts, Assignment, IdleSlot } from '../allocation/allocate.js';
import type { BuilderFacts } from '../allocation/builder-fit.js';
import type { ProjectShare, ReadyTask } from '../allocation/ready-task.js';
import { compareText } from '../graph/source-node.js';
import type { ExplainFacts, TaskExplanation } from '../tasks/explain-tasks.js';
import type {
  BootstrapHint,
  PublishedSource,
  RecipeFacts,
  TaskFacts,
  TaskKey,
} from '../tasks/task-facts.js';

/** The facts that decisions are made from, each under a key of its own. */
export interface FactTables {
  readonly ready: ReadyTask;
  readonly slot: IdleSlot;
  readonly builder: BuilderFacts;
  readonly share: ProjectShare;
  readonly task: TaskFacts;
  readonly recipe: RecipeFacts;
  readonly published: PublishedSource;
  readonly hint: BootstrapHint;
  readonly remotes: { readonly profile: string; readonly others: readonly string[] };
}

export type FactTable = keyof FactTables;

/** What became of one task when readiness was decided. */
export type RecordedReadiness = readonly [taskId: TaskKey, code: string];

/** One line of a decision log: a fact came or changed, a fact went, or something was decided. */
export type DecisionLogEntry =
  | { readonly set: FactTable; readonly key: string; readonly value: unknown }
  | { readonly unset: FactTable; readonly key: string }
  | {
      readonly decide: 'allocate';
      readonly now: Instant;
      readonly assignments: readonly Assignment[];
    }
  | {
      readonly decide: 'explain';
      readonly now: Instant;
      readonly readiness: readonly RecordedReadiness[];
    };

type Facts = ReadonlyMap<string, unknown>;

/** Turns decisions into log entries; only facts that changed since the entry before are written. */
export class DecisionRecorder {
  readonly #known = new Map<FactTable, Map<string, string>>();

  /** The entries for one allocation. */
  allocation(facts: AllocationFacts, assignments: readonly Assignment[]): DecisionLogEntry[] {
    return [
      ...this.#changes(
        'ready',
        byKey(facts.readyTasks, (task) => keyOf(task.taskId)),
      ),
      ...this.#changes(
        'slot',
        byKey(facts.idleSlots, (slot) => `${slot.builderId}/${slot.slot}`),
      ),
      ...this.#changes(
        'builder',
        byKey(facts.builders, (builder) => builder.builderId),
      ),
      ...this.#changes(
        'share',
        byKey(facts.shares ?? [], (share) => share.project),
      ),
      { decide: 'allocate', now: facts.now, assignments },
    ];
  }

  /** The entries for one decision about what is ready. Only decisions with the default reading and effort can be recorded. */
  readiness<Id extends TaskKey>(
    facts: Omit<ExplainFacts<Id>, 'reading' | 'effort'>,
    explanations: readonly TaskExplanation<Id>[],
  ): DecisionLogEntry[] {
    const targetOf = (fact: {
      readonly source: string;
      readonly profile?: string;
      readonly architecture?: string;
    }) => JSON.stringify([fact.source, fact.profile ?? null, fact.architecture ?? null]);
    const remotes = [...(facts.remotes ?? [])].map(([profile, others]) => ({ profile, others }));
    return [
      ...this.#changes(
        'task',
        byKey(facts.tasks, (task) => keyOf(task.taskId)),
      ),
      ...this.#changes('recipe', byKey(facts.recipes, targetOf)),
      ...this.#changes('published', byKey(facts.published, targetOf)),
      ...this.#changes(
        'hint',
        byKey(facts.bootstrap ?? [], (hint) => hint.source),
      ),
      ...this.#changes(
        'remotes',
        byKey(remotes, (each) => each.profile),
      ),
      { decide: 'explain', now: facts.now, readiness: readinessOf(explanations) },
    ];
  }

  #changes(table: FactTable, facts: Facts): DecisionLogEntry[] {
    const known = this.#known.get(table) ?? new Map<string, string>();
    this.#known.set(table, known);
    const entries: DecisionLogEntry[] = [];
    for (const key of known.keys()) {
      if (facts.has(key)) continue;
      known.delete(key);
      entries.push({ unset: table, key });
    }
    for (const [key, value] of facts) {
      const text = JSON.stringify(value);
      if (known.get(key) === text) continue;
      known.set(key, text);
      entries.push({ set: table, key, value });
    }
    return entries;
  }
}

/** What is compared when a decision about readiness is replayed. */
export function readinessOf(
  explanations: readonly TaskExplanation<TaskKey>[],
): RecordedReadiness[] {
  return explanations
    .map((each) => ({ key: keyOf(each.taskId), entry: [each.taskId, each.reason.code] as const }))
    .sort((left, right) => compareText(left.key, right.key))
    .map(({ entry }) => entry);
}

function byKey<Fact>(facts: readonly Fact[], keyFor: (fact: Fact) => string): Map<string, Fact> {
  return new Map(facts.map((fact) => [keyFor(fact), fact]));
}

function keyOf(taskId: TaskKey): string {
  return JSON.stringify(taskId);
}
