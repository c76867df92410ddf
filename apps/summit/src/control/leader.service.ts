import { OutboxRelay, type ContractClient } from '@cairn/messaging';
import { holdLeadership, listen } from '@cairn/persistence';
import { SingleFlight } from '@cairn/std';
import { Inject, Injectable } from '@nestjs/common';
import { Allocation } from '../allocation/allocation.service.js';
import { Broker } from '../builders/broker.service.js';
import { CLOCK, type Clock } from '../clock.js';
import { LOGGER, type Logger } from '../logger.js';
import { SummitOutboxStore } from '../outbox/outbox.store.js';
import { SummitDatabase } from '../persistence/summit-database.js';
import { RebuildKeeper } from '../rebuilds/rebuild-keeper.service.js';
import { SecondBuilds } from '../rebuilds/second-builds.service.js';
import { VESSEL } from '../published/vessel.gateway.js';
import { AttemptLeases } from '../tasks/attempt-leases.service.js';
import { Housekeeping } from './housekeeping.service.js';

/** How often the leader looks at leases and for work that nothing told it of. */
const TICK_INTERVAL_MS = 1_000;
const HOUSEKEEPING_INTERVAL_MS = 10 * 60_000;

/** What exactly one replica does: allocate, relay, watch leases. The database guards all of it besides. */
@Injectable()
export class Leader {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly log: Logger,
    @Inject(VESSEL) private readonly client: ContractClient,
    private readonly database: SummitDatabase,
    private readonly outbox: SummitOutboxStore,
    private readonly allocation: Allocation,
    private readonly rebuilds: RebuildKeeper,
    private readonly secondBuilds: SecondBuilds,
    private readonly leases: AttemptLeases,
    private readonly broker: Broker,
    private readonly housekeeping: Housekeeping,
  ) {}

  /** Seeks the lead and holds it until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    await holdLeadership({
      connectionString: this.database.connectionString,
      key: 'summit.leader',
      signal,
      onGained: (term) => this.reign(term.signal),
      onLost: () => this.log.info('Lead given up'),
      onTrouble: (error) => this.log.warn({ err: error }, 'Lead in trouble'),
    });
  }

  private async reign(signal: AbortSignal): Promise<void> {
    this.log.info('Lead gained');
    const relay = new OutboxRelay({
      store: this.outbox,
      client: this.client,
      clock: this.clock,
      random: Math.random,
      onError: (error) => this.log.error({ err: error }, 'Relay failed'),
    });
    const allocate = new SingleFlight(
      async () => {
        await this.rebuilds.run();
        await this.secondBuilds.run();
        await this.allocation.run();
      },
      (error) => this.log.error({ err: error }, 'Allocation failed'),
    );
    const watch = new SingleFlight(
      async () => void (await this.leases.expire()),
      (error) => this.log.error({ err: error }, 'Lease watch failed'),
    );
    void this.broker.publishAccount();
    relay.start();
    const timers = [
      setInterval(() => {
        watch.wake();
        allocate.wake();
      }, TICK_INTERVAL_MS),
      setInterval(() => void this.housekeeping.run(), HOUSEKEEPING_INTERVAL_MS),
    ];
    try {
      await Promise.all([
        this.hear('summit_outbox', signal, () => relay.wake()),
        this.hear('summit_event', signal, () => allocate.wake()),
      ]);
    } finally {
      timers.forEach((timer) => clearInterval(timer));
      await Promise.all([relay.stop(), allocate.idle(), watch.idle()]);
    }
  }

  private hear(channel: string, signal: AbortSignal, wake: () => void): Promise<void> {
    return listen({
      connectionString: this.database.connectionString,
      channel,
      signal,
      onNotify: wake,
      onListening: wake,
      onTrouble: (error) => this.log.warn({ err: error, channel }, 'Signals interrupted'),
    });
  }
}
