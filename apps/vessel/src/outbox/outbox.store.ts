import { type AppError, type NatsContract } from '@cairn/contracts';
import type { OutboxMessage, OutboxStore } from '@cairn/messaging';
import type { Clock } from '@cairn/std';
import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { announceWork } from '../persistence/work-signal.js';
import type { Transaction, VesselDatabase } from '../persistence/vessel-database.js';

/** Longest text of a failure that is kept. */
const ERROR_LENGTH_MAX = 500;

/** An announcement, and the version whose files must be in place before it may be sent. */
export interface Announcement<C extends NatsContract> {
  readonly contract: C;
  readonly body: z.input<C['request']>;
  readonly versionId?: number;
}

interface OutboxRow {
  readonly id: bigint;
  readonly message_id: string;
  readonly subject: string;
  readonly body: unknown;
  readonly tries: number;
}

/** What vessel has to tell, stored with the change that it tells of. */
export class VesselOutboxStore implements OutboxStore {
  constructor(
    private readonly db: VesselDatabase,
    private readonly clock: Clock,
    /** Told about what summit will never take. */
    private readonly onRefused: (facts: {
      readonly subject: string;
      readonly messageId: string;
      readonly error: AppError;
    }) => void,
  ) {}

  /** Adds an announcement to the transaction that makes it true. */
  async add<C extends NatsContract>(tx: Transaction, announcement: Announcement<C>): Promise<void> {
    const now = new Date(this.clock.now());
    await tx.outbox.create({
      data: {
        messageId: randomUUID(),
        subject: announcement.contract.subject,
        body: announcement.body as object,
        versionId: announcement.versionId ?? null,
        dueAt: now,
        createdAt: now,
      },
    });
    await announceWork(tx, 'outbox');
  }

  async due(limit: number, except: readonly bigint[]): Promise<readonly OutboxMessage[]> {
    const rows = await this.db.client.$queryRaw<OutboxRow[]>`
      SELECT o.id, o.message_id, o.subject, o.body, o.tries
      FROM outbox o LEFT JOIN version v ON v.id = o.version_id
      WHERE o.refused_at IS NULL
        AND o.due_at <= ${new Date(this.clock.now())}
        AND (o.version_id IS NULL OR v.files_written_at IS NOT NULL)
        AND o.id <> ALL(${[...except]})
      ORDER BY o.id LIMIT ${limit}`;
    return rows.map(({ id, message_id, subject, body, tries }) => ({
      id,
      messageId: message_id,
      subject,
      builderId: null,
      body,
      tries,
    }));
  }

  async delivered(message: OutboxMessage): Promise<void> {
    await this.db.client.outbox.deleteMany({ where: { id: message.id } });
  }

  async refused(message: OutboxMessage, error: AppError): Promise<void> {
    await this.db.client.outbox.updateMany({
      where: { id: message.id },
      data: { refusedAt: new Date(this.clock.now()), lastError: textOf(error) },
    });
    this.onRefused({ subject: message.subject, messageId: message.messageId, error });
  }

  async postponed(message: OutboxMessage, retryAtMs: number, error: AppError): Promise<void> {
    await this.db.client.outbox.updateMany({
      where: { id: message.id },
      data: { dueAt: new Date(retryAtMs), tries: { increment: 1 }, lastError: textOf(error) },
    });
  }
}

function textOf(error: AppError): string {
  return `${error.code}: ${error.message}`.slice(0, ERROR_LENGTH_MAX);
}
