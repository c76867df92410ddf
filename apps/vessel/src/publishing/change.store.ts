import { channelPlanSchema, type ChannelPlan } from '@cairn/contracts';
import type { Clock } from '@cairn/std';
import type { Transaction } from '../persistence/vessel-database.js';

/** The changes that people made, each once. */
export class ChangeStore {
  constructor(private readonly clock: Clock) {}

  /** What a change came to; undefined when it was never made. Waits for a rival that is just making it. */
  async find(tx: Transaction, changeId: string): Promise<ChannelPlan | undefined> {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`vessel.change.${changeId}`}, 0))`;
    const row = await tx.channelChange.findUnique({
      where: { id: changeId },
      select: { plan: true },
    });
    return row === null ? undefined : channelPlanSchema.parse(row.plan);
  }

  async add(tx: Transaction, plan: ChannelPlan, account: string): Promise<void> {
    const { changeId: id } = plan;
    await tx.channelChange.create({
      data: { id, plan, account, madeAt: new Date(this.clock.now()) },
    });
  }
}
