import { channelEnsure, type ReplyOf, type RequestOf, type streamMoved } from '@cairn/contracts';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { SummitOutboxStore } from '../outbox/outbox.store.js';
import { type Transaction } from '../persistence/summit-database.js';

/** Remembers where vessel's streams point. */
@Injectable()
export class Streams implements OnModuleInit {
  constructor(private readonly outbox: SummitOutboxStore) {}

  onModuleInit(): void {
    this.outbox.onOutcome(channelEnsure, {
      delivered: async (tx, message, reply) => {
        const { channel } = message.body as RequestOf<typeof channelEnsure>;
        const { history } = reply as ReplyOf<typeof channelEnsure>;
        const known = await tx.channelStream.findUnique({
          where: { channel_stream: { channel, stream: 'volatile' } },
        });
        if (known === null) await this.move(tx, { channel, stream: 'volatile', history });
      },
    });
  }

  /** History ids only rise, so an announcement that comes late changes nothing unless a stream was moved back on purpose. */
  async move(tx: Transaction, moved: RequestOf<typeof streamMoved>): Promise<void> {
    const { channel, stream, history } = moved;
    await tx.channelStream.upsert({
      where: { channel_stream: { channel, stream } },
      create: { channel, stream, history },
      update: { history },
    });
  }
}
