import { canonicalCapability, type Capability } from '../graph/capability.js';
import { buildGraph, type DependencyGraph, type GraphReading } from '../graph/dependency-graph.js';
import { providedBy } from '../graph/provider-index.js';
import type { SourceNode } from '../graph/source-node.js';
import {
  byAge,
  isOpen,
  type PublishedSource,
  type RecipeFacts,
  type TaskFacts,
  type TaskKey,
} from './task-facts.js';

/** A profile and an architecture: packages are built for, and seen from, one such target. */
export interface Target {
  readonly profile: string;
  readonly architecture: string;
}

/** What a task world is made of. */
export interface TaskWorldFacts<Id extends TaskKey> {
  readonly tasks: readonly TaskFacts<Id>[];
  readonly recipes: readonly RecipeFacts[];
  readonly published: readonly PublishedSource[];
  /** Per profile, the other profiles whose index is among its remotes, nearest first. Absent means only its own. */
  readonly remotes?: ReadonlyMap<string, readonly string[]>;
  /** Default: build dependencies with their runtime closure, which is what a build root needs. */
  readonly reading?: GraphReading;
}

const DEFAULT_READING: GraphReading = { closure: true };

type TasksBySource<Id extends TaskKey> = ReadonlyMap<string, readonly TaskFacts<Id>[]>;

/** Everything known, looked at from one target after another. */
export class TaskWorld<Id extends TaskKey> {
  readonly #views = new Map<string, TargetView<Id>>();
  readonly #tasks = new Map<string, Map<string, TaskFacts<Id>[]>>();

  readonly #facts: TaskWorldFacts<Id>;
  /** The view that was asked for last; tasks of one target mostly come together. */
  #last: (Target & { readonly view: TargetView<Id> }) | undefined;

  constructor(facts: TaskWorldFacts<Id>) {
    this.#facts = facts;
    for (const task of [...facts.tasks].sort(byAge)) {
      const ofTarget = this.#tasks.get(keyOf(task)) ?? new Map<string, TaskFacts<Id>[]>();
      this.#tasks.set(keyOf(task), ofTarget);
      const ofSource = ofTarget.get(task.source);
      if (ofSource === undefined) ofTarget.set(task.source, [task]);
      else ofSource.push(task);
    }
  }

  /** What one target's builds can see. */
  seenFrom(target: Target): TargetView<Id> {
    if (this.#last?.profile === target.profile && this.#last.architecture === target.architecture)
      return this.#last.view;
    const { profile, architecture } = target;
    const view = this.#viewOf(target);
    this.#last = { profile, architecture, view };
    return view;
  }

  #viewOf(target: Target): TargetView<Id> {
    const key = keyOf(target);
    const known = this.#views.get(key);
    if (known !== undefined) return known;
    const remotes = (this.#facts.remotes?.get(target.profile) ?? []).filter(
      (other) => other !== target.profile,
    );
    const targets = [target.profile, ...remotes].map((profile) => ({
      profile,
      architecture: target.architecture,
    }));
    const tasks = targets.map(
      (each) => this.#tasks.get(keyOf(each)) ?? new Map<string, TaskFacts<Id>[]>(),
    );
    const view = new TargetView(targets, tasks, this.#facts);
    this.#views.set(key, view);
    return view;
  }
}

/** Graph, tasks and published packages as the builds of one target see them: its own profile first, then its remotes. */
export class TargetView<Id extends TaskKey> {
  readonly graph: DependencyGraph;
  readonly published: ReadonlyMap<string, PublishedView>;
  readonly #tasks: readonly TasksBySource<Id>[];
  readonly #open = new Map<string, TaskFacts<Id> | undefined>();
  readonly #failures = new Map<string, TaskFacts<Id> | undefined>();

