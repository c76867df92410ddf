import { inTransaction, postgresAdapter } from '@cairn/persistence';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { CONFIG, type SummitConfig } from '../config.js';
import { PrismaClient, type Prisma } from './generated/client.js';

/** Reads and writes inside one transaction. */
export type Transaction = Prisma.TransactionClient;

const CONNECTIONS_MAX = 12;

/** The door to summit's tables; only stores use it. */
@Injectable()
export class SummitDatabase implements OnApplicationShutdown {
  readonly client: PrismaClient;
  readonly connectionString: string;

  constructor(@Inject(CONFIG) config: Pick<SummitConfig, 'database'>) {
    this.connectionString = config.database.url;
    this.client = new PrismaClient({
      adapter: postgresAdapter({
        connectionString: config.database.url,
        applicationName: 'summit',
        connectionsMax: CONNECTIONS_MAX,
      }),
    });
  }

  /** All or nothing; done again when Postgres ended it because of a rival. */
  inTransaction<T>(
    work: (tx: Transaction) => Promise<T>,
    options: { readonly timeoutMs?: number } = {},
  ): Promise<T> {
    return inTransaction<Transaction, T>(this.client, work, { ...options, random: Math.random });
  }

  /** After the last request was answered: earlier hooks run while some are still under way. */
  onApplicationShutdown(): Promise<void> {
    return this.close();
  }

  async close(): Promise<void> {
    await this.client.$disconnect();
  }
}
