import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../clock.js';
import { LOGGER, type Logger } from '../logger.js';
import { SummitDatabase } from '../persistence/summit-database.js';

const DAY_MS = 24 * 60 * 60 * 1_000;
/** A message or delivery is not sent again after this long, so its id need not be remembered. */
const MEMORY_MS = 7 * DAY_MS;
const EVENTS_KEPT_MS = 30 * DAY_MS;

/** Forgets what nobody needs any more. */
@Injectable()
export class Housekeeping {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly log: Logger,
    private readonly database: SummitDatabase,
  ) {}

  async run(): Promise<void> {
    const db = this.database.client;
    const now = this.clock.now();
    const before = (ageMs: number) => ({ lt: new Date(now - ageMs) });
    try {
      await db.inboxMessage.deleteMany({ where: { receivedAt: before(MEMORY_MS) } });
      await db.webhookDelivery.deleteMany({ where: { receivedAt: before(MEMORY_MS) } });
      await db.event.deleteMany({ where: { at: before(EVENTS_KEPT_MS) } });
      await db.loginCode.deleteMany({ where: { expiresAt: before(DAY_MS) } });
      await db.session.deleteMany({ where: { expiresAt: before(DAY_MS) } });
    } catch (error) {
      this.log.warn({ err: error }, 'Housekeeping failed');
    }
  }
}