  constructor(
    targets: readonly Target[],
    tasks: readonly TasksBySource<Id>[],
    facts: TaskWorldFacts<Id>,
  ) {
    this.#tasks = tasks;
    this.published = publishedFor(targets, facts.published);
    this.graph = buildGraph(
      nodesFor(targets, facts.recipes, this.published),
      facts.reading ?? DEFAULT_READING,
    );
  }

  /** Tasks of a source for exactly this target, oldest first. */
  ownTasksOf(source: string): readonly TaskFacts<Id>[] {
    return this.#tasks[0]?.get(source) ?? [];
  }

  /** The youngest open task of a source whose result this target would see. */
  openTaskOf(source: string): TaskFacts<Id> | undefined {
    if (!this.#open.has(source)) {
      this.#open.set(
        source,
        this.#firstVisible(source, (tasks) => tasks.findLast(isOpen)),
      );
    }
    return this.#open.get(source);
  }

  /** The failed or cancelled task after which nothing of this source succeeded or is open. */
  failureOf(source: string): TaskFacts<Id> | undefined {
    if (!this.#failures.has(source)) {
      const releaseNow = this.published.get(source)?.facts.sourceRelease;
      this.#failures.set(
        source,
        this.#firstVisible(source, (tasks) => standingFailure(tasks, releaseNow)),
      );
    }
    return this.#failures.get(source);
  }

  #firstVisible(
    source: string,
    pick: (tasks: readonly TaskFacts<Id>[]) => TaskFacts<Id> | undefined,
  ): TaskFacts<Id> | undefined {
    for (const bySource of this.#tasks) {
      const tasks = bySource.get(source);
      const found = tasks === undefined ? undefined : pick(tasks);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

/** One source's published packages, with what they provide. */
export class PublishedView {
  readonly facts: PublishedSource;
  #provides: Set<Capability> | undefined;

  constructor(facts: PublishedSource) {
    this.facts = facts;
  }

  provides(capability: Capability): boolean {
    this.#provides ??= new Set(this.facts.packages.flatMap((each) => [...providedBy(each)]));
    return this.#provides.has(canonicalCapability(capability));
  }
}

function standingFailure<Id extends TaskKey>(
  tasks: readonly TaskFacts<Id>[],
  releaseNow: number | undefined,
): TaskFacts<Id> | undefined {
  const last = tasks.findLast((task) => task.status !== 'superseded');
  if (last?.status !== 'failed' && last?.status !== 'cancelled') return undefined;
  const isOvertaken =
    releaseNow !== undefined &&
    last.sourceRelease !== undefined &&
    releaseNow >= last.sourceRelease;
  return isOvertaken ? undefined : last;
}

function publishedFor(
  targets: readonly Target[],
  published: readonly PublishedSource[],
): ReadonlyMap<string, PublishedView> {
  const view = new Map<string, PublishedView>();
  for (const target of targets) {
    for (const each of published) {
      if (isFor(each, target) && !view.has(each.source))
        view.set(each.source, new PublishedView(each));
    }
  }
  return view;
}

function nodesFor(
  targets: readonly Target[],
  recipes: readonly RecipeFacts[],
  published: ReadonlyMap<string, PublishedView>,
): SourceNode[] {
  const nodes = new Map<string, SourceNode>();
  for (const target of targets) {
    for (const recipe of recipes) {
      if (isFor(recipe, target) && !nodes.has(recipe.source)) nodes.set(recipe.source, recipe);
    }
  }
  for (const [source, view] of published) {
    if (!nodes.has(source))
      nodes.set(source, { source, buildDepends: [], packages: view.facts.packages });
  }
  return [...nodes.values()];
}

function isFor(
  thing: { readonly profile?: string; readonly architecture?: string },
  target: Target,
): boolean {
  return (
    (thing.profile ?? target.profile) === target.profile &&
    (thing.architecture ?? target.architecture) === target.architecture
  );
}

function keyOf(target: Target): string {
  return JSON.stringify([target.profile, target.architecture]);
}
