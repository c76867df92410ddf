import pg from 'pg';
import { closeQuietly, connectDedicated } from './dedicated-connection.js';
import { pause } from './pause.js';

const RECONNECT_AFTER_MS = 500;
const KEEP_ALIVE_MS = 10_000;
const QUERY_TIMEOUT_MS = 5_000;

export interface ListenOptions {
  readonly connectionString: string;
  /** The channel of `NOTIFY`. */
  readonly channel: string;
  readonly onNotify: (payload: string) => void;
  /**
   * Called each time the listening begins, the first time included. What was notified while the connection was down is
   * lost, so whoever cares reads the truth again here.
   */
  readonly onListening: () => void;
  /** Told about lost connections, for the log. */
  readonly onTrouble: (error: unknown) => void;
  /** Aborting ends the listening. */
  readonly signal: AbortSignal;
}

/** Listens for `NOTIFY` on a connection of its own, connecting again when it is lost. Resolves after `signal` aborted. */
export async function listen(options: ListenOptions): Promise<void> {
  while (!options.signal.aborted) {
    try {
      await listenOnce(options);
    } catch (error) {
      options.onTrouble(error);
      await pause(RECONNECT_AFTER_MS, options.signal);
    }
  }
}

async function listenOnce(options: ListenOptions): Promise<void> {
  const connection = await connectDedicated({
    connectionString: options.connectionString,
    applicationName: `listen ${options.channel}`,
    queryTimeoutMs: QUERY_TIMEOUT_MS,
  });
  const { client, lost } = connection;
  try {
    client.on('notification', (message) => options.onNotify(message.payload ?? ''));
    await client.query(`LISTEN ${pg.escapeIdentifier(options.channel)}`);
    options.onListening();
    while (!options.signal.aborted) {
      const reason = await Promise.race([lost, pause(KEEP_ALIVE_MS, options.signal)]);
      if (reason !== undefined) throw reason;
      await client.query('SELECT 1');
    }
  } finally {
    await closeQuietly(client);
  }
}
