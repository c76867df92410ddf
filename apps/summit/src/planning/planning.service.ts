import { type ProjectDocument } from '@cairn/contracts';
import { explainTasks, taskTailsMs, type PublishedSource } from '@cairn/solver';
import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../clock.js';
import { ProjectStore } from '../projects/project.store.js';
import { RecipeStore, type StoredRecipe } from '../repositories/recipe.store.js';
import { AttemptStore } from '../tasks/attempt.store.js';
import { type TaskId } from '../tasks/domain/task.js';
import { TaskStore, type Task } from '../tasks/task.store.js';
import { judgeMissing, type Candidate } from './domain/missing-providers.js';
import { recipeFacts, taskFacts, type ObservedSource } from './domain/planning-facts.js';
import { profileRemotes } from './domain/profile-remotes.js';
import { heldByRebuild, standingOf, withMissing, type Standing } from './domain/standing.js';
import { Durations } from './durations.service.js';
import { PublishedFacts } from './published-facts.service.js';
import { RebuildPlans } from './rebuild-plans.service.js';
import { SourceFactStore } from './source-fact.store.js';

/** Every open task and where it stands. */
export interface Plan {
  readonly tasks: readonly Task[];
  readonly standings: ReadonlyMap<TaskId, Standing>;
  readonly documents: ReadonlyMap<string, ProjectDocument>;
  /** How long each open task's build probably takes. */
  readonly durationsMs: ReadonlyMap<TaskId, number>;
  /** The longest chain of builds that begins with a task, its own included. */
  readonly tailsMs: ReadonlyMap<TaskId, number>;
}

/** What one project's plan is derived from. */
interface ProjectFacts {
  readonly document: ProjectDocument;
  readonly open: readonly Task[];
  readonly failed: readonly Task[];
  readonly recipes: readonly StoredRecipe[];
  readonly observed: readonly ObservedSource[];
  readonly published: readonly PublishedSource[];
  /** For each profile those whose packages its builds see as well. */
  readonly remotes: ReadonlyMap<string, readonly string[]>;
  /** What the last build of a waiting task lacked. */
  readonly missing: ReadonlyMap<TaskId, readonly string[]>;
}

/** Derives the plan from the tables; nothing of it is stored, so nothing of it can be stale. */
@Injectable()
export class Planning {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly tasks: TaskStore,
    private readonly attempts: AttemptStore,
    private readonly projects: ProjectStore,
    private readonly recipes: RecipeStore,
    private readonly sourceFacts: SourceFactStore,
    private readonly published: PublishedFacts,
    private readonly rebuilds: RebuildPlans,
    private readonly durations: Durations,
  ) {}

  async plan(): Promise<Plan> {
    const [tasks, failures, documents, profiles, recipes, observed] = await Promise.all([
      this.tasks.open(),
      this.tasks.unresolvedFailures(),
      this.projects.documents(),
      this.projects.profiles(),
      this.recipes.allRecipes(),
      this.sourceFacts.all(),
    ]);
    // A retry by a person lifts the hold, and with it what the last build lacked: it is tried once more in any case.
    const offeredAgain = tasks.filter(
      (task) => task.progress.state === 'new' && task.progress.heldUntil !== null,
    );
    const missing = await this.attempts.missingDependencies(offeredAgain.map((task) => task.id));
    const rebuilds = await this.rebuilds.standings(missing, observed);
    const standings = new Map(rebuilds.standings);
    for (const document of documents) {
      const isOfProject = (item: { readonly project: string }) => item.project === document.project;
      const open = tasks.filter((task) => isOfProject(task) && task.rebuildId === null);
      if (open.length === 0) continue;
      const ownProfiles = profiles.filter(isOfProject);
      const facts: ProjectFacts = {
        document,
        open,
        failed: failures.filter(isOfProject),
        recipes: recipes.filter(isOfProject),
        observed: observed.filter(isOfProject),
        published: await this.published.of(ownProfiles),
        remotes: profileRemotes(ownProfiles),
        missing,
      };
      for (const [taskId, standing] of this.explain(facts)) standings.set(taskId, standing);
    }
    for (const task of tasks) {
      const standing = standings.get(task.id);
      const step = rebuilds.stepOf(task);
      if (standing !== undefined && step !== null)
        standings.set(task.id, heldByRebuild(standing, step));
    }
    const durationsMs = await this.durationsOf(tasks);
    return {
      tasks,
      standings,
      documents: new Map(documents.map((each) => [each.project, each])),
      durationsMs,
      tailsMs: taskTailsMs(
        [...standings].map(([taskId, { waitsFor }]) => ({ taskId, waitsFor })),
        (taskId) => durationsMs.get(taskId) ?? 0,
      ),
    };
  }

  private async durationsOf(tasks: readonly Task[]): Promise<ReadonlyMap<TaskId, number>> {
    const predict = await this.durations.predictor();
    return new Map(tasks.map((task) => [task.id, predict(task).expectedMs]));
  }

  private explain(facts: ProjectFacts): Map<TaskId, Standing> {
    const explained = explainTasks({
      tasks: [...facts.open, ...facts.failed].map(taskFacts),
      recipes: facts.recipes.flatMap((recipe) => recipeFacts(recipe, facts.observed)),
      published: facts.published,
      remotes: facts.remotes,
      now: this.clock.now(),
      bootstrap: facts.document.bootstrap,
    });
    return new Map(
      explained.map((explanation) => {
        const standing = standingOf(explanation);
        const missing = facts.missing.get(explanation.taskId);
        const task = facts.open.find((each) => each.id === explanation.taskId);
        if (missing === undefined || task === undefined) return [explanation.taskId, standing];
        const verdict = judgeMissing({
          missing,
          provided: providedTo(task, facts),
          candidates: candidatesFor(task, facts),
        });
        return [explanation.taskId, withMissing(standing, verdict)];
      }),
    );
  }
}

/** Everything that is published for a task's profile. */
function providedTo(task: Task, facts: ProjectFacts): ReadonlySet<string> {
  const packages = facts.published
    .filter((each) => each.profile === task.profile)
    .flatMap((each) => each.packages);
  return new Set(packages.flatMap((item) => [`name(${item.name})`, ...item.provides]));
}

/** Sources of the same profile of which nobody knows yet what they provide; those that wait in the same way cannot help. */
function candidatesFor(task: Task, facts: ProjectFacts): Candidate[] {
  const known = new Set([
    ...facts.recipes.filter((recipe) => recipe.hasManifest).map((recipe) => recipe.source),
    ...facts.observed.filter((each) => each.profile === task.profile).map((each) => each.source),
  ]);
  const isCandidate = (other: Task) =>
    other.profile === task.profile &&
    other.source !== task.source &&
    !known.has(other.source) &&
    !facts.missing.has(other.id);
  return [
    ...facts.open
      .filter(isCandidate)
      .map((other) => ({ taskId: other.id, source: other.source, isOpen: true })),
    ...facts.failed
      .filter(isCandidate)
      .map((other) => ({ taskId: other.id, source: other.source, isOpen: false })),
  ];
}
