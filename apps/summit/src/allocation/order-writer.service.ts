import { type orderBuild, type RequestOf } from '@cairn/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type SummitConfig } from '../config.js';
import { type Transaction } from '../persistence/summit-database.js';
import { PublishedIndexes } from '../published/published-indexes.service.js';
import { RecipeStore } from '../repositories/recipe.store.js';
import { type Attempt } from '../tasks/attempt.store.js';
import { type ChangeSet } from '../tasks/change-set.store.js';
import { type Task } from '../tasks/task.store.js';

type Order = RequestOf<typeof orderBuild>;

/** How far our own channel stands above the profile's other repositories. */
const OWN_PRIORITY_ABOVE = 10;

/** Writes down everything that a builder must know. The packages it may use are those of one immutable version. */
@Injectable()
export class OrderWriter {
  constructor(
    @Inject(CONFIG) private readonly config: Pick<SummitConfig, 'attempts'>,
    private readonly indexes: PublishedIndexes,
    private readonly recipes: RecipeStore,
  ) {}

  /** The version that the change set's stream points to; null before anything is published. */
  async currentHistory(tx: Transaction, changeSet: ChangeSet): Promise<string | null> {
    const { channel, stream } = changeSet;
    const row = await tx.channelStream.findUnique({
      where: { channel_stream: { channel, stream } },
    });
    return row?.history ?? null;
  }

  async write(
    tx: Transaction,
    facts: { readonly task: Task; readonly attempt: Attempt; readonly changeSet: ChangeSet },
  ): Promise<Order> {
    const { task, attempt, changeSet } = facts;
    const repository = await this.recipes.repository(task.project, task.repository, tx);
    const profile = await tx.profile.findUniqueOrThrow({
      where: { projectName_name: { projectName: task.project, name: task.profile } },
    });
    const remotes = profile.remotes as unknown as {
      name: string;
      index: string;
      priority: number;
    }[];
    const others = remotes.map((remote) => ({
      name: remote.name,
      indexUrl: remote.index,
      priority: remote.priority,
    }));
    const top = Math.max(0, ...others.map((remote) => remote.priority));
    const own =
      attempt.pinnedHistory === null
        ? []
        : [
            {
              name: changeSet.channel,
              priority: top + OWN_PRIORITY_ABOVE,
              indexUrl: await this.indexes.indexUrl(
                changeSet.channel,
                attempt.pinnedHistory,
                task.architecture,
              ),
            },
          ];
    return {
      attemptId: attempt.id,
      fence: attempt.fence,
      project: task.project,
      profile: task.profile,
      source: task.source,
      version: task.version,
      sourceRelease: task.sourceRelease,
      buildRelease: attempt.buildRelease,
      architecture: task.architecture,
      repository: {
        url: repository.url,
        branch: repository.branch,
        commit: task.commit,
        recipePath: task.recipePath,
      },
      ...(attempt.pinnedHistory === null ? {} : { pinnedHistory: attempt.pinnedHistory }),
      remotes: [...others, ...own],
      networkAllowed: profile.networking,
      sourceDateEpoch: Math.floor(task.commitAt / 1_000),
      limits: this.config.attempts.limits,
      mustUnderstand: [],
    };
  }
}
