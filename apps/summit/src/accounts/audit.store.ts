import { type AccessClaims } from '@cairn/identity';
import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../clock.js';
import { toJson } from '../persistence/json.js';
import { SummitDatabase, type Transaction } from '../persistence/summit-database.js';

export interface AuditRecord {
  readonly account: string;
  /** For example `task.retry`. */
  readonly action: string;
  readonly subject: string;
  readonly details?: unknown;
}

/** Who did what. Written in the transaction of the command, so that neither is without the other. */
@Injectable()
export class AuditStore {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly database: SummitDatabase,
  ) {}

  async record(tx: Transaction, entry: AuditRecord): Promise<void> {
    const { account, action, subject, details = {} } = entry;
    await tx.auditEntry.create({
      data: { at: new Date(this.clock.now()), account, action, subject, details: toJson(details) },
    });
  }

  /** A recorder for one command of one caller. */
  by(
    caller: AccessClaims | null,
    action: string,
    subject: string,
    details?: unknown,
  ): (tx: Transaction) => Promise<void> {
    return (tx) => this.record(tx, { account: caller?.name ?? 'nobody', action, subject, details });
  }

  /** For commands whose effect is elsewhere and can be repeated without harm. */
  async recordNow(
    caller: AccessClaims,
    action: string,
    subject: string,
    details?: unknown,
  ): Promise<void> {
    await this.record(this.database.client, { account: caller.name, action, subject, details });
  }

  async latest(limit: number) {
    const rows = await this.database.client.auditEntry.findMany({
      orderBy: { id: 'desc' },
      take: limit,
    });
    return rows.map((row) => ({ ...row, id: Number(row.id), at: row.at.getTime() }));
  }
}
