import { type ChoreQueue } from '@cairn/jobs';
import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../clock.js';
import { RecipeStore } from './recipe.store.js';
import { refreshRepositoryChore } from './repositories.chores.js';

/** Injection token of the job queue. */
export const CHORE_QUEUE = Symbol('chore queue');

/** Asks for refreshes; asking twice while one waits changes nothing. */
@Injectable()
export class RefreshWishes {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CHORE_QUEUE) private readonly queue: ChoreQueue,
    private readonly store: RecipeStore,
  ) {}

  /** Throws `repository.not-found` for one that is not there. */
  async wish(project: string, repository: string): Promise<void> {
    await this.store.repository(project, repository);
    await this.queue.wish(refreshRepositoryChore, { project, repository });
  }

  async wishDue(): Promise<void> {
    for (const { project, name } of await this.store.due(this.clock.now())) {
      await this.queue.wish(refreshRepositoryChore, { project, repository: name });
    }
  }
}
