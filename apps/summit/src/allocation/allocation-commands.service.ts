import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../clock.js';
import { EventStore } from '../live/event.store.js';
import { SummitDatabase, type Transaction } from '../persistence/summit-database.js';
import { PauseStore } from './pause.store.js';

/** Stops and resumes the giving out of builds. */
@Injectable()
export class AllocationCommands {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly database: SummitDatabase,
    private readonly pause: PauseStore,
    private readonly events: EventStore,
  ) {}

  async setPaused(
    paused: boolean,
    account: string,
    audit: (tx: Transaction) => Promise<void>,
  ): Promise<{ paused: boolean }> {
    await this.database.inTransaction(async (tx) => {
      await this.pause.set(tx, paused);
      const sentence = paused
        ? `${account} paused the giving out of builds.`
        : `${account} resumed the giving out of builds.`;
      await this.events.record(tx, {
        at: this.clock.now(),
        kind: paused ? 'allocation.paused' : 'allocation.resumed',
        sentence,
      });
      await audit(tx);
    });
    return { paused };
  }
}
