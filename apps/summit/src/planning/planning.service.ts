import { type ProjectDocument } from '@cairn/contracts';
import { explainTasks, type TaskExplanation } from '@cairn/solver';
import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../clock.js';
import { LOGGER, type Logger } from '../logger.js';
import { ProjectStore, type Profile } from '../projects/project.store.js';
import { PublishedIndexes } from '../published/published-indexes.service.js';
import { RecipeStore } from '../repositories/recipe.store.js';
import { type TaskId } from '../tasks/domain/task.js';
import { TaskStore, type Task } from '../tasks/task.store.js';
import { publishedSources, recipeFacts, taskFacts } from './domain/planning-facts.js';
import { SourceFactStore } from './source-fact.store.js';

/** Every open task, where it stands in the order of building, and why. */
export interface Plan {
  readonly tasks: readonly Task[];
  readonly explanations: ReadonlyMap<TaskId, TaskExplanation<TaskId>>;
  readonly documents: ReadonlyMap<string, ProjectDocument>;
  readonly profiles: readonly Profile[];
}

/** Derives the plan from the tables; nothing of it is stored, so nothing of it can be stale. */
@Injectable()
export class Planning {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly log: Logger,
    private readonly tasks: TaskStore,
    private readonly projects: ProjectStore,
    private readonly recipes: RecipeStore,
    private readonly sourceFacts: SourceFactStore,
    private readonly indexes: PublishedIndexes,
  ) {}

  async plan(): Promise<Plan> {
    const [open, failures, documents, profiles, recipes] = await Promise.all([
      this.tasks.open(),
      this.tasks.unresolvedFailures(),
      this.projects.documents(),
      this.projects.profiles(),
      this.recipes.allRecipes(),
    ]);
    const explanations = new Map<TaskId, TaskExplanation<TaskId>>();
    for (const document of documents) {
      const isOfProject = (item: { readonly project: string }) => item.project === document.project;
      const projectTasks = open.filter(isOfProject);
      if (projectTasks.length === 0) continue;
      const observed = await this.sourceFacts.ofProject(document.project);
      const explained = explainTasks({
        tasks: [...projectTasks, ...failures.filter(isOfProject)].map(taskFacts),
        recipes: recipes.filter(isOfProject).flatMap((recipe) => recipeFacts(recipe, observed)),
        published: await this.publishedFor(profiles.filter(isOfProject)),
        now: this.clock.now(),
        bootstrap: document.bootstrap,
      });
      for (const explanation of explained) explanations.set(explanation.taskId, explanation);
    }
    return {
      tasks: open,
      explanations,
      profiles,
      documents: new Map(documents.map((each) => [each.project, each])),
    };
  }

  private async publishedFor(profiles: readonly Profile[]) {
    const lists = await Promise.all(
      profiles.map(async (profile) => {
        const { name, architecture } = profile;
        const own = await this.orNothing(
          this.indexes.ofStream(profile.channel, profile.stream, architecture),
        );
        const others = await Promise.all(
          profile.remotes.map((remote) => this.orNothing(this.indexes.ofRemote(remote.index))),
        );
        return publishedSources(name, architecture, [...own, ...others.flat()]);
      }),
    );
    return lists.flat();
  }

  /** What cannot be read counts as not published: builds then wait or resolve against their pinned index anyway. */
  private async orNothing<T>(list: Promise<readonly T[]>): Promise<readonly T[]> {
    try {
      return await list;
    } catch (error) {
      this.log.warn({ err: error }, 'Published index not readable');
      return [];
    }
  }
}
