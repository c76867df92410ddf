import { Injectable } from '@nestjs/common';
import { ProjectStore, type Profile } from '../projects/project.store.js';
import { PublishedIndexes } from '../published/published-indexes.service.js';
import { RecipeStore } from '../repositories/recipe.store.js';
import { ChangeSetStore } from '../tasks/change-set.store.js';
import { type Task } from '../tasks/task.store.js';
import { type Order, type OrderSetting } from './domain/build-order.js';

/**
 * Reads what an order says besides its attempt, before the transaction that gives the task away: the shorter that one
 * is, the shorter it holds the builder. A version that is pinned stays what it is, and was there when the task was ready.
 */
@Injectable()
export class OrderSettings {
  constructor(
    private readonly changeSets: ChangeSetStore,
    private readonly indexes: PublishedIndexes,
    private readonly projects: ProjectStore,
    private readonly recipes: RecipeStore,
  ) {}

  /** Null when the task's project has lost its profile or repository meanwhile. */
  async of(task: Task): Promise<OrderSetting | null> {
    const [changeSet, profile, repository] = await Promise.all([
      this.changeSets.find(task.changeSetId),
      this.projects.profile(task.project, task.profile),
      this.recipes.findRepository(task.project, task.repository),
    ]);
    if (changeSet === null || profile === null || repository === null) return null;
    const { channel, stream, lineHistory } = changeSet;
    const pinnedHistory = lineHistory ?? (await this.indexes.historyOf(channel, stream));
    const ownIndexUrl =
      pinnedHistory === null
        ? null
        : await this.indexes.indexUrl(channel, pinnedHistory, task.architecture);
    const remotes = await Promise.all(
      profile.remotes.map((remote) => this.resolve(remote, task.architecture)),
    );
    return { channel, pinnedHistory, ownIndexUrl, remotes: remotes.flat(), profile, repository };
  }

  /** A remote as a builder can use it; none for a channel in which nothing is published. */
  private async resolve(
    remote: Profile['remotes'][number],
    architecture: string,
  ): Promise<Order['remotes']> {
    const { name, priority } = remote;
    if ('index' in remote) return [{ name, indexUrl: remote.index, priority }];
    const history = await this.indexes.historyOf(remote.channel, remote.stream);
    if (history === null) return [];
    const indexUrl = await this.indexes.indexUrl(remote.channel, history, architecture);
    return [{ name, indexUrl, priority }];
  }
}
