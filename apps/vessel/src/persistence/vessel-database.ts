import { inTransaction, postgresAdapter } from '@cairn/persistence';
import { PrismaClient, type Prisma } from './generated/client.js';

/** Reads and writes inside one transaction. */
export type Transaction = Prisma.TransactionClient;

/** Each running import keeps one for its lock; the others are for everything else. */
const CONNECTIONS_MAX = 24;

/** The door to vessel's tables; only stores use it. */
export class VesselDatabase {
  readonly client: PrismaClient;

  constructor(
    readonly connectionString: string,
    private readonly random: () => number = Math.random,
  ) {
    this.client = new PrismaClient({
      adapter: postgresAdapter({
        connectionString,
        applicationName: 'vessel',
        connectionsMax: CONNECTIONS_MAX,
      }),
    });
  }

  /** All or nothing; done again when Postgres ended it because of a rival. `timeoutMs` is 15 s unless told. */
  inTransaction<T>(
    work: (tx: Transaction) => Promise<T>,
    options: { readonly timeoutMs?: number } = {},
  ): Promise<T> {
    return inTransaction<Transaction, T>(this.client, work, { random: this.random, ...options });
  }

  /** Whether the database answers. */
  async ping(): Promise<void> {
    await this.client.$queryRaw`SELECT 1`;
  }

  /** Whether the tables are there. */
  async isMigrated(): Promise<boolean> {
    const rows = await this.client.$queryRaw<{ isThere: boolean }[]>`
      SELECT to_regclass('channel') IS NOT NULL AS "isThere"`;
    return rows[0]?.isThere === true;
  }

  async close(): Promise<void> {
    await this.client.$disconnect();
  }
}
