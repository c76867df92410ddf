import type { Clock } from '@cairn/std';
import type { Transaction } from '../persistence/vessel-database.js';
import { keyOf, type PackageKey } from '../pool/domain/pool-package.js';

/** A stream of a channel. */
export interface StreamKey {
  readonly channelId: number;
  readonly stream: string;
}

/** Which entries of streams nothing may change. */
export class PinStore {
  constructor(private readonly clock: Clock) {}

  /** The pinned keys of a stream, as texts. */
  async keysOf(tx: Transaction, where: StreamKey): Promise<ReadonlySet<string>> {
    const rows = await tx.streamPin.findMany({
      where: { channelId: where.channelId, stream: where.stream },
      select: { architecture: true, name: true },
    });
    return new Set(rows.map(keyOf));
  }

  /** Pins keys that are not pinned yet. */
  async add(
    tx: Transaction,
    where: StreamKey,
    pins: {
      readonly keys: readonly PackageKey[];
      readonly account: string;
      readonly reason: string;
    },
  ): Promise<void> {
    const { keys, account, reason } = pins;
    const { channelId, stream } = where;
    const pinnedAt = new Date(this.clock.now());
    await tx.streamPin.createMany({
      data: keys.map(({ architecture, name }) => ({
        channelId,
        stream,
        architecture,
        name,
        account,
        reason,
        pinnedAt,
      })),
      skipDuplicates: true,
    });
  }

  async remove(tx: Transaction, where: StreamKey, keys: readonly PackageKey[]): Promise<void> {
    const { channelId, stream } = where;
    for (const { architecture, name } of keys) {
      await tx.streamPin.deleteMany({ where: { channelId, stream, architecture, name } });
    }
  }
}
