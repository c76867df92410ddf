import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../clock.js';
import { EventStore } from '../live/event.store.js';
import { LOGGER, type Logger } from '../logger.js';
import { SummitDatabase, type Transaction } from '../persistence/summit-database.js';
import { CreateTasks } from './create-tasks.service.js';
import { RecipeReader, RepositoryError, type RepositoryReading } from './recipe-reader.service.js';
import { RecipeStore, type RecipeRepository } from './recipe.store.js';

/** Looks for a new commit of a recipe repository and stores it, its recipes and the tasks that follow, in one transaction. */
@Injectable()
export class RefreshRepository {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly log: Logger,
    private readonly database: SummitDatabase,
    private readonly store: RecipeStore,
    private readonly reader: RecipeReader,
    private readonly createTasks: CreateTasks,
    private readonly events: EventStore,
  ) {}

  /** Returns how many tasks were made. A repository that cannot be reached keeps what is known of it and says why. */
  async refresh(project: string, name: string): Promise<number> {
    const repository = await this.store.repository(project, name);
    await this.store.scheduleNext(repository, this.clock.now());
    try {
      const commit = await this.reader.fetch(repository);
      const reading =
        commit === repository.commit ? null : await this.reader.read(repository, commit);
      const wishes = await this.createTasks.prepare(repository);
      return await this.database.inTransaction(async (tx) => {
        await this.store.lock(tx, project, name);
        await this.saveReading(tx, repository, reading);
        const at = {
          commit,
          commitAt: reading?.commitAt ?? repository.commitAt ?? this.clock.now(),
        };
        return this.createTasks.create(tx, repository, at, wishes);
      });
    } catch (error) {
      if (!(error instanceof RepositoryError)) throw error;
      this.log.warn(
        { project, repository: name, code: error.code, err: error },
        'Repository refresh failed',
      );
      await this.store.noteError(repository, error, this.clock.now());
      return 0;
    }
  }

  private async saveReading(
    tx: Transaction,
    repository: RecipeRepository,
    reading: RepositoryReading | null,
  ): Promise<void> {
    const now = this.clock.now();
    if (reading === null) {
      await this.store.noteUnchanged(tx, repository, now);
      return;
    }
    await this.store.save(tx, repository, { ...reading, now });
    const bad = reading.bad.length === 0 ? '' : ` ${reading.bad.length} could not be read.`;
    const sentence = `${repository.project}/${repository.name} is at ${reading.commit.slice(0, 10)}: ${reading.recipes.length} recipes.${bad}`;
    await this.events.record(tx, { at: now, kind: 'repository.refreshed', sentence });
  }
}
