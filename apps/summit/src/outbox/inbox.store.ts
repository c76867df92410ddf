import { type MessageContext } from '@cairn/messaging';
import { Injectable } from '@nestjs/common';
import { type Transaction } from '../persistence/summit-database.js';

/** Remembers which messages were acted on, so that sending one again has no second effect. */
@Injectable()
export class InboxStore {
  /** True the first time; must be asked in the transaction of the effect. */
  async isFirst(
    tx: Transaction,
    context: Pick<MessageContext, 'senderId' | 'messageId'>,
    now: number,
  ): Promise<boolean> {
    const { count } = await tx.inboxMessage.createMany({
      data: [{ sender: context.senderId, messageId: context.messageId, receivedAt: new Date(now) }],
      skipDuplicates: true,
    });
    return count === 1;
  }
}
