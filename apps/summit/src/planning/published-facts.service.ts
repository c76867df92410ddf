import { type PublishedSource } from '@cairn/solver';
import { Inject, Injectable } from '@nestjs/common';
import { LOGGER, type Logger } from '../logger.js';
import { type Profile } from '../projects/project.store.js';
import { PublishedIndexes } from '../published/published-indexes.service.js';
import { publishedSources } from './domain/planning-facts.js';

/** What is published for profiles, in the solver's words. */
@Injectable()
export class PublishedFacts {
  constructor(
    @Inject(LOGGER) private readonly log: Logger,
    private readonly indexes: PublishedIndexes,
  ) {}

  async of(profiles: readonly Profile[]): Promise<PublishedSource[]> {
    const lists = await Promise.all(
      profiles.map(async (profile) => {
        const { name, architecture } = profile;
        const own = await this.orNothing(
          this.indexes.ofStream(profile.channel, profile.stream, architecture),
        );
        const others = await Promise.all(
          profile.remotes.map((remote) =>
            this.orNothing(
              'index' in remote
                ? this.indexes.ofRemote(remote.index)
                : this.indexes.ofStream(remote.channel, remote.stream, architecture),
            ),
          ),
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
