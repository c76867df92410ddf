import pg from 'pg';

const CONNECT_TIMEOUT_MS = 5_000;
const CLOSE_TIMEOUT_MS = 2_000;
/** Lets Postgres itself notice within about 10 s that the other end is gone, and so free its locks. */
const NOTICE_DEAD_CLIENT_SQL = `
  SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3;
  SET tcp_user_timeout = 10000; SET idle_session_timeout = 0; SET statement_timeout = 0`;

/** A connection of its own, outside every pool, whose loss `lost` tells. */
export interface DedicatedConnection {
  readonly client: pg.Client;
  /** Settles with the reason when the connection has ended. */
  readonly lost: Promise<Error>;
}

/** Connects for as long as the process lives; each query gets `queryTimeoutMs`. */
export async function connectDedicated(options: {
  readonly connectionString: string;
  readonly applicationName: string;
  readonly queryTimeoutMs: number;
}): Promise<DedicatedConnection> {
  const client = new pg.Client({
    connectionString: options.connectionString,
    application_name: options.applicationName,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: options.queryTimeoutMs,
    keepAlive: true,
  });
  const lost = new Promise<Error>((resolve) => {
    client.on('error', resolve);
    client.on('end', () => resolve(new Error('The database connection has ended')));
  });
  try {
    await client.connect();
    await client.query(NOTICE_DEAD_CLIENT_SQL);
  } catch (error) {
    void closeQuietly(client);
    throw error;
  }
  return { client, lost };
}

/** Ends a connection that may be dead already. Never rejects, never waits longer than 2 s. */
export async function closeQuietly(client: pg.Client): Promise<void> {
  const patience = setTimeout(() => destroySocket(client), CLOSE_TIMEOUT_MS);
  try {
    await client.end();
  } catch {
    // It was gone before; that is what we wanted.
  } finally {
    clearTimeout(patience);
  }
}

function destroySocket(client: pg.Client): void {
  // A peer that vanished without a word never answers the farewell that end() waits for.
  (
    client as unknown as { connection: { stream: { destroy(): void } } }
  ).connection.stream.destroy();
}
