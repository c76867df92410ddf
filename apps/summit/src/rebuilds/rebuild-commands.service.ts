import { AppError } from '@cairn/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../clock.js';
import { EventStore } from '../live/event.store.js';
import { SummitDatabase, type Transaction } from '../persistence/summit-database.js';
import { ChangeSetStore } from '../tasks/change-set.store.js';
import { RebuildStore, type RebuildState } from '../tasks/rebuild.store.js';

/** From which states each is taken; what is there already is taken too, so that asking twice does no harm. */
const TAKEN_FROM: Readonly<Record<RebuildState, readonly RebuildState[]>> = {
  running: ['running', 'paused'],
  paused: ['running', 'paused'],
  cancelled: ['running', 'paused', 'cancelled'],
};

const TOLD: Readonly<Record<RebuildState, string>> = {
  running: 'resumed',
  paused: 'paused',
  cancelled: 'cancelled',
};

/** What people do to rebuilds. */
@Injectable()
export class RebuildCommands {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly database: SummitDatabase,
    private readonly rebuilds: RebuildStore,
    private readonly changeSets: ChangeSetStore,
    private readonly events: EventStore,
  ) {}

  /** Pauses, resumes or cancels; the tasks follow from it. One that is being published or has ended is left alone. */
  async setState(
    id: string,
    state: RebuildState,
    account: string,
    audit: (tx: Transaction) => Promise<void>,
  ): Promise<void> {
    await this.database.inTransaction(async (tx) => {
      const rebuild = await this.rebuilds.lock(tx, id);
      const changeSet = await this.changeSets.lock(tx, rebuild.changeSetId);
      const now = changeSet?.state === 'open' ? rebuild.state : (changeSet?.state ?? 'gone');
      if (changeSet?.state !== 'open' || !TAKEN_FROM[state].includes(rebuild.state))
        throw new AppError(
          'rebuild.illegal-state',
          `Rebuild ${id} is ${now}: it cannot be ${TOLD[state]}.`,
          { rebuildId: id, state: now },
        );
      await this.rebuilds.setState(tx, id, state);
      const sentence = `${account} ${TOLD[state]} the rebuild of ${rebuild.project}/${rebuild.profile}.`;
      await this.events.record(tx, {
        at: this.clock.now(),
        kind: `rebuild.${TOLD[state]}`,
        sentence,
      });
      await audit(tx);
    });
  }
}
