import { orderBuild, type AppError, type NatsContract } from '@cairn/contracts';
import { type OutboxMessage, type OutboxStore } from '@cairn/messaging';
import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { type z } from 'zod';
import { toJson } from '../persistence/json.js';
import { SummitDatabase, type Transaction } from '../persistence/summit-database.js';

/** What is done, in the transaction that ends a message, when its receiver has answered. */
export interface OutboxOutcome {
  readonly delivered?: (tx: Transaction, message: OutboxMessage, reply: unknown) => Promise<void>;
  readonly refused?: (tx: Transaction, message: OutboxMessage, error: AppError) => Promise<void>;
  /** Whether an error that could be retried ends this message all the same. */
  readonly isFinal?: (error: AppError) => boolean;
}

/** Messages to other parties, stored with the change that they announce. */
@Injectable()
export class SummitOutboxStore implements OutboxStore {
  private readonly outcomes = new Map<string, OutboxOutcome>();

  constructor(private readonly database: SummitDatabase) {}

  /** Says what happens when messages of a contract end; each contract has at most one such rule. */
  onOutcome(contract: NatsContract, outcome: OutboxOutcome): void {
    if (this.outcomes.has(contract.subject))
      throw new Error(`two outcomes for ${contract.subject}`);
    this.outcomes.set(contract.subject, outcome);
  }

  /** Stores a request in the caller's transaction; it is sent once that has committed. */
  async add<C extends NatsContract>(
    tx: Transaction,
    contract: C,
    body: z.input<C['request']>,
    options: { readonly builderId?: string; readonly now: number },
  ): Promise<void> {
    await tx.outboxMessage.create({
      data: {
        messageId: randomUUID(),
        subject: contract.subject,
        builderId: options.builderId ?? null,
        body: toJson(body),
        dueAt: new Date(options.now),
      },
    });
  }

  /** Takes back build orders of an attempt that nobody has acknowledged yet. */
  async withdrawOrder(tx: Transaction, attemptId: string): Promise<void> {
    await tx.outboxMessage.deleteMany({
      where: { subject: orderBuild.subject, body: { path: ['attemptId'], equals: attemptId } },
    });
  }

  async due(limit: number, except: readonly bigint[]): Promise<readonly OutboxMessage[]> {
    const rows = await this.database.client.outboxMessage.findMany({
      where: { dueAt: { lte: new Date() }, id: { notIn: [...except] } },
      orderBy: { id: 'asc' },
      take: limit,
    });
    return rows.map(({ id, messageId, subject, builderId, body, tries }) => ({
      id,
      messageId,
      subject,
      builderId,
      body,
      tries,
    }));
  }

  async delivered(message: OutboxMessage, reply: unknown): Promise<void> {
    await this.end(message, (tx) =>
      this.outcomes.get(message.subject)?.delivered?.(tx, message, reply),
    );
  }

  async refused(message: OutboxMessage, error: AppError): Promise<void> {
    await this.end(message, (tx) =>
      this.outcomes.get(message.subject)?.refused?.(tx, message, error),
    );
  }

  async postponed(message: OutboxMessage, retryAtMs: number, error: AppError): Promise<void> {
    if (this.outcomes.get(message.subject)?.isFinal?.(error) === true) {
      await this.refused(message, error);
      return;
    }
    await this.database.client.outboxMessage.updateMany({
      where: { id: message.id },
      data: {
        tries: { increment: 1 },
        dueAt: new Date(retryAtMs),
        lastError: `${error.code}: ${error.message}`,
      },
    });
  }

  private async end(
    message: OutboxMessage,
    effect: (tx: Transaction) => Promise<void> | undefined,
  ): Promise<void> {
    await this.database.inTransaction(async (tx) => {
      const { count } = await tx.outboxMessage.deleteMany({ where: { id: message.id } });
      if (count > 0) await effect(tx);
    });
  }
}
