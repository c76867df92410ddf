import { TASK_STATES, type Overview } from '@cairn/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { PauseStore } from '../allocation/pause.store.js';
import { LOGGER, type Logger } from '../logger.js';
import { EventStore } from '../live/event.store.js';
import { Planning } from '../planning/planning.service.js';
import { PublishedIndexes } from '../published/published-indexes.service.js';
import { RecipeStore } from '../repositories/recipe.store.js';
import { TaskStore } from '../tasks/task.store.js';
import { BuilderViews } from './builder-views.service.js';
import { TaskViews } from './task-views.service.js';

const RECENT_MAX = 20;
const EVENTS_MAX = 30;
const QUEUE_MAX = 200;

/** Everything that the first page shows, in one answer. */
@Injectable()
export class Overviews {
  constructor(
    @Inject(LOGGER) private readonly log: Logger,
    private readonly pause: PauseStore,
    private readonly planning: Planning,
    private readonly tasks: TaskStore,
    private readonly taskViews: TaskViews,
    private readonly builderViews: BuilderViews,
    private readonly recipes: RecipeStore,
    private readonly events: EventStore,
    private readonly indexes: PublishedIndexes,
  ) {}

  async read(): Promise<Overview> {
    const plan = await this.planning.plan();
    const [paused, counts, recent, builders, repositories, events, repositoryUrl] =
      await Promise.all([
        this.pause.isPaused(),
        this.tasks.countPerState(),
        this.tasks.recentlyEnded(RECENT_MAX),
        this.builderViews.all(),
        this.recipes.views(),
        this.events.latest(EVENTS_MAX),
        this.repositoryUrl(),
      ]);
    const views = await this.taskViews.viewsOf(
      [...plan.tasks.slice(0, QUEUE_MAX), ...recent],
      plan,
    );
    const isOpen = (state: string) => ['new', 'building', 'publishing'].includes(state);
    return {
      paused,
      counts: Object.fromEntries(
        TASK_STATES.map((state) => [state, counts.get(state) ?? 0]),
      ) as Overview['counts'],
      building: views.filter((view) => view.state === 'building' || view.state === 'publishing'),
      queue: views.filter((view) => view.state === 'new'),
      recent: views.filter((view) => !isOpen(view.state)),
      builders: builders.filter((builder) => builder.state !== 'removed'),
      repositories,
      events,
      repositoryUrl,
    };
  }

  private async repositoryUrl(): Promise<string | null> {
    try {
      return await this.indexes.baseUrl();
    } catch (error) {
      this.log.debug({ err: error }, 'Vessel not reachable');
      return null;
    }
  }
}
