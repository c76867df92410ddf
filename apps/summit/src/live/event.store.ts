import { type EventView } from '@cairn/contracts';
import { Injectable } from '@nestjs/common';
import { SummitDatabase, type Transaction } from '../persistence/summit-database.js';

/** What happened, in the words that people read. */
export interface NewEvent {
  readonly at: number;
  /** For example `task.completed`. */
  readonly kind: string;
  readonly sentence: string;
  readonly taskId?: number;
  readonly builderId?: string;
}

const EVENTS_PER_READ_MAX = 500;

/** The events that people follow. A committed event is announced by the database itself. */
@Injectable()
export class EventStore {
  constructor(private readonly database: SummitDatabase) {}

  async record(tx: Transaction, event: NewEvent): Promise<void> {
    await tx.event.create({
      data: {
        at: new Date(event.at),
        kind: event.kind,
        sentence: event.sentence,
        taskId: event.taskId ?? null,
        builderId: event.builderId ?? null,
      },
    });
  }

  /** Events after an id, oldest first, at most 500. */
  async since(id: number): Promise<EventView[]> {
    const rows = await this.database.client.event.findMany({
      where: { id: { gt: id } },
      orderBy: { id: 'asc' },
      take: EVENTS_PER_READ_MAX,
    });
    return rows.map(toView);
  }

  /** The newest events, newest first. */
  async latest(count: number): Promise<EventView[]> {
    const rows = await this.database.client.event.findMany({
      orderBy: { id: 'desc' },
      take: count,
    });
    return rows.map(toView);
  }
}

function toView(row: {
  id: bigint;
  at: Date;
  kind: string;
  sentence: string;
  taskId: number | null;
  builderId: string | null;
}): EventView {
  return { ...row, id: Number(row.id), at: row.at.getTime() };
}
