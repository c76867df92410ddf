import { channelPolicySchema, type ChannelPolicy } from '@cairn/contracts';
import type { Instant } from '@cairn/std';
import type { Transaction } from '../persistence/vessel-database.js';

/** What operators decided for channels, and which versions somebody still needs. */
export class PolicyStore {
  async policyOf(tx: Transaction, channelId: number): Promise<ChannelPolicy> {
    const { policy } = await tx.channel.findUniqueOrThrow({
      where: { id: channelId },
      select: { policy: true },
    });
    return channelPolicySchema.parse(policy);
  }

  async setPolicy(tx: Transaction, channelId: number, policy: ChannelPolicy): Promise<void> {
    await tx.channel.update({ where: { id: channelId }, data: { policy } });
  }

  /** Sets when a holder's lease of a version ends; null removes it. */
  async setLease(
    tx: Transaction,
    lease: {
      readonly versionId: number;
      readonly holder: string;
      readonly endsAt: Instant | null;
    },
  ): Promise<void> {
    const { versionId, holder } = lease;
    if (lease.endsAt === null) {
      await tx.versionLease.deleteMany({ where: { versionId, holder } });
      return;
    }
    const endsAt = new Date(lease.endsAt);
    await tx.versionLease.upsert({
      where: { versionId_holder: { versionId, holder } },
      create: { versionId, holder, endsAt },
      update: { endsAt },
    });
  }
}
