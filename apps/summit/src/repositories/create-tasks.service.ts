import { Inject, Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { CLOCK, type Clock } from '../clock.js';
import { EventStore } from '../live/event.store.js';
import { LOGGER, type Logger } from '../logger.js';
import { type Transaction } from '../persistence/summit-database.js';
import { ProjectStore, type Profile } from '../projects/project.store.js';
import { PublishedIndexes } from '../published/published-indexes.service.js';
import { ChangeSetStore } from '../tasks/change-set.store.js';
import { recipeless, wishFor, type PublishedRelease } from '../tasks/domain/missing-builds.js';
import { TaskLife } from '../tasks/task-life.service.js';
import { TaskStore, type Task } from '../tasks/task.store.js';
import { RecipeStore, type RecipeRepository, type StoredRecipe } from './recipe.store.js';

/** A commit and its committer time in milliseconds. */
export interface CommitPlace {
  readonly commit: string;
  readonly commitAt: number;
}

/** A profile with what is published for it, read before the transaction begins. */
export interface ProfileWithIndex {
  readonly profile: Profile;
  readonly published: ReadonlyMap<string, PublishedRelease>;
}

/** Makes tasks for the recipes that are newer than what is published, one change set each. */
@Injectable()
export class CreateTasks {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly log: Logger,
    private readonly projects: ProjectStore,
    private readonly indexes: PublishedIndexes,
    private readonly recipes: RecipeStore,
    private readonly tasks: TaskStore,
    private readonly changeSets: ChangeSetStore,
    private readonly life: TaskLife,
    private readonly events: EventStore,
  ) {}

  /** Reads what is published; a profile whose index cannot be had is left for the next time. */
  async prepare(repository: RecipeRepository): Promise<ProfileWithIndex[]> {
    const profiles = (await this.projects.profiles()).filter(
      (profile) =>
        profile.project === repository.project &&
        (repository.profiles?.includes(profile.name) ?? true),
    );
    const prepared: ProfileWithIndex[] = [];
    for (const profile of profiles) {
      try {
        const packages = await this.indexes.ofStream(
          profile.channel,
          profile.stream,
          profile.architecture,
        );
        prepared.push({ profile, published: new Map(packages.map((item) => [item.name, item])) });
      } catch (error) {
        this.log.warn({ err: error, profile: profile.name }, 'Published index not readable');
      }
    }
    return prepared;
  }

  async create(
    tx: Transaction,
    repository: RecipeRepository,
    at: CommitPlace,
    prepared: readonly ProfileWithIndex[],
  ): Promise<number> {
    const recipes = await this.recipes.recipesOf(repository.project, repository.name, tx);
    const badPaths = await this.recipes.badPathsOf(tx, repository.project, repository.name);
    const sources = new Set(recipes.map((recipe) => recipe.source));
    let created = 0;
    for (const target of prepared) {
      const key = {
        project: repository.project,
        repository: repository.name,
        profile: target.profile.name,
      };
      const latest = await this.tasks.latestPerSource(tx, key);
      await this.cancelRecipeless(tx, latest, { sources, badPaths });
      for (const recipe of recipes) {
        created += await this.createOne(tx, {
          repository,
          at,
          recipe,
          target,
          latestTask: latest.get(recipe.source) ?? null,
        });
      }
    }
    return created;
  }

  /** Nobody wants what no recipe asks for any more; those who wait for it hear of it as of a cancelled task. */
  private async cancelRecipeless(
    tx: Transaction,
    latest: ReadonlyMap<string, Task>,
    read: { readonly sources: ReadonlySet<string>; readonly badPaths: readonly string[] },
  ): Promise<void> {
    const known = new Map(
      [...latest].map(([source, task]) => [source, { ...task, state: task.progress.state }]),
    );
    for (const { id } of recipeless(known, read)) {
      const task = await this.tasks.lock(tx, id);
      if (task.progress.state !== 'new') continue;
      const sentence = `${task.source} ${task.version}-${task.sourceRelease} is cancelled: its recipe was removed.`;
      await this.life.apply(tx, task, { kind: 'cancelled' }, { now: this.clock.now(), sentence });
    }
  }

  private async createOne(
    tx: Transaction,
    wish: {
      readonly repository: RecipeRepository;
      readonly at: CommitPlace;
      readonly recipe: StoredRecipe;
      readonly target: ProfileWithIndex;
      readonly latestTask: Task | null;
    },
  ): Promise<number> {
    const { recipe, target, latestTask } = wish;
    const { profile } = target;
    const verdict = wishFor(
      { ...recipe, packageNames: recipe.packages.map((item) => item.name) },
      {
        architecture: profile.architecture,
        published: target.published,
        latestTask:
          latestTask === null ? null : { ...latestTask, state: latestTask.progress.state },
      },
    );
    if (verdict.kind === 'none') return 0;
    const now = this.clock.now();
    const superseded =
      verdict.supersedes && latestTask !== null
        ? await this.supersede(tx, latestTask, recipe, now)
        : null;
    const task = await this.insert(tx, wish, verdict.description, now);
    if (superseded !== null) await this.tasks.markSuperseded(tx, superseded.id, task.id);
    await this.events.record(tx, {
      at: now,
      kind: 'task.created',
      sentence: `${verdict.description}.`,
      taskId: task.id,
    });
    return 1;
  }

  private async supersede(
    tx: Transaction,
    latest: Task,
    recipe: StoredRecipe,
    now: number,
  ): Promise<Task> {
    const task = await this.tasks.lock(tx, latest.id);
    const sentence = `${task.source} ${task.version}-${task.sourceRelease} gives way to ${recipe.version}-${recipe.sourceRelease}.`;
    return this.life.apply(tx, task, { kind: 'superseded' }, { now, sentence });
  }

  private async insert(
    tx: Transaction,
    wish: {
      readonly repository: RecipeRepository;
      readonly at: CommitPlace;
      readonly recipe: StoredRecipe;
      readonly target: ProfileWithIndex;
    },
    description: string,
    now: number,
  ): Promise<Task> {
    const { repository, recipe, target } = wish;
    const { profile } = target;
    const changeSetId = randomUUID();
    await this.changeSets.create(tx, {
      id: changeSetId,
      project: repository.project,
      channel: profile.channel,
      stream: profile.stream,
      createdAt: now,
    });
    return this.tasks.create(tx, {
      changeSetId,
      project: repository.project,
      profile: profile.name,
      repository: repository.name,
      source: recipe.source,
      architecture: profile.architecture,
      version: recipe.version,
      sourceRelease: recipe.sourceRelease,
      ...wish.at,
      treeId: recipe.treeId,
      recipePath: recipe.path,
      description,
      createdAt: now,
      rebuildId: null,
      stage: 0,
      without: [],
    });
  }
}
