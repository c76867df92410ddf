import { Injectable } from '@nestjs/common';
import { SummitDatabase, type Transaction } from '../persistence/summit-database.js';

const KEY = 'allocation.paused';

/** Whether allocation is paused: a fact in Postgres, so it outlives restarts. */
@Injectable()
export class PauseStore {
  constructor(private readonly database: SummitDatabase) {}

  async isPaused(db: Transaction = this.database.client): Promise<boolean> {
    const row = await db.setting.findUnique({ where: { key: KEY } });
    return row?.value === true;
  }

  async set(tx: Transaction, isPaused: boolean): Promise<void> {
    await tx.setting.upsert({
      where: { key: KEY },
      create: { key: KEY, value: isPaused },
      update: { value: isPaused },
    });
  }
}
