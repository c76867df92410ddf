import { PrismaPg } from '@prisma/adapter-pg';

const CONNECT_TIMEOUT_MS = 10_000;
const CONNECTIONS_MAX = 10;

/** The driver adapter for a Prisma client: `new PrismaClient({ adapter: postgresAdapter({ … }) })`. */
export function postgresAdapter(options: {
  readonly connectionString: string;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName: string;
  readonly connectionsMax?: number;
}): PrismaPg {
  return new PrismaPg({
    connectionString: options.connectionString,
    application_name: options.applicationName,
    max: options.connectionsMax ?? CONNECTIONS_MAX,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
  });
}
